"""The register of homes as a list: search, filters, and what each line shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from accounts.models import User
from accounts.roles import Permission
from accounts.services.phone_signin import phone_key
from communities import access
from core.text import fold
from grading.models import Standing
from grading.querysets import StandingQuerySet
from rentals.models import Building, Unit
from rentals.querysets import BuildingQuerySet, UnitQuerySet
from signage.models import Product, Sign

Homes = UnitQuerySet[Unit]


@dataclass(frozen=True, slots=True)
class HomeRow:
    unit: Unit
    standing: Standing
    is_stale: bool
    is_sign_owed: bool


def homes(user: User, wanted: dict[str, Any], *, on: date) -> Homes:
    """Homes that fit the filter form, within the person's area."""
    rows = Unit.objects.visible_to(user).in_register()
    narrow = {
        "community": "building__community",
        "grid": "building__grid",
        "category": "category",
        "building_id": "building",
    }
    rows = rows.filter(**{narrow[name]: wanted[name] for name in narrow if wanted.get(name)})
    if wanted.get("grade") == "none":
        rows = rows.filter(pk__in=Standing.objects.not_graded().values("pk"))
    elif wanted.get("grade"):
        rows = rows.filter(standing__grade=wanted["grade"])
    if wanted.get("state"):
        rows = _in_state(rows, wanted["state"], on)
    return _found(rows, fold(wanted.get("q") or ""), user)


def _in_state(rows: Homes, state: str, on: date) -> Homes:
    if state == "stale":
        return rows.filter(standing__next_visit_on__lt=on)
    if state == "never":
        return rows.filter(pk__in=Standing.objects.filter(last_visit_at__isnull=True).values("pk"))
    hangs = Sign.objects.on_the_wall().filter(
        unit=OuterRef("pk"), product=Product.STICKER, grade=OuterRef("standing__grade")
    )
    return rows.filter(~Exists(hangs), standing__grade__isnull=False)


def _found(rows: Homes, text: str, user: User) -> Homes:
    """By code, by the owner's whole phone (who may see phones), or by a part of address or building name.

    Address and building name are asked apart, so that each may use its own index.
    """
    if not text:
        return rows
    if text.isascii() and text.startswith("44") and len(text) >= 10:
        return rows.filter(code__startswith=text.upper())
    if text.isdecimal() and len(text) == 11 and access.can(user, Permission.PERSONAL_DATA_REVEAL):
        return rows.filter(landlord__phone_index=phone_key(text))
    named = Building.objects.filter(name__contains=text).values("pk")
    return rows.filter(Q(address__contains=text) | Q(building__in=named))


def with_facts(rows: Homes) -> Homes:
    return rows.select_related("building__community", "building__grid", "standing")


def rows_of(units: Sequence[Unit], *, on: date) -> list[HomeRow]:
    """Adds what a line says; the signs on the wall are one more query."""
    hanging = dict(
        Sign.objects.on_the_wall()
        .filter(unit__in=[unit.pk for unit in units], product=Product.STICKER)
        .values_list("unit_id", "grade")
    )
    return [
        HomeRow(
            unit=unit,
            standing=unit.standing,
            is_stale=unit.standing.is_stale_on(on),
            is_sign_owed=unit.standing.grade is not None and hanging.get(unit.pk) != unit.standing.grade,
        )
        for unit in units
    ]


def buildings(user: User, wanted: dict[str, Any], *, on: date) -> BuildingQuerySet[Building]:
    """Buildings that fit the filter form; `state` asks for one home at least that is so."""
    rows = Building.objects.visible_to(user)
    if wanted.get("state"):
        homes = _of_state(wanted["state"], on).filter(unit__left_on__isnull=True)
        rows = rows.filter(Exists(homes.filter(unit__building=OuterRef("pk"))))
    rows = rows.filter(**{name: wanted[name] for name in ("community", "grid") if wanted.get(name)})
    text = fold(wanted.get("q") or "")
    if text.isascii() and text.startswith("44"):
        return rows.filter(code__startswith=text.upper())
    return rows.filter(Q(name__contains=text) | Q(aliases__contains=[text])) if text else rows


def _of_state(state: str, on: date) -> StandingQuerySet[Standing]:
    if state == "stale":
        return Standing.objects.stale_on(on)
    if state == "never":
        return Standing.objects.filter(last_visit_at__isnull=True)
    return Standing.objects.not_graded()


@dataclass(frozen=True, slots=True)
class BuildingRow:
    building: Building
    homes: int
    stale: int
    counts: dict[str, int]


def building_rows(found: Sequence[Building], *, on: date) -> list[BuildingRow]:
    """How the homes of these buildings stand: one GROUP BY for the page."""
    grade = {name: Count("pk", filter=Q(grade=name)) for name in ("green", "yellow", "red")}
    sums: dict[int, Any] = {
        row["unit__building"]: row
        for row in Standing.objects.filter(unit__building__in=found, unit__left_on__isnull=True)
        .values("unit__building")
        .annotate(
            homes=Count("pk"),
            stale=Count("pk", filter=Q(next_visit_on__lt=on)),
            none=Count("pk", filter=Q(grade__isnull=True)),
            **grade,
        )
        .order_by()
    }
    grades = ("green", "yellow", "red", "none")
    return [
        BuildingRow(
            building,
            homes=sums.get(building.pk, {}).get("homes", 0),
            stale=sums.get(building.pk, {}).get("stale", 0),
            counts={name: sums.get(building.pk, {}).get(name, 0) for name in grades},
        )
        for building in found
    ]
