"""The street of 2019: 5 community workstations, 11 residents' committees, the rule set."""

from datetime import date, datetime, timedelta

import pgtrigger
from django.db import transaction

from accounts.services.people import system_user
from communities.models import Community, ResidentsCommittee, Street
from core.dates import day_of
from fucheng.demo.street_plan import COMMUNITIES
from grading.models import RuleSet
from grading.services import rule_sets

SINCE = date(2019, 1, 1)
GREEN_MONTHS = 3
GRADING_DAYS = 7 * 17  # the half year's grading began 17 weeks ago
COMMITTEES = {  # NBS codes of domain.md 3.2; which workstation serves which is made up where unknown
    "茜坑": ("001 狮径", "007 茜坑"),
    "福民": ("002 悦兴围", "003 丹湖", "004 福安", "005 四和"),
    "大水坑": ("008 大兴", "009 大三"),
    "桔塘": ("010 桔塘",),
    "章阁": ("011 章阁", "006 新城"),
}
ENGLISH = {"福民": "Fumin", "茜坑": "Qiankeng", "大水坑": "Dashuikeng", "章阁": "Zhangge", "桔塘": "Jutang"}


def grading_starts(now: datetime) -> date:
    return day_of(now) - timedelta(days=GRADING_DAYS)


@transaction.atomic
def found_street(now: datetime) -> Street:
    """Street, communities, committees and the published rule set 1.0; the same again changes nothing."""
    street, _ = Street.objects.get_or_create(
        name="福城街道",
        defaults={
            "name_en": "Fucheng Street",
            "district": "龙华区",
            "city": "深圳市",
            "statistical_code": "440309005",
            "address_code": "440306014",
            "hotline": "0755-12345",
            "area_km2": "28.79",
            "population": 450_000,
        },
    )
    for plan in COMMUNITIES:
        community, _ = Community.objects.get_or_create(
            street=street,
            name=plan.name,
            defaults={"name_en": ENGLISH[plan.name], "address_code": plan.code, "starts_on": SINCE},
        )
        for committee in COMMITTEES[plan.name]:
            number, name = committee.split()
            row, _ = ResidentsCommittee.objects.get_or_create(
                street=street,
                name=name,
                defaults={"statistical_code": f"440309005{number}", "starts_on": SINCE},
            )
            row.communities.add(community)
    rule_set = rule_sets.publish_default(effective_on=grading_starts(now), at=now, by=system_user())
    with pgtrigger.ignore(
        "grading.RuleSet:published_stays"
    ):  # 17 weeks are too short for six months of green
        RuleSet.objects.filter(pk=rule_set.pk).update(star_months=GREEN_MONTHS)
    return street
