"""What is wrong, or doubtful, with a version of the rules: item by item and as a whole.

Faults keep a draft from being simulated and published; hints are said and left to people.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grading.facts import Effect, Grade, Severity
from grading.models import RuleItem, RuleSet
from grading.models.rule_sets import DIMENSION_NAMES
from grading.rules import FULL_SCORE

CODE = re.compile(rf"[{''.join(DIMENSION_NAMES)}]\d\d\d?")
WORDS = {"text_zh": _("Chinese"), "text_en": _("English"), "fault_zh": _("Chinese"), "fault_en": _("English")}


@dataclass(frozen=True, slots=True)
class Fault:
    """`code` names the item (empty: the version itself), `field` the field that is to be changed."""

    code: str
    field: str
    text: str | Promise
    is_hint: bool = False


def of_item(item: RuleItem, caps: Mapping[str, int]) -> list[Fault]:
    """Faults of one item under these caps of the dimensions; a rule of the street's own needs no law."""
    found = [*_words(item), *_effect(item), *_points(item, caps), *_deadline(item)]
    if not CODE.fullmatch(item.code):
        found.append(("code", _("A code is the letter of its group (H, L, F, Z, E) and two digits: F12.")))
    faults = [Fault(item.code, field, text) for field, text in found]
    if not item.sources:
        words = _("No law, standard or notice is named; an objection will ask for one.")
        faults.append(Fault(item.code, "sources", words, is_hint=True))
    return faults


Said = tuple[str, str | Promise]


def _words(item: RuleItem) -> list[Said]:
    """Landlords and staff read both languages; a text that is missing in one is a blank on somebody's page."""
    return [
        (field, missing_in(language)) for field, language in WORDS.items() if not getattr(item, field).strip()
    ]


def missing_in(language: str | Promise) -> str:
    return str(_("This text is missing in %(language)s.") % {"language": language})


def _effect(item: RuleItem) -> list[Said]:
    is_veto = item.effect == Effect.VETO
    found: list[Said] = []
    if is_veto and not item.red_cause:
        found.append(("red_cause", _("An item that makes a home red needs the cause it is counted under.")))
    if item.red_cause and not is_veto:
        found.append(("red_cause", _("Only an item that makes a home red has a cause.")))
    if (item.effect == Effect.BONUS) != (item.severity == Severity.BONUS):
        found.append(("severity", _("Bonus is the severity of bonus items, and of no others.")))
    if item.decay_days is not None and item.effect != Effect.POINTS:
        found.append(("decay_days", _("Only points end after some days; a veto or a cap ends when mended.")))
    if item.decay_days == 0:
        found.append(("decay_days", _("At least one day, or leave it empty.")))
    return found


def _points(item: RuleItem, caps: Mapping[str, int]) -> list[Said]:
    if item.effect in (Effect.VETO, Effect.CAP):
        return [("points", _("A veto or a cap costs no points; write 0."))] if item.points else []
    if not item.points:
        return [("points", _("This effect needs points: at least 1."))]
    cap = caps.get(item.code[:1])
    if item.effect == Effect.POINTS and cap is not None and item.points > cap:
        words = _("%(points)s points, but group %(group)s costs at most %(cap)s.")
        return [("points", words % {"points": item.points, "group": item.code[:1], "cap": cap})]
    return []


def _deadline(item: RuleItem) -> list[Said]:
    if item.deadline == RuleItem.Deadline.DAYS and not item.deadline_days:
        return [("deadline_days", _("Within how many working days? At least 1."))]
    if item.deadline != RuleItem.Deadline.DAYS and item.deadline_days:
        return [("deadline_days", _("Days are only told for “within days”; write 0."))]
    return []


def of_settings(rule_set: RuleSet, items: Iterable[RuleItem]) -> list[Fault]:
    """Faults and hints of thresholds, caps, intervals and watch periods, seen with the items there are."""
    caps, days = rule_set.dimension_caps, rule_set.interval_days
    found: list[Said] = []
    if not 0 < rule_set.green_from <= FULL_SCORE:
        found.append(("green_from", _("No home can reach this: the score goes from 0 to 100.")))
    if sum(caps.values()) > FULL_SCORE:
        words = _("All groups together cost %(sum)s points; a score cannot fall below 0, so 100 at most.")
        found.append((f"cap_{max(caps, key=lambda d: caps[d])}", words % {"sum": sum(caps.values())}))
    for grade, longer in ((Grade.YELLOW, Grade.GREEN), (Grade.RED, Grade.YELLOW)):
        if days[grade] > days[longer]:
            found.append((f"days_{grade}", _("A worse grade is not visited less often than a better one.")))
    if rule_set.interval_days_capped > days[Grade.YELLOW]:
        found.append(("interval_days_capped", _("Not longer than the interval of yellow.")))
    numbers = {f"days_{grade}": n for grade, n in days.items()} | {
        field: getattr(rule_set, field)
        for field in (
            "interval_days_capped",
            "watch_days",
            "relapse_red_count",
            "relapse_window_months",
            "star_months",
            "star_valid_months",
        )
    }
    found += _stars(rule_set)
    found += [(field, _("At least 1.")) for field, n in numbers.items() if n < 1]
    return [Fault("", field, text) for field, text in found] + _hints(rule_set, items)


def _stars(rule_set: RuleSet) -> list[Said]:
    """Whoever meets the conditions gets a star, and more stars never for fewer points."""
    found: list[Said] = []
    points = rule_set.star_points
    if not 0 < rule_set.star_score_from <= FULL_SCORE:
        found.append(("star_score_from", _("No home can reach this: the score goes from 0 to 100.")))
    if points[0] > rule_set.star_score_from:
        found.append(("stars_1", _("Not above the score that stars start from.")))
    found += [
        (f"stars_{n + 1}", _("More than for one star less."))
        for n in range(1, len(points))
        if points[n] <= points[n - 1]
    ]
    return found


def _hints(rule_set: RuleSet, items: Iterable[RuleItem]) -> list[Fault]:
    most: defaultdict[str, int] = defaultdict(int)
    for item in items:
        if item.effect == Effect.POINTS:
            most[item.dimension] += item.points
    worst = FULL_SCORE - sum(min(n, rule_set.dimension_caps.get(d, 0)) for d, n in most.items())
    if 0 < rule_set.green_from <= worst:
        words = _("No home falls below this by points: with every item open %(worst)s are left.")
        return [Fault("", "green_from", words % {"worst": worst}, is_hint=True)]
    return []


def of_version(rule_set: RuleSet, items: Iterable[RuleItem]) -> list[Fault]:
    """Everything there is to say about a version, faults before hints."""
    items = list(items)
    found = [fault for item in items for fault in of_item(item, rule_set.dimension_caps)]
    found += of_settings(rule_set, items)
    if not items:
        found.append(Fault("", "items", _("There is no item: every home would be green.")))
    return sorted(found, key=lambda fault: fault.is_hint)
