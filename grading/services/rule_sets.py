"""Rule-set versions: the default one from its data file, the one in force, its compiled form, its end."""

import json
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.errors import Conflict
from grading.facts import Effect, Grade, Item, RuleBook
from grading.models import IncidentCategory, RuleItem, RuleSet, SamplingShare
from grading.stars import StarBook
from grading.states import RuleSetState

DATA = Path(__file__).parents[1] / "data"
DEFAULT_FILE = DATA / "rules_v1.json"
CATEGORIES_FILE = DATA / "incident_categories.json"
SHARES = json.loads((DATA / "sampling.json").read_text(encoding="utf-8"))


@transaction.atomic
def publish_default(*, effective_on: date, at: datetime, by: User) -> RuleSet:
    """Version 1.0 with its 52 items (domain.md 7), published; the existing one when it is there already.

    The incident categories and the shares of spot checks come with it.
    """
    data = json.loads(DEFAULT_FILE.read_text(encoding="utf-8"))
    items = data.pop("items")
    IncidentCategory.objects.bulk_create(
        [IncidentCategory(**row) for row in json.loads(CATEGORIES_FILE.read_text(encoding="utf-8"))],
        ignore_conflicts=True,
    )
    SamplingShare.objects.bulk_create([SamplingShare(**row) for row in SHARES], ignore_conflicts=True)
    existing = RuleSet.objects.filter(version=data["version"]).first()
    if existing is not None:
        return existing
    rule_set = RuleSet.objects.create(**data, effective_on=effective_on)
    RuleItem.objects.bulk_create([RuleItem(rule_set=rule_set, **item) for item in items])
    rule_set.state = RuleSetState.PUBLISHED
    rule_set.published_at, rule_set.published_by = at, by
    rule_set.save(update_fields=["state", "published_at", "published_by"])
    return rule_set


def for_visit(day: date) -> RuleSet:
    """The version a visit of this day is bound to, also when it has been retired since.

    It is the newest one in force; before the first version's day, that first version: a survey then
    collects findings and grades nobody (`is_grading`).
    """
    binding = RuleSet.objects.binding()
    found = binding.filter(effective_on__lte=day).order_by("-effective_on").first()
    found = found or binding.order_by("effective_on").first()
    if found is None:
        raise Conflict(_("No rule set is published yet. Ask the street office to publish one."))
    return found


@transaction.atomic
def retire_superseded(day: date) -> list[RuleSet]:
    """Retires every version after which a newer one has come into force by this day.

    Nothing is judged by the state: `for_visit` goes by the days, so a late retirement changes no grade.
    """
    in_force = for_visit(day)
    older = RuleSet.objects.filter(state=RuleSetState.PUBLISHED, effective_on__lt=in_force.effective_on)
    retired = list(older.select_for_update(no_key=True).order_by("pk"))
    for rule_set in retired:
        rule_set.state = RuleSetState.RETIRED
        rule_set.save(update_fields=["state"])
    return retired


def is_grading(rule_set: RuleSet, day: date) -> bool:
    return rule_set.effective_on <= day


def grading_on(day: date) -> RuleSet:
    """The version in force on this day; Conflict before the first one grades (ADR 4)."""
    rule_set = for_visit(day)
    if not is_grading(rule_set, day):
        raise Conflict(_("These rules grade from %(day)s on."), day=rule_set.effective_on)
    return rule_set


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


def star_book(rule_set: RuleSet) -> StarBook:
    return StarBook(
        months=rule_set.star_months,
        case_months=rule_set.star_case_months,
        score_from=rule_set.star_score_from,
        points=tuple(rule_set.star_points),
    )


def book(rule_set: RuleSet) -> RuleBook:
    """The version as the evaluator reads it; kept in memory once published, since it never changes."""
    if rule_set.is_open:
        return _book.__wrapped__(rule_set.pk)
    return _book(rule_set.pk)


@lru_cache(maxsize=32)
def _items(rule_set_id: int) -> dict[str, RuleItem]:
    return {item.code: item for item in RuleItem.objects.filter(rule_set=rule_set_id)}


def items_of(rule_set: RuleSet) -> dict[str, RuleItem]:
    """Checklist items of a version by code."""
    return _items.__wrapped__(rule_set.pk) if rule_set.is_open else _items(rule_set.pk)
