"""Which buildings and homes a person may see, and the registry's own filters."""

from typing import Self

from django.db.models import Q

from accounts.models import User
from accounts.roles import Role
from communities import access
from core.querysets import Row, ScopedQuerySet


class BuildingQuerySet(ScopedQuerySet[Row]):
    def visible_to(self, user: User) -> Self:
        """Buildings of the communities of the person's posts."""
        scope = access.scope_of(user)
        return self if scope.whole_street else self.filter(community__in=scope.community_ids)


class UnitQuerySet(ScopedQuerySet[Row]):
    def visible_to(self, user: User) -> Self:
        """Homes of the person's communities; a landlord's own homes by the phone of the account."""
        if Role.LANDLORD in access.roles_of(user):
            return self.filter(landlord__phone_index=user.phone_index, landlord__phone_index__isnull=False)
        scope = access.scope_of(user)
        return self if scope.whole_street else self.filter(building__community__in=scope.community_ids)

    def in_register(self) -> Self:
        return self.filter(left_on__isnull=True)

    def search(self, text: str) -> Self:
        """By code (from its beginning) or any part of the address."""
        if text.isascii() and len(text) >= 10 and text.startswith("44"):
            return self.filter(code__startswith=text.upper())
        return self.filter(Q(address__contains=text) | Q(building__name__contains=text))


class ImportRunQuerySet(ScopedQuerySet[Row]):
    def visible_to(self, user: User) -> Self:
        """Registry imports concern the whole street."""
        return self if access.scope_of(user).whole_street else self.none()
