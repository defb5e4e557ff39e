"""Where a grid worker walks: the grids of the posts, else their communities; and in which order."""

from dataclasses import dataclass

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.roles import ROLE_PERMISSIONS, Permission
from communities import access
from rentals.models import Building

LAST = "\uffff"  # buildings without a grid are walked last


@dataclass(frozen=True)
class Beat:
    """Grids and whole communities of the posts that include visits."""

    grid_ids: frozenset[int]
    community_ids: frozenset[int]
    all_community_ids: frozenset[int]

    @property
    def is_part(self) -> bool:
        """Whether the community is larger than the beat, so that "all grids" would show more."""
        return bool(self.grid_ids)

    def where(self, prefix: str = "", *, all_grids: bool = False) -> Q:
        """The condition on a building reached by `prefix` (as `unit__building__`)."""
        if all_grids:
            return Q(**{f"{prefix}community__in": self.all_community_ids})
        grid, community = f"{prefix}grid__in", f"{prefix}community__in"
        if not self.grid_ids:
            return Q(**{community: self.community_ids})
        if not self.community_ids:
            return Q(**{grid: self.grid_ids})
        return Q(**{grid: self.grid_ids}) | Q(**{community: self.community_ids})


def beat_of(user: User) -> Beat:
    posts = [post for post in access.posts_of(user) if Permission.VISIT_SUBMIT in ROLE_PERMISSIONS[post.role]]
    return Beat(
        grid_ids=frozenset(post.grid_id for post in posts if post.grid_id),
        community_ids=frozenset(p.community_id for p in posts if p.community_id and not p.grid_id),
        all_community_ids=frozenset(post.community_id for post in posts if post.community_id),
    )


def in_walking_order(buildings: QuerySet[Building], *first: str) -> QuerySet[Building]:
    """By `first`, then grid and code; annotates `walk`."""
    return buildings.annotate(walk=Coalesce(F("grid__name"), Value(LAST))).order_by(*first, "walk", "code")
