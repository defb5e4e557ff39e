"""What is asked and typed on the office pages."""

import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.roles import ROLE_NAMES, Role
from communities.models import Community, Grid
from fucheng.web.office.queries.audit import SUBJECTS, VERBS
from grading.states import INCIDENT_STATE_NAMES, IncidentState
from rentals.models import ImportRun

ALL = ("", _("All"))
STAFF_ROLES = [(role.value, ROLE_NAMES[role]) for role in Role if role is not Role.LANDLORD]


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("Registry file"),
        help_text=_("Excel workbook (.xlsx) or CSV, at most 60 MB."),
        error_messages={"required": _("Choose the workbook first.")},
        widget=forms.ClearableFileInput({"accept": ".xlsx,.csv"}),
    )
    mode = forms.ChoiceField(
        label=_("What to do"),
        initial="check",
        widget=forms.RadioSelect,
        choices=[
            ("check", _("Check only: show what would change, change nothing")),
            ("import", _("Check and import at once")),
        ],
    )
    on_error = forms.ChoiceField(
        label=_("Bad rows"),
        initial=ImportRun.OnError.SKIP_ROWS,
        widget=forms.RadioSelect,
        choices=[
            (ImportRun.OnError.SKIP_ROWS.value, _("Skip bad rows and take the good ones")),
            (ImportRun.OnError.ALL_OR_NOTHING.value, _("All or nothing: one bad row stops the whole import")),
        ],
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if not str(file.name).lower().endswith((".xlsx", ".csv")):
            raise forms.ValidationError(
                _(
                    "This is neither .xlsx nor .csv. Save the registry as an Excel workbook (.xlsx) and upload that."
                )
            )
        return file


class PeopleFilter(forms.Form):
    q = forms.CharField(required=False, max_length=64, label=_("Name"))
    role = forms.ChoiceField(required=False, label=_("Post"), choices=[ALL, *STAFF_ROLES])
    community = forms.ModelChoiceField(
        Community.objects.all(), required=False, label=_("Community"), empty_label=_("All")
    )
    state = forms.ChoiceField(
        required=False,
        label=_("Account"),
        choices=[
            ("", _("In use")),
            ("first", _("First password not changed")),
            ("no_post", _("Without a post")),
            ("closed", _("Closed")),
        ],
    )


class PersonForm(forms.Form):
    name = forms.CharField(
        label=_("Sign-in name"),
        max_length=64,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "off"}),
        help_text=_("Letters and digits, for example the staff number. It cannot be changed later."),
    )
    display_name = forms.CharField(
        label=_("Full name"), max_length=64, widget=forms.TextInput({"autocomplete": "off"})
    )
    nonce = forms.CharField(widget=forms.HiddenInput, max_length=32, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("nonce", secrets.token_urlsafe(16))

    def clean_nonce(self) -> str:
        """What makes a second click the same account; a form without one is a form of its own."""
        return self.cleaned_data["nonce"] or secrets.token_urlsafe(16)


class PostForm(forms.Form):
    role = forms.ChoiceField(label=_("Post"), choices=STAFF_ROLES)
    community = forms.ModelChoiceField(
        Community.objects.all(),
        required=False,
        label=_("Community"),
        empty_label=_("Whole street"),
        help_text=_("Grid workers and community staff need one."),
    )
    grid = forms.ModelChoiceField(
        Grid.objects.select_related("community"), required=False, label=_("Grid"), empty_label=_("All grids")
    )
    from_on = forms.DateField(label=_("From"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=500,
        label=_("Reason"),
        error_messages={"required": _("Give a reason; it stays in the audit trail.")},
    )


class AuditFilter(forms.Form):
    person = forms.CharField(required=False, max_length=64, label=_("Person (sign-in name)"))
    verb = forms.ChoiceField(required=False, label=_("Action"), choices=[ALL, *VERBS.items()])
    subject = forms.ChoiceField(required=False, label=_("Subject"), choices=[ALL, *SUBJECTS.items()])
    subject_id = forms.CharField(required=False, max_length=64, label=_("Number"))
    from_on = forms.DateField(
        required=False, label=_("From"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    until_on = forms.DateField(
        required=False, label=_("Until"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


class IncidentUploadForm(forms.Form):
    file = forms.FileField(
        label=_("File of police or fire service"),
        help_text=_("Excel workbook (.xlsx) or CSV, at most 10 MB."),
        widget=forms.ClearableFileInput({"accept": ".xlsx,.csv"}),
    )


class IncidentFilter(forms.Form):
    """What cannot be is no filter."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ALL,
            *((s.value, INCIDENT_STATE_NAMES[s]) for s in IncidentState if s != IncidentState.SET_ASIDE),
        ],
    )

    @property
    def wanted_state(self) -> str:
        return str(self.cleaned_data["state"]) if self.is_valid() else ""
