"""Which signs and print runs a person may see, and which signs are owed."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Greatest

from accounts.models import User
from communities import access
from communities.models import ResidentsCommittee, Street
from core.dates import start_of
from core.querysets import Row, ScopedQuerySet
from grading.models import Hazard, Photo, Standing
from grading.querysets import OfUnitQuerySet, StandingQuerySet
from signage.states import IN_HAND_STATES, TaskState

if TYPE_CHECKING:
    from signage.models import Sign


class SignQuerySet(OfUnitQuerySet[Row]):
    def reached_by(self, user: User) -> Self:
        """Signs of homes, buildings, estates and committees where the person serves."""
        scope = access.scope_of(user)
        if scope.whole_street:
            return self
        ids = scope.community_ids
        return self.filter(
            Q(unit__building__community__in=ids)
            | Q(building__community__in=ids)
            | Q(estate__community__in=ids)
            | Q(committee__in=ResidentsCommittee.objects.filter(communities__in=ids))
        )

    def on_the_wall(self) -> Self:
        return self.filter(state="posted")

    def in_hand(self) -> Self:
        """Printed or handed out, not hung yet."""
        return self.filter(state__in=IN_HAND_STATES)


class SignTaskQuerySet(OfUnitQuerySet[Row]):
    def open(self) -> Self:
        return self.filter(state=TaskState.OPEN)


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


def to_print(product: str) -> StandingQuerySet[Standing]:
    """Of the homes that owe a sign, those for which a true one is not in hand yet."""
    return owing(product).filter(~has_one_in_hand(product))


def has_one_in_hand(product: str) -> Exists:
    """Whether a true sign for a home is printed already but does not hang yet."""
    from signage.models import Sign

    return Exists(
        Sign.objects.in_hand().filter(unit=OuterRef("unit"), product=product, grade=OuterRef("grade"))
    )


def since_when(product: str) -> Greatest:
    """From when on a home has owed its sign: its grade's day, or the day on which the true sign was lost."""
    from signage.models import Sign

    true_ones = Sign.objects.filter(
        unit=OuterRef("unit"), product=product, grade=OuterRef("grade"), posted_at__isnull=False
    )
    newest = true_ones.order_by("-ended_at").values("ended_at")[:1]
    return Greatest("graded_at", Subquery(newest))


def boards_out_of_date() -> "SignQuerySet[Sign]":
    """Boards that hang although a home there has another grade since they were printed; hazard notices since when
    a hazard was listed or mended, or with a photo of which nobody says any more that it shows nobody.
    """
    from signage.models import PrintItem, Product, Sign

    def changed(place: str) -> Exists:
        newer = Standing.objects.filter(graded_at__gt=OuterRef("printed_at"), unit__left_on__isnull=True)
        return Exists(newer.filter(**{f"unit__{place}": OuterRef(place.rpartition("__")[2])}))

    telling = (Product.BUILDING_BOARD, Product.ESTATE_BOARD, Product.VILLAGE_BOARD)
    items = PrintItem.objects.filter(run=OuterRef("run"), serial=OuterRef("serial"), photo__isnull=False)
    uncleared = Exists(items.exclude(photo__in=Photo.objects.cleared()))
    since = Q(listed_at__gt=OuterRef("printed_at")) | Q(closed_at__gt=OuterRef("printed_at"))
    moved = Exists(Hazard.objects.filter(since, building=OuterRef("building"), listed_at__isnull=False))
    return Sign.objects.on_the_wall().filter(
        Q(product__in=telling) & (Q(changed("building")) | Q(changed("building__estate")))
        | Q(product=Product.HAZARD_NOTICE) & (Q(moved) | Q(says__has_key="photo") & Q(uncleared))
    )


def overdue_before(day: date) -> datetime:
    """What has been owed since before this moment is overdue on a day; the street sets the days."""
    street = Street.objects.only("sign_days").first()
    return start_of(day - timedelta(days=street.sign_days if street else 14))


def to_take_down() -> "SignQuerySet[Sign]":
    """No-rental notices that still hang although the home is no longer red."""
    from signage.models import Product, Sign

    return (
        Sign.objects.on_the_wall().filter(product=Product.NO_RENTAL).exclude(unit__standing__grade=F("grade"))
    )
