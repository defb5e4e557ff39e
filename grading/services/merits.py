"""What is better than the rules ask for: bonus items seen in order, which count for stars only."""

from collections.abc import Sequence

from core.dates import day_of
from grading.models import Finding, Merit, RuleItem, Visit
from grading.services.hazards import Seen

SEEN = (Finding.Seen.IN_ORDER, Finding.Seen.GONE)


def take_findings(visit: Visit, seen: Sequence[Seen], items: dict[str, RuleItem]) -> list[Finding]:
    """Keeps or ends the merits behind what was seen; returns the stored findings.

    The caller holds the building's lock.
    """
    findings = Finding.objects.bulk_create(
        Finding(visit=visit, unit_id=s.unit_id, item=items[s.item_code], seen=s.seen, note=s.note)
        for s in seen
    )
    for s, finding in zip(seen, findings, strict=True):
        place = {"building_id": visit.building_id, "unit_id": s.unit_id, "item_code": s.item_code}
        if s.seen == Finding.Seen.GONE:
            Merit.objects.filter(**place).delete()
        else:
            Merit.objects.update_or_create(
                **place,
                defaults={"finding": finding},
                create_defaults={"finding": finding, "since": day_of(visit.submitted_at)},
            )
    return findings
