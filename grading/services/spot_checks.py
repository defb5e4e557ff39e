"""Spot checks of proofs accepted on paper: drawn by a hash that anybody can compute again, settled by a visit."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from accounts.services import audit
from communities import access
from core.dates import add_workdays, day_of
from core.errors import Invalid
from grading.models import Finding, Hazard, HazardEvent, Proof, SamplingShare, SpotCheck, Visit
from grading.services.hazards import Seen
from grading.states import HazardState, SpotCheckState

WORKDAYS = 5  # until the visit
REMEMBERED = timedelta(days=365)  # how long a false proof counts
What = HazardEvent.What


def number_of(proof: Proof) -> int:
    """0 to 99, always the same for the same proof."""
    told = f"{proof.pk} {proof.hazard_id} {proof.sent_at.timestamp()}"
    return int(hashlib.sha256(told.encode()).hexdigest(), 16) % 100


def share_of(proof: Proof, at: datetime) -> int:
    """Of a hundred: the severity's share, and more for each false proof of the same sender within a year."""
    share = SamplingShare.objects.filter(severity=proof.hazard.item.severity).first()
    if share is None:
        return 0
    false = SpotCheck.objects.filter(
        state=SpotCheckState.FALSE, proof__sent_by=proof.sent_by_id, drawn_at__gte=at - REMEMBERED
    ).count()
    return min(100, share.percent + false * share.more_after_false)


def draw(proof: Proof, *, at: datetime) -> SpotCheck:
    """Keeps the draw for an accepted proof, drawn or not."""
    number, share = number_of(proof), share_of(proof, at)
    is_drawn = number < share
    return SpotCheck.objects.create(
        proof=proof,
        hazard=proof.hazard,
        number=number,
        share=share,
        state=SpotCheckState.WAITING if is_drawn else SpotCheckState.NOT_DRAWN,
        drawn_at=at,
        due_on=add_workdays(day_of(at), WORKDAYS) if is_drawn else None,
    )


def settle(visit: Visit, seen: Iterable[Seen]) -> None:
    """What a visit says about hazards whose proofs wait for a spot check."""
    said = {(s.unit_id, s.item_code): s for s in seen}
    waiting = SpotCheck.objects.filter(hazard__building=visit.building_id, state=SpotCheckState.WAITING)
    for check in waiting.prefetch_related("hazard").order_by("pk"):
        found = said.get((check.hazard.unit_id, check.hazard.item_code))
        if found is None:
            continue
        is_mended = found.seen == Finding.Seen.MENDED
        check.state = SpotCheckState.CONFIRMED if is_mended else SpotCheckState.FALSE
        check.visit = visit
        check.save(update_fields=["state", "visit"])
        HazardEvent.objects.create(
            hazard=check.hazard,
            what=What.CHECK_PASSED if is_mended else What.CHECK_FAILED,
            at=visit.submitted_at,
            by_id=visit.by_id,
            visit=visit,
        )


def waiting_in(building_id: int) -> dict[int, SpotCheck]:
    """Hazard id to the check that waits, of one building."""
    rows = SpotCheck.objects.filter(
        hazard__building=building_id, hazard__state=HazardState.CLOSED, state=SpotCheckState.WAITING
    )
    return {check.hazard_id: check for check in rows.select_related("hazard__item", "hazard__unit")}


def hazard_to_look_at(check: SpotCheck) -> Hazard:
    """The mended hazard as the form of a visit shows it: due on the day of the check."""
    check.hazard.due_on = check.due_on
    return check.hazard


@transaction.atomic
def set_shares(shares: Mapping[str, tuple[int, int]], *, by: User) -> None:
    """Severity to the share of a hundred, and what each false proof of the same sender adds to it."""
    access.authorize(by, Permission.RULES_EDIT)
    for row in SamplingShare.objects.select_for_update().order_by("severity"):
        percent, more = shares.get(row.severity, (row.percent, row.more_after_false))
        if not (0 <= percent <= 100 and 0 <= more <= 100):
            raise Invalid(_("A share lies between 0 and 100 percent."))
        if (percent, more) == (row.percent, row.more_after_false):
            continue
        before = {"percent": row.percent, "more_after_false": row.more_after_false}
        row.percent, row.more_after_false = percent, more
        row.save()
        audit.record(
            "sampling-share-changed",
            by=by,
            subject="sampling_share",
            subject_id=row.severity,
            data={"before": before, "after": {"percent": percent, "more_after_false": more}},
        )
