"""A verb and its reason: grade changes, urgent reds, objections, replies, proofs, stars."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grading.models import Hazard, RuleItem
from grading.models.stars import CAUSE_NAMES


class ReasonField(forms.CharField):
    """A reason that the landlord will read."""

    def __init__(self, **words: Any) -> None:
        super().__init__(
            max_length=500,
            widget=forms.Textarea({"rows": 3}),
            error_messages={"required": _("Give a reason; the landlord will read it.")},
            **words,
        )


class DecisionForm(forms.Form):
    """A verb and its reason; the landlord will read it."""

    verb = forms.ChoiceField(
        choices=[("approve", _("Approve")), ("return", _("Return")), ("review", _("Hand on to the panel"))]
    )
    reason = ReasonField(label=_("Reason"))


class UrgentForm(forms.Form):
    """What makes the home red at once, and why it cannot wait."""

    item = forms.ChoiceField(
        label=_("Danger"), error_messages={"required": _("Choose the danger that makes the home red.")}
    )
    reason = ReasonField(label=_("Why it cannot wait"), help_text=_("The landlord will read it."))

    def __init__(self, items: Sequence[RuleItem], data: Any) -> None:
        super().__init__(data)
        field = self.fields["item"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = [("", _("Choose")), *((item.code, f"{item.code} {item.fault}") for item in items)]


class EndUrgentForm(forms.Form):
    verb = forms.ChoiceField(choices=[("confirm", _("Confirm")), ("lift", _("Lift"))])
    reason = ReasonField(label=_("Reason"))


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


class HideForm(forms.Form):
    reason = forms.CharField(
        max_length=200, error_messages={"required": _("Say what is abusive in it; the landlord reads it.")}
    )


class ProofForm(forms.Form):
    verb = forms.ChoiceField(choices=[("accept", _("Accept")), ("refuse", _("Refuse"))])
    reason = forms.CharField(required=False, max_length=500, widget=forms.Textarea({"rows": 2}))


class StarProposalForm(forms.Form):
    reason = forms.CharField(max_length=500)


class StarDecisionForm(forms.Form):
    verb = forms.ChoiceField(choices=[("approve", _("Approve")), ("refuse", _("Refuse"))])
    reason = ReasonField(label=_("Reason"))


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
