"""Rule-set versions: the default one from its data file, the one in force, and its compiled form."""

import json
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.errors import Conflict
from grading.facts import Effect, Grade, Item, RuleBook
from grading.models import IncidentCategory, RuleItem, RuleSet

DATA = Path(__file__).parents[1] / "data"
DEFAULT_FILE = DATA / "rules_v1.json"
CATEGORIES_FILE = DATA / "incident_categories.json"


@transaction.atomic
def publish_default(*, effective_on: date, at: datetime, by: User) -> RuleSet:
    """Version 1.0 with its 52 items (domain.md 7), published; the existing one when it is there already.

    The incident categories come with it.
    """
    data = json.loads(DEFAULT_FILE.read_text(encoding="utf-8"))
    items = data.pop("items")
    rule_set, created = RuleSet.objects.get_or_create(
        version=data["version"],
        defaults=data
        | {
            "effective_on": effective_on,
            "state": RuleSet.State.PUBLISHED,
            "published_at": at,
            "published_by": by,
        },
    )
    IncidentCategory.objects.bulk_create(
        [IncidentCategory(**row) for row in json.loads(CATEGORIES_FILE.read_text(encoding="utf-8"))],
        ignore_conflicts=True,
    )
    if created:
        RuleItem.objects.bulk_create([RuleItem(rule_set=rule_set, **item) for item in items])
    return rule_set


def for_visit(day: date) -> RuleSet:
    """The version a visit of this day is bound to.

    It is the newest one in force; before the first version's day, that first version: a survey then
    collects findings and grades nobody (`is_grading`).
    """
    published = RuleSet.objects.filter(state=RuleSet.State.PUBLISHED)
    found = published.filter(effective_on__lte=day).order_by("-effective_on").first()
    found = found or published.order_by("effective_on").first()
    if found is None:
        raise Conflict(_("No rule set is published yet. Ask the street office to publish one."))
    return found


def is_grading(rule_set: RuleSet, day: date) -> bool:
    return rule_set.effective_on <= day


@lru_cache(maxsize=32)
def _book(rule_set_id: int) -> RuleBook:
    rule_set = RuleSet.objects.get(pk=rule_set_id)
    return RuleBook(
        version=rule_set.version,
        green_from=rule_set.green_from,
        caps=rule_set.dimension_caps,
        items={
            item.code: Item(item.code, Effect(item.effect), item.points, item.decay_days or 0)
            for item in rule_set.items.all()
        },
        interval_days={Grade(grade): days for grade, days in rule_set.interval_days.items()},
        interval_days_capped=rule_set.interval_days_capped,
        relapse_red_count=rule_set.relapse_red_count,
        relapse_window_months=rule_set.relapse_window_months,
        watch_days_incident=rule_set.watch_days_incident,
    )


def book(rule_set: RuleSet) -> RuleBook:
    """The version as the evaluator reads it; kept in memory once published, since it never changes."""
    if rule_set.state == RuleSet.State.DRAFT:
        return _book.__wrapped__(rule_set.pk)
    return _book(rule_set.pk)


@lru_cache(maxsize=32)
def _items(rule_set_id: int) -> dict[str, RuleItem]:
    return {item.code: item for item in RuleItem.objects.filter(rule_set=rule_set_id)}


def items_of(rule_set: RuleSet) -> dict[str, RuleItem]:
    """Checklist items of a published version by code."""
    return _items(rule_set.pk)
