"""What is asked and typed on the review pages."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from communities import access
from communities.models import Community, Grid, Post
from grading.models import Hazard, RuleItem
from grading.models.rule_sets import GRADE_CHOICES
from grading.models.stars import CAUSE_NAMES
from letters.models import Document
from rentals.models import Unit

ANY = ("", _("All"))
GRADES = [ANY, *GRADE_CHOICES]
VERBS = [("approve", _("Approve")), ("return", _("Return")), ("review", _("Hand on to the panel"))]

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
    "accept": [_("The photos show the hazard is mended.")],
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


class PlaceFilter(forms.Form):
    """Community and grid out of the person's own area; the grid is asked once the community is known."""

    community = forms.ModelChoiceField(
        Community.objects.none(), required=False, label=_("Community"), empty_label=_("All")
    )
    grid = forms.ModelChoiceField(Grid.objects.none(), required=False, label=_("Grid"), empty_label=_("All"))

    def __init__(self, user: User, data: Any) -> None:
        super().__init__(data)
        scope = access.scope_of(user)
        communities = Community.objects.visible_to(user)
        chosen = data.get("community", "")
        is_chosen = chosen.isascii() and chosen.isdigit()
        if scope.whole_street or len(scope.community_ids) > 1:
            self._choose("community", communities)
        else:
            del self.fields["community"]
        if is_chosen or not scope.whole_street:
            grids = Grid.objects.visible_to(user)
            self._choose("grid", grids.filter(community=chosen) if is_chosen else grids)
        else:
            del self.fields["grid"]
        self.full_clean()

    def _choose(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = rows

    @property
    def wanted(self) -> dict[str, Any]:
        """Only what was asked and understood."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}

    def said(self, name: str) -> str:
        """What was chosen, in words."""
        value = self.cleaned_data[name]
        choices = getattr(self.fields[name], "choices", ())
        known = {str(key): str(label) for key, label in choices} if isinstance(value, str | int) else {}
        return known.get(str(value), str(value))

    @property
    def is_narrowing(self) -> bool:
        return bool(self.wanted)


class QueueFilter(PlaceFilter):
    building = forms.CharField(required=False, max_length=64, label=_("Building or address"))
    from_grade = forms.ChoiceField(
        required=False, label=_("From grade"), choices=[ANY, ("none", _("Not graded")), *GRADE_CHOICES]
    )
    to_grade = forms.ChoiceField(required=False, label=_("To grade"), choices=GRADES)
    inspector = forms.ModelChoiceField(
        User.objects.none(), required=False, label=_("Inspected by"), empty_label=_("All")
    )
    age = forms.TypedChoiceField(
        required=False,
        label=_("Waiting"),
        coerce=int,
        empty_value=None,
        choices=[
            ANY,
            (2, _("more than 2 days")),
            (7, _("more than 7 days")),
            (14, _("more than 14 days")),
        ],
    )
    field_order = ["building", "community", "grid", "from_grade", "to_grade", "inspector", "age"]

    def __init__(self, user: User, data: Any) -> None:
        super().__init__(user, data)
        workers = Post.objects.visible_to(user).filter(role=Role.GRID_WORKER)
        if "community" in self.wanted:
            workers = workers.filter(community=self.wanted["community"])
        if access.scope_of(user).whole_street and "community" not in self.wanted:
            del self.fields["inspector"]
        else:
            self._choose(
                "inspector", User.objects.filter(pk__in=workers.values("user")).order_by("display_name")
            )
        self.full_clean()


class DecisionForm(forms.Form):
    """A verb and its reason; the landlord will read it."""

    verb = forms.ChoiceField(choices=VERBS)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("Give a reason; the landlord will read it.")},
    )


class UrgentForm(forms.Form):
    """What makes the home red at once, and why it cannot wait."""

    item = forms.ChoiceField(
        label=_("Danger"), error_messages={"required": _("Choose the danger that makes the home red.")}
    )
    reason = forms.CharField(
        label=_("Why it cannot wait"),
        help_text=_("The landlord will read it."),
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("Give a reason; the landlord will read it.")},
    )

    def __init__(self, items: Sequence[RuleItem], data: Any) -> None:
        super().__init__(data)
        field = self.fields["item"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = [("", _("Choose")), *((item.code, f"{item.code} {item.fault}") for item in items)]


class EndUrgentForm(forms.Form):
    verb = forms.ChoiceField(choices=[("confirm", _("Confirm")), ("lift", _("Lift"))])
    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea({"rows": 2}),
        error_messages={"required": _("Give a reason; the landlord will read it.")},
    )


class ObjectionForm(forms.Form):
    """Upheld or rejected, with the reasons; findings may be set aside instead of another visit."""

    verb = forms.ChoiceField(choices=[("uphold", _("Uphold")), ("reject", _("Reject"))])
    answer = forms.CharField(
        label=_("Reasons"),
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("Give the reasons; the landlord reads them.")},
    )
    hazards = forms.TypedMultipleChoiceField(
        label=_("Findings to set aside"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, hazards: Sequence[Hazard], data: Any) -> None:
        super().__init__(data)
        field = self.fields["hazards"]
        assert isinstance(field, forms.TypedMultipleChoiceField)  # noqa: S101
        field.choices = [(hazard.pk, f"{hazard.item_code} {hazard.item.fault}") for hazard in hazards]


class StarProposalForm(forms.Form):
    reason = forms.CharField(max_length=500)


class StarDecisionForm(forms.Form):
    verb = forms.ChoiceField(choices=[("approve", _("Approve")), ("refuse", _("Refuse"))])
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("Give a reason; the landlord will read it.")},
    )


class StarWithdrawalForm(forms.Form):
    cause = forms.ChoiceField(
        label=_("Cause"),
        choices=[(cause.value, name) for cause, name in CAUSE_NAMES.items()],
        error_messages={"required": _("Choose the cause and say what happened.")},
    )
    reason = forms.CharField(
        label=_("What happened"),
        max_length=500,
        error_messages={"required": _("Choose the cause and say what happened.")},
    )


class HideForm(forms.Form):
    reason = forms.CharField(
        max_length=200, error_messages={"required": _("Say what is abusive in it; the landlord reads it.")}
    )


class ProofForm(forms.Form):
    verb = forms.ChoiceField(choices=[("accept", _("Accept")), ("refuse", _("Refuse"))])
    reason = forms.CharField(required=False, max_length=500, widget=forms.Textarea({"rows": 2}))


class AnswerForm(forms.Form):
    answer = forms.CharField(
        max_length=500,
        widget=forms.Textarea({"rows": 2}),
        error_messages={"required": _("Say what was done.")},
    )


class RegisterFilter(PlaceFilter):
    q = forms.CharField(required=False, max_length=64, label=_("Code, address or building"))
    grade = forms.ChoiceField(required=False, label=_("Grade"), choices=[*GRADES, ("none", _("Not graded"))])
    category = forms.ChoiceField(required=False, label=_("Category"), choices=[ANY, *Unit.Category.choices])
    state = forms.ChoiceField(
        required=False,
        label=_("State"),
        choices=[
            ANY,
            ("stale", _("Visit overdue")),
            ("never", _("Never visited")),
            ("owed", _("Sticker owed")),
        ],
    )
    field_order = ["q", "community", "grid", "grade", "category", "state"]


class DocumentFilter(PlaceFilter):
    q = forms.CharField(required=False, max_length=64, label=_("Number, address or building"))
    kind = forms.ChoiceField(required=False, label=_("Kind"), choices=[ANY, *Document.Kind.choices])
    state = forms.ChoiceField(
        required=False,
        label=_("State"),
        choices=[
            ANY,
            ("undelivered", _("to be delivered")),
            ("read", _("read by the landlord")),
            ("owed", _("being made")),
            ("failed", _("could not be made")),
        ],
    )
    field_order = ["q", "community", "grid", "kind", "state"]


class BuildingFilter(PlaceFilter):
    q = forms.CharField(required=False, max_length=64, label=_("Code or name"))
    state = forms.ChoiceField(
        required=False,
        label=_("State of a home"),
        choices=[
            ANY,
            ("stale", _("Visit overdue")),
            ("never", _("Never visited")),
            ("none", _("Not graded")),
        ],
    )
    field_order = ["q", "community", "grid", "state"]


class RevealForm(forms.Form):
    purpose = forms.CharField(
        label=_("What do you need it for?"),
        max_length=200,
        error_messages={"required": _("Say what you need the data for; it stays in the audit trail.")},
    )


class AsOfForm(forms.Form):
    on = forms.DateField(
        label=_("Grade on"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


class PlaceForm(forms.Form):
    """Where an incident was: a building, a home in it, or none of ours."""

    place = forms.RegexField(regex=r"^(none|\d{1,18}(:\d{1,18})?)$")

    @property
    def building_id(self) -> int | None:
        place = self.cleaned_data["place"]
        return None if place == "none" else int(place.split(":")[0])

    @property
    def unit_id(self) -> int | None:
        _building, colon, unit = self.cleaned_data["place"].partition(":")
        return int(unit) if colon else None


class HandOverForm(forms.Form):
    department = forms.CharField(label=_("Department"), max_length=64)
    words = forms.CharField(label=_("What is asked for"), max_length=500)


class DepartmentAnswerForm(forms.Form):
    verb = forms.ChoiceField(choices=[("answer", _("Note the answer")), ("take-back", _("Take back"))])
    answered_by = forms.CharField(label=_("Who answered"), max_length=64, required=False)
    words = forms.CharField(label=_("What was said"), max_length=500)
