from django import forms
from django.utils.translation import gettext_lazy as _


class ReportForm(forms.Form):
    """What is dangerous, and a photo if there is one. No name, no phone."""

    text = forms.CharField(
        label=_("What is dangerous?"),
        help_text=_("For example: the escape window is locked; an e-bike is charged in the stairs."),
        max_length=500,
        widget=forms.Textarea({"rows": 4, "maxlength": 500}),
        error_messages={"required": _("Say in a few words what is dangerous.")},
    )
    photo = forms.FileField(
        label=_("Photo (optional)"),
        help_text=_("Show the danger, not people or bedrooms."),
        required=False,
        widget=forms.ClearableFileInput({"accept": "image/*"}),
    )
