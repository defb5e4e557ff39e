"""Which signs and print runs a person may see, and which signs are owed."""

from typing import TYPE_CHECKING, Self

from django.db.models import Exists, F, OuterRef

from accounts.models import User
from communities import access
from core.querysets import Row, ScopedQuerySet
from grading.models import Standing
from grading.querysets import OfUnitQuerySet, StandingQuerySet

if TYPE_CHECKING:
    from signage.models import Sign


class SignQuerySet(OfUnitQuerySet[Row]):
    def on_the_wall(self) -> Self:
        return self.filter(state="posted")

    def in_hand(self) -> Self:
        return self.filter(state="printed")


class PrintRunQuerySet(ScopedQuerySet[Row]):
    def visible_to(self, user: User) -> Self:
        """Runs of the person's community; street-wide runs for people with the whole street."""
        scope = access.scope_of(user)
        return self if scope.whole_street else self.filter(community__in=scope.community_ids)


def owing(product: str) -> StandingQuerySet[Standing]:
    """Homes whose sign on the wall differs from the grade in force, or that have none.

    A sticker is owed by every graded home; the no-rental notice by red homes only.
    """
    from signage.models import Product, Sign

    true_sign = Sign.objects.on_the_wall().filter(
        unit=OuterRef("unit"), product=product, grade=OuterRef("grade")
    )
    graded = Standing.objects.filter(grade__isnull=False, unit__left_on__isnull=True)
    if product == Product.NO_RENTAL:
        graded = graded.filter(grade="red")
    return graded.filter(~Exists(true_sign))


def to_take_down() -> "SignQuerySet[Sign]":
    """No-rental notices that still hang although the home is no longer red."""
    from signage.models import Product, Sign

    return (
        Sign.objects.on_the_wall().filter(product=Product.NO_RENTAL).exclude(unit__standing__grade=F("grade"))
    )
