"""Rows for tests: one call, sensible values, traits for states. Places and people that cannot exist."""

import itertools
from datetime import UTC, date, datetime

from accounts.models import User
from accounts.roles import Role
from accounts.services.phone_signin import phone_key
from communities.models import Community, Estate, Grid, Post, Street
from grading.models import RuleSet, Standing
from grading.services import rule_sets
from rentals.models import Building, Landlord, Unit
from signage.services import tokens

NOON = datetime(2026, 5, 12, 4, 0, tzinfo=UTC)  # Tuesday noon in Shenzhen
PASSWORD = "fucheng-test-2026"
_numbers = itertools.count(1)


def street() -> Street:
    return Street.objects.get_or_create(
        name="福城街道",
        defaults={"name_en": "Fucheng", "district": "龙华区", "city": "深圳市", "hotline": "0755-12345"},
    )[0]


def community(name: str = "福民", code: str = "440306014002") -> Community:
    return Community.objects.get_or_create(
        street=street(),
        name=name,
        defaults={"name_en": name, "address_code": code, "starts_on": date(2019, 1, 1)},
    )[0]


def grid(of: Community, name: str = "第01网格") -> Grid:
    return Grid.objects.get_or_create(community=of, name=f"{of.name}{name}")[0]


def estate(of: Community, name: str = "福景花园", *, is_gated: bool = True) -> Estate:
    return Estate.objects.get_or_create(community=of, name=name, defaults={"is_gated": is_gated})[0]


def person(name: str, role: Role, of: Community | None = None) -> User:
    """Staff with one post since 2019; a landlord gets a phone instead."""
    user = User.objects.create_user(name, PASSWORD, display_name=name)
    if role is Role.LANDLORD:
        raise ValueError("use landlord_account")
    Post.objects.create(user=user, role=role, community=of, starts_on=date(2019, 1, 1))
    return user


def landlord(name: str = "王小明", phone: str = "10012345678") -> Landlord:
    row = Landlord(name=name)
    row.phone = phone
    row.identity = f"000000{next(_numbers):012d}"
    row.save()
    return row


def landlord_account(phone: str = "10012345678", name: str = "landlord") -> User:
    return User.objects.create_user(
        name, PASSWORD, kind=User.Kind.LANDLORD, phone_index=phone_key(phone), display_name="王**"
    )


def building(of: Community, **fields: object) -> Building:
    number = next(_numbers)
    defaults = {"code": f"44030601400{number:08d}", "name": f"福民新村{number}栋", "grid": grid(of)}
    return Building.objects.create(community=of, **(defaults | fields))


def units(of: Building, count: int = 1, *, owner: Landlord | None = None, **fields: object) -> list[Unit]:
    """Homes with a standing (not graded) and a token, as after an import."""
    first = of.units.count() + 1
    rows = Unit.objects.bulk_create(
        Unit(
            **(
                {
                    "code": f"{of.code}{n:06d}",
                    "building": of,
                    "address": f"广东省深圳市龙华区福城街道{of.community.name}社区{of.name}{n}01房",
                    "floor": str(n),
                    "room": f"{n}01",
                    "category": Unit.Category.URBAN_VILLAGE,
                    "landlord": owner,
                }
                | fields
            )
        )
        for n in range(first, first + count)
    )
    Standing.objects.bulk_create(Standing(unit=row) for row in rows)
    tokens.issue_tokens()
    return rows


def rules(effective_on: date = date(2026, 1, 1)) -> RuleSet:
    office = User.objects.filter(name="rule-office").first() or User.objects.create_user("rule-office", None)
    return rule_sets.publish_default(effective_on=effective_on, at=NOON, by=office)
