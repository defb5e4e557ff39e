"""Two versions line by line: settings and items, what was, what is, what came and what went."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grading.facts import Effect, Severity
from grading.models import RuleItem, RuleSet
from grading.models.rule_sets import DIMENSION_NAMES, GRADE_NAMES
from grading.stars import MOST

EFFECT_NAMES: dict[str, Any] = {
    Effect.VETO: _("red while open"),
    Effect.CAP: _("at best yellow"),
    Effect.POINTS: _("points"),
    Effect.BONUS: _("bonus for stars"),
}
SEVERITY_NAMES: dict[str, Any] = {
    Severity.CRITICAL: _("critical"),
    Severity.MAJOR: _("major"),
    Severity.MINOR: _("minor"),
    Severity.BONUS: _("bonus"),
}
ITEM_FIELDS: dict[str, Any] = {
    "text_zh": _("What is checked, in Chinese"),
    "text_en": _("What is checked, in English"),
    "fault_zh": _("The fault in a few words, in Chinese"),
    "fault_en": _("The fault in a few words, in English"),
    "scope": _("Place"),
    "severity": _("Severity"),
    "effect": _("Effect"),
    "points": _("Points"),
    "decay_days": _("Deduction ends after days"),
    "deadline": _("Deadline"),
    "deadline_days": _("Working days to mend"),
    "department": _("Department"),
    "needs_photo": _("Photo needed"),
    "is_for_self_inspection": _("For the landlord's self-inspection"),
    "red_cause": _("Cause of red"),
    "sources": _("Legal source"),
}
SETTINGS: dict[str, Any] = {
    "title": _("Title"),
    "green_from": _("Green from this score"),
    **{f"cap_{letter}": name for letter, name in DIMENSION_NAMES.items()},
    **{f"days_{grade}": name for grade, name in GRADE_NAMES.items()},
    "interval_days_capped": _("Days until the next visit while a yellow item is open"),
    "watch_days": _("Days of watch after delisting"),
    "watch_days_incident": _("Days of watch after an incident"),
    "relapse_red_count": _("Relapses of an item that propose red"),
    "relapse_window_months": _("Months in which relapses are counted"),
    "self_inspection_days": _("Days a self-inspection puts off the visit"),
    "self_inspection_sample": _("Percent of self-inspections verified"),
    "star_months": _("Months of green before stars"),
    "star_case_months": _("Months without red, incident or untrue proof before stars"),
    "star_score_from": _("Stars from this score"),
    **{f"stars_{n}": n for n in range(1, MOST + 1)},
    "star_valid_months": _("Months an award of stars is valid"),
    "announce_days": _("Working days before which a re-inspection is announced; 0: never"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One field that differs, in words."""

    field: str
    label: str | Promise
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class ItemChange:
    old: RuleItem
    new: RuleItem
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Comparison:
    settings: list[Line]
    added: list[RuleItem]
    removed: list[RuleItem]
    changed: list[ItemChange]

    @property
    def count(self) -> int:
        """Settings and items that differ."""
        return len(self.settings) + len(self.added) + len(self.removed) + len(self.changed)


def compare(old: RuleSet, new: RuleSet) -> Comparison:
    """Two queries; the items in the order of their codes."""
    before = {item.code: item for item in old.items.order_by("code")}
    after = {item.code: item for item in new.items.order_by("code")}
    both = [(before[code], item) for code, item in after.items() if code in before]
    changes = [ItemChange(was, now, item_lines(was, now)) for was, now in both]
    return Comparison(
        settings=_setting_lines(settings_of(old), settings_of(new)),
        added=[item for code, item in after.items() if code not in before],
        removed=[item for code, item in before.items() if code not in after],
        changed=[change for change in changes if change.lines],
    )


def item_lines(old: RuleItem, new: RuleItem) -> list[Line]:
    return [
        Line(field, label, in_words(old, field), in_words(new, field))
        for field, label in ITEM_FIELDS.items()
        if getattr(old, field) != getattr(new, field)
    ]


def settings_of(rule_set: RuleSet) -> dict[str, Any]:
    """The settings of a version under the names of SETTINGS, flat."""
    flat = {f"cap_{letter}": rule_set.dimension_caps.get(letter, 0) for letter in DIMENSION_NAMES}
    flat |= {f"days_{grade}": rule_set.interval_days.get(grade, 0) for grade in GRADE_NAMES}
    flat |= {f"stars_{n}": points for n, points in enumerate(rule_set.star_points, 1)}
    return {name: flat[name] if name in flat else getattr(rule_set, name) for name in SETTINGS}


def _setting_lines(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Line]:
    return [
        Line(name, label_of_setting(name), str(old[name]), str(new[name]))
        for name in SETTINGS
        if old[name] != new[name]
    ]


def settings_lines(rule_set: RuleSet) -> list[Line]:
    """All settings of a draft in words, each with what it was in the version before."""
    now = settings_of(rule_set)
    before = settings_of(rule_set.based_on) if rule_set.based_on else now
    return [Line(name, label_of_setting(name), str(before[name]), str(now[name])) for name in SETTINGS]


def label_of_setting(name: str) -> str:
    if name.startswith("cap_"):
        return _("Most points of group %(group)s") % {"group": f"{name[-1]} {SETTINGS[name]}"}
    if name.startswith("days_"):
        return _("Days until the next visit: %(grade)s") % {"grade": SETTINGS[name]}
    if name.startswith("stars_"):
        return _("Points of the weakest home, with bonus, for stars: %(n)s") % {"n": SETTINGS[name]}
    return str(SETTINGS[name])


def in_words(item: RuleItem, field: str) -> str:
    """A field of an item as people read it, in their language."""
    value = getattr(item, field)
    if field in ("scope", "deadline", "red_cause"):
        value = getattr(item, f"get_{field}_display")()
    elif field == "effect":
        value = EFFECT_NAMES[value]
    elif field == "severity":
        value = SEVERITY_NAMES[value]
    elif field == "sources":
        value = ", ".join(value)
    elif field in ("needs_photo", "is_for_self_inspection"):
        value = _("yes") if value else _("no")
    return str(value) if value not in (None, "") else "–"
