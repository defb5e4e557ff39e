"""Which documents and messages a person may see, and the words their lists are asked in."""

from typing import Self

from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from accounts.roles import Role
from communities import access
from core.querysets import Row, ScopedQuerySet
from rentals.models import Unit


def _is_landlord(user: User) -> bool:
    return Role.LANDLORD in access.roles_of(user)


class DocumentQuerySet(ScopedQuerySet[Row]):
    def visible_to(self, user: User) -> Self:
        """Staff: by community. A landlord: finished ones addressed to them, or to all owners of a building."""
        if _is_landlord(user):
            own_there = Unit.objects.visible_to(user).filter(building=OuterRef("building"))
            mine = Q(landlord__phone_index=user.phone_index, landlord__phone_index__isnull=False)
            return self.filter(mine | Q(landlord__isnull=True, unit__isnull=True) & Exists(own_there)).filter(
                state="ready"
            )
        scope = access.scope_of(user)
        return self if scope.whole_street else self.filter(building__community__in=scope.community_ids)

    def owed(self) -> Self:
        return self.filter(state="owed")

    def failed(self) -> Self:
        return self.filter(state="failed", replacement__isnull=True)

    def undelivered(self) -> Self:
        """Finished, and nobody has carried it there yet; the inbox alone does not count."""
        from letters.models import Delivery

        carried = Delivery.objects.filter(document=OuterRef("pk")).exclude(how="inbox")
        return self.filter(~Exists(carried), state="ready")


class OfDocumentQuerySet(ScopedQuerySet[Row]):
    """Rows with a `document`."""

    def visible_to(self, user: User) -> Self:
        from letters.models import Document

        return self.filter(document__in=Document.objects.visible_to(user))


class NoticeQuerySet(ScopedQuerySet[Row]):
    def visible_to(self, user: User) -> Self:
        """One's own inbox, nobody else's."""
        if _is_landlord(user):
            return self.filter(landlord__phone_index=user.phone_index, landlord__phone_index__isnull=False)
        return self.filter(user=user)

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)


class TextMessageQuerySet(ScopedQuerySet[Row]):
    def visible_to(self, user: User) -> Self:
        """The outbox is the street office's: people with the whole street."""
        return self if access.scope_of(user).whole_street else self.none()
