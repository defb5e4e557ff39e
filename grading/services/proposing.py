"""Grade changes as assessments propose them; nobody becomes free to decide by a newer proposal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.bulk import copy_in, reserve_ids
from grading.models import GradeChange
from grading.services import watches
from grading.states import ChangeState


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an assessment says about one home; a change is proposed when the two grades differ."""

    unit_id: int
    community_id: int
    assessment_id: int
    grade_in_force: str | None
    grade: str


def propose(proposals: Sequence[Proposal], *, at: datetime, inspected_by: int | None) -> list[int]:
    """Ids of the changes now proposed.

    An open change with the same outcome goes on with the newest reasons, and whoever inspected before stays
    barred; one with another outcome is replaced, as is one whose reviewer has now inspected. Nobody
    becomes free to decide by a replacement.
    """
    open_rows = GradeChange.objects.open().filter(unit__in=[p.unit_id for p in proposals])
    open_changes = {change.unit_id: change for change in open_rows}
    replaced, renewed, wanted = [], [], []
    for p in proposals:
        waiting = open_changes.get(p.unit_id)
        if waiting and (waiting.from_grade, waiting.to_grade) == (p.grade_in_force, p.grade):
            if waiting.assessment_id == p.assessment_id:
                continue
            if inspected_by is None or waiting.reviewed_by_id != inspected_by:
                renewed.append(_renew(waiting, p.assessment_id, inspected_by))
                continue
        if waiting:
            replaced.append(waiting.pk)
        if p.grade != p.grade_in_force:
            wanted.append(p)
    GradeChange.objects.bulk_update(
        renewed, ["assessment", "inspected_by", "earlier_inspectors"], batch_size=1000
    )
    if replaced:
        GradeChange.objects.filter(pk__in=replaced).update(state=ChangeState.SUPERSEDED)
    ids = reserve_ids(GradeChange, len(wanted))
    copy_in(
        "grading_gradechange",
        (
            "id", "unit_id", "community_id", "assessment_id", "from_grade", "to_grade", "state",
            "proposed_at", "inspected_by_id", "earlier_inspectors", "review_reason", "decided_as", "reason",
        ),
        (
            (
                pk, p.unit_id, p.community_id, p.assessment_id, p.grade_in_force, str(p.grade),
                ChangeState.PROPOSED.value, at, inspected_by,
                _array(_behind(open_changes.get(p.unit_id), but=inspected_by)), "", "", "",
            )
            for pk, p in zip(ids, wanted, strict=True)
        ),
    )  # fmt: skip
    watches.send_to_panel(ids)
    watches.keep([p.unit_id for p in proposals], at=at)
    return ids


def _renew(change: GradeChange, assessment_id: int, inspected_by: int | None) -> GradeChange:
    """The change with newer reasons for the same outcome."""
    change.earlier_inspectors = _behind(change, but=inspected_by)
    change.assessment_id, change.inspected_by_id = assessment_id, inspected_by or change.inspected_by_id
    return change


def _array(ids: Sequence[int]) -> str:
    return f"{{{','.join(map(str, ids))}}}"


def _behind(change: GradeChange | None, *, but: int | None) -> list[int]:
    """Who inspected for this change, without the newest inspector."""
    if change is None:
        return []
    return sorted({pk for pk in (*change.earlier_inspectors, change.inspected_by_id) if pk and pk != but})
