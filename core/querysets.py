"""Scope for every model: a queryset says which rows a person may see, and locks them in order."""

from typing import Any, Self, TypeVar

from django.db import models

from core.errors import OutOfScope

Row = TypeVar("Row", bound=models.Model, covariant=True)


class ScopedQuerySet(models.QuerySet[Row]):
    """Base of all scoped querysets; each room overrides `visible_to` from the room below."""

    def visible_to(self, user: Any) -> Self:
        """Rows this person may see. Closed until a room opens it."""
        return self.none()

    def lock(self, pk: Any) -> Row:
        """The one row, locked for this transaction; OutOfScope when it is not in this queryset."""
        row = self.select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
        if row is None:
            raise OutOfScope
        return row

    def lock_all(self, pks: list[Any]) -> list[Row]:
        """Several rows in primary-key order, so that two people cannot deadlock."""
        return list(self.select_for_update(of=("self",), no_key=True).filter(pk__in=pks).order_by("pk"))

    def one(self, **lookup: Any) -> Row:
        """The one row of this queryset; OutOfScope when there is none."""
        row = self.filter(**lookup).first()
        if row is None:
            raise OutOfScope
        return row
