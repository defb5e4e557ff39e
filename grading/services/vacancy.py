"""Is a red home really empty? The grid worker looks at the interval of red; what is let goes to a department."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from communities import access
from core.dates import add_workdays, day_of
from core.errors import Conflict, Invalid
from grading.facts import Grade
from grading.models import GradeChange, GradePeriod, RuleSet, VacancyCheck
from grading.services import assessing, handling, hazards, rule_sets
from grading.states import VACANCY_MOVES, VacancyState
from rentals.models import Building

LET_ITEM = "L10"  # a red home is let again (domain.md 7)
UNCLEAR_WORKDAYS = 1  # until somebody looks again

Answer = VacancyCheck.Answer


@transaction.atomic
def follow_changes(change_ids: Sequence[int], *, at: datetime) -> None:
    """Homes now red are to be looked at; those that left red no more."""
    rows = GradeChange.objects.filter(pk__in=change_ids, state="approved").select_related(
        "assessment__rule_set"
    )
    changes = list(rows.order_by("unit"))
    left = [change.unit_id for change in changes if change.from_grade == "red"]
    VacancyCheck.objects.due().filter(unit__in=left).update(state=VacancyState.CLOSED)
    _open([change for change in changes if change.to_grade == "red"], on=day_of(at))


@transaction.atomic
def open_missing(*, at: datetime, limit: int) -> int:
    """For reds that came into force before anybody was told to look; how many."""
    due = VacancyCheck.objects.due().filter(unit=OuterRef("unit"))
    reds = GradePeriod.objects.filter(~Exists(due), grade="red", ends_at=None, unit__left_on=None)
    rows = reds.select_related("change__assessment__rule_set").order_by("unit")[:limit]
    return _open([period.change for period in rows], on=day_of(at))


def _open(changes: Sequence[GradeChange], *, on: date) -> int:
    made = VacancyCheck.objects.bulk_create(
        [VacancyCheck(unit_id=c.unit_id, change=c, due_on=_next(on, c.assessment.rule_set)) for c in changes],
        ignore_conflicts=True,
    )
    return len(made)


def _next(on: date, rule_set: RuleSet) -> date:
    return on + timedelta(days=rule_set.interval_days[Grade.RED])


@transaction.atomic
def answer(*, check_id: int, answer: str, by: User, at: datetime) -> VacancyCheck:
    """One tap at the door. `let` opens the fault and hands it to its department; the next look is due."""
    found = VacancyCheck.objects.visible_to(by).select_related("unit__building").one(pk=check_id)
    building = Building.objects.lock(found.unit.building_id)  # as a visit does
    access.authorize(by, Permission.VISIT_SUBMIT, community_id=building.community_id)
    check = VacancyCheck.objects.select_related("unit", "change").lock(check_id)
    if VacancyState.ANSWERED not in VACANCY_MOVES[VacancyState(check.state)]:
        raise Conflict(_("This was answered already, or the home is no longer red."))
    if answer not in Answer.values:
        raise Invalid(_("Choose: empty, let, or could not tell."))
    rule_set = rule_sets.for_visit(day_of(at))
    if answer == Answer.LET:
        _hand_over(check, rule_set, by=by, at=at)
    check.state, check.answer, check.answered_by, check.answered_at = VacancyState.ANSWERED, answer, by, at
    check.save()
    again = _next(day_of(at), rule_set)
    if answer == Answer.UNCLEAR:
        again = add_workdays(day_of(at), UNCLEAR_WORKDAYS)
    VacancyCheck.objects.create(unit=check.unit, change=check.change, due_on=again)
    return check


def _hand_over(check: VacancyCheck, rule_set: RuleSet, *, by: User, at: datetime) -> None:
    item = rule_sets.items_of(rule_set).get(LET_ITEM)
    if item is None:
        raise Conflict(
            _("The rules in force have no item for a red home that is let. Tell the street office.")
        )
    words = "入户查看时发现仍在出租，请依法处理。"
    hazard, _is_new = hazards.open_without_visit(check.unit, item, by=by, at=at, note=words)
    check.hand_over = handling.give(hazard, item.department, words, by=by, at=at)
    assessing.assess_after_check(check.unit.building_id, rule_set=rule_set, checked_by=by, at=at)
