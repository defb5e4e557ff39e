"""Lines of a visit's sheet: an open hazard to look at, and what will be sent."""

from dataclasses import dataclass

from fucheng.web.field.forms import HazardForm
from fucheng.web.photos import uploads
from grading.models import Finding, Hazard, RuleItem
from grading.services.hazards import Seen


@dataclass(frozen=True)
class Entry:
    """One line of the check before sending: what the flow gets, and how it reads."""

    seen: Seen
    item: RuleItem
    place: str

    @property
    def lacks_photo(self) -> bool:
        return self.item.needs_photo and self.seen.seen == Finding.Seen.FAULT and not self.seen.photos


@dataclass(frozen=True)
class HazardRow:
    hazard: Hazard
    place: str
    form: HazardForm
    photos: uploads.Received

    @property
    def said(self) -> str:
        return str(self.form.data.get(f"{self.form.prefix}-seen", ""))

    @property
    def note(self) -> str:
        return str(self.form.data.get(f"{self.form.prefix}-note", ""))
