"""A report by a tenant or neighbour: what is dangerous, in ticks or words, and a photo if there is one."""

import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grading.models import HazardReport

MOST = 300


class ReportForm(forms.Form):
    """No name, no phone. `nonce` makes a second click the same report."""

    kinds = forms.MultipleChoiceField(
        label=_("What did you see?"),
        choices=HazardReport.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    text = forms.CharField(
        label=_("In your words: what, and where exactly"),
        help_text=_("Do not write names, phone numbers or plate numbers."),
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": MOST}),
        max_length=MOST,
        required=False,
    )
    photo = forms.FileField(
        label=_("A photo of the hazard"),
        help_text=_("No people, no bedrooms. Place and camera data are removed from the photo."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        required=False,
    )
    nonce = forms.CharField(widget=forms.HiddenInput, max_length=32, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("nonce", secrets.token_urlsafe(16))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        says_nothing = not cleaned.get("kinds") and not (cleaned.get("text") or "").strip()
        if says_nothing and not self.errors:
            raise forms.ValidationError(
                gettext("Tick what you saw, or say in a few words what is dangerous.")
            )
        return cleaned

    @property
    def words(self) -> str:
        """Ticks and words as one text for the people who will check it."""
        ticked = "; ".join(str(HazardReport.Kind(kind).label) for kind in self.cleaned_data["kinds"])
        return "\n".join(part for part in (ticked, self.cleaned_data["text"].strip()) if part)
