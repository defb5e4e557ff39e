"""A report by a tenant or neighbour: what is dangerous, in ticks or words, and a photo if there is one."""

import secrets
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fucheng.flows import public_report
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
    def told(self) -> dict[str, Any]:
        """What a flow asks for."""
        return {
            "text": self.words,
            "photo": self.cleaned_data["photo"],
            "at": timezone.now(),
            "kinds": self.cleaned_data["kinds"],
        }

    @property
    def words(self) -> str:
        """Ticks and words as one text for the people who will check it."""
        ticked = "; ".join(str(HazardReport.Kind(kind).label) for kind in self.cleaned_data["kinds"])
        return "\n".join(part for part in (ticked, self.cleaned_data["text"].strip()) if part)


class StickerForm(ReportForm):
    """About the sticker at one of the doors of a building, by somebody who has no code to scan."""

    home = forms.TypedChoiceField(
        label=_("Which home?"), coerce=int, error_messages={"required": _("Choose the home.")}
    )
    field_order = ("home", "kinds", "text", "photo")

    def __init__(self, homes: Sequence[tuple[int, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        home, kinds, photo = (self.fields[name] for name in ("home", "kinds", "photo"))
        assert isinstance(home, forms.ChoiceField)  # noqa: S101 - declared above
        assert isinstance(kinds, forms.ChoiceField)  # noqa: S101
        home.choices = [("", _("choose")), *homes]
        kinds.choices = [(kind.value, kind.label) for kind in public_report.SIGN_TASKS]
        kinds.label, kinds.required = _("What is wrong with the sticker?"), True
        kinds.error_messages["required"] = _("Tick what is wrong with the sticker.")
        photo.label = _("A photo of the door")
