"""What a landlord sends: a proof that something is mended, a request to lift red."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ProofForm(forms.Form):
    """Words and photos; at least one of the two."""

    note = forms.CharField(
        label=_("What was done"),
        help_text=_("For example: the extinguishers on floors 1 to 5 were replaced on Monday."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DelistingForm(forms.Form):
    words = forms.CharField(
        label=_("What has been mended"),
        help_text=_("A few words are enough. The re-inspection looks at it on the spot."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ObjectionForm(forms.Form):
    words = forms.CharField(
        label=_("What is wrong with the decision"),
        help_text=_("For example: the photo shows another home, or this was mended before the visit."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ReplyForm(forms.Form):
    text = forms.CharField(
        label=_("Your reply"),
        help_text=_("At most 300 characters. No names, no phone or identity numbers: everybody can read it."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class VisitRequestForm(forms.Form):
    words = forms.CharField(
        label=_("What has been mended"),
        help_text=_("A few words are enough. The visit looks at it on the spot."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
