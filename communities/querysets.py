"""Which places a person may see: those of the posts held today."""

from typing import Self

from django.db.models import Q

from accounts.models import User
from communities import access
from core.querysets import Row, ScopedQuerySet


class CommunityQuerySet(ScopedQuerySet[Row]):
    def visible_to(self, user: User) -> Self:
        scope = access.scope_of(user)
        return self if scope.whole_street else self.filter(pk__in=scope.community_ids)

    def on_day(self, day: object) -> Self:
        """Communities that exist on a day: the tree is dated (5 in 2019, 10 later)."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), starts_on__lte=day)


class PlaceQuerySet(ScopedQuerySet[Row]):
    """Grids and estates: rows with a `community`."""

    def visible_to(self, user: User) -> Self:
        scope = access.scope_of(user)
        return self if scope.whole_street else self.filter(community__in=scope.community_ids)


class PostQuerySet(ScopedQuerySet[Row]):
    def visible_to(self, user: User) -> Self:
        scope = access.scope_of(user)
        return self if scope.whole_street else self.filter(community__in=scope.community_ids)

    def held_on(self, day: object) -> Self:
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), starts_on__lte=day)
