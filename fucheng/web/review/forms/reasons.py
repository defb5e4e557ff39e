"""Reasons offered beside each verb, so that few need typing; the landlord reads what was chosen."""

from typing import Any

from django.utils.translation import gettext_lazy as _

REASONS: dict[str, list[Any]] = {
    "approve": [
        _("Findings and photos agree with the checklist; the change is approved."),
        _("The hazards were found mended at the re-inspection."),
        _("First grading by the rules in force."),
    ],
    "return": [
        _("The photos do not show the fault; please inspect again."),
        _("The fault belongs to another home; please correct the visit."),
        _("The landlord objects with good cause; please inspect again together."),
    ],
    "review": [
        _("Facts checked, evidence complete; handed to the panel."),
        _("Re-inspected and mended; handed to the panel for delisting."),
    ],
    "uphold": [_("The evidence does not bear the finding."), _("The facts were not established completely.")],
    "reject": [_("The finding is proved by photos and record; the deadline was observed.")],
    "confirm": [_("The danger is proved by the documents; the urgent red is confirmed.")],
    "lift": [_("The danger is not proved; the urgent red is lifted.")],
    "refuse": [
        _("The photo does not show the place of the hazard; please take it again."),
        _("The hazard is still visible in the photo."),
    ],
    "star": [
        _("All conditions checked home by home; proposed for stars."),
        _("Equipment and notices looked at on the spot; nothing against it."),
    ],
    "star_approve": [_("The conditions are met; the stars are awarded.")],
    "star_withdraw": [_("The cause is proved; the stars are withdrawn.")],
    "star_refuse": [_("Not convincing yet; look again in half a year.")],
    "star_keep": [_("The cause was settled at once; the stars stay.")],
    "answer": [
        _("Checked on the spot; the hazard was recorded and a deadline set."),
        _("Checked on the spot; no hazard was found."),
        _("Handed to the department in charge."),
    ],
}
