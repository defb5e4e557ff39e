"""What is asked for and told beside decisions: answers, places of incidents, hand-overs, purposes."""

from django import forms
from django.utils.translation import gettext_lazy as _


class AnswerForm(forms.Form):
    answer = forms.CharField(
        max_length=500,
        widget=forms.Textarea({"rows": 2}),
        error_messages={"required": _("Say what was done.")},
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


class RevealForm(forms.Form):
    purpose = forms.CharField(
        label=_("What do you need it for?"),
        max_length=200,
        error_messages={"required": _("Say what you need the data for; it stays in the audit trail.")},
    )
