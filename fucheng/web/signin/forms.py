"""What is typed at the door."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.text import fold


class StaffForm(forms.Form):
    """Name and password; the answer to a wrong one never says which of the two was wrong."""

    username = forms.CharField(
        label=_("Sign-in name"),
        max_length=64,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.user: User | None = None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if {"username", "password"} <= data.keys():
            name = fold(data["username"])
            self.user = authenticate(self.request, username=name, password=data["password"])
            if self.user is None:
                raise forms.ValidationError(_("The name or the password is wrong. Check both and try again."))
        return data


class PhoneForm(forms.Form):
    phone = forms.CharField(
        label=_("Mobile number"),
        max_length=20,
        help_text=_("The number that the street has on file for your homes."),
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel-national"}),
    )

    def clean_phone(self) -> str:
        """Eleven digits, however they were typed: full-width, with blanks, with +86."""
        digits = "".join(c for c in fold(self.cleaned_data["phone"]) if c.isdecimal())
        digits = digits.removeprefix("0086") if len(digits) == 15 else digits
        digits = digits.removeprefix("86") if len(digits) == 13 else digits
        if len(digits) != 11 or not digits.startswith("1"):
            raise forms.ValidationError(_("Enter the 11 digits of a mobile number, such as 138 0013 8000."))
        return digits


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code of six digits"),
        max_length=12,
        widget=forms.TextInput(
            attrs={
                "class": "fc-code-input",
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "pattern": "[0-9 ]*",
                "autofocus": True,
            }
        ),
    )

    def clean_code(self) -> str:
        digits = "".join(c for c in fold(self.cleaned_data["code"]) if c.isdecimal())
        if len(digits) != 6:
            raise forms.ValidationError(_("The code has six digits."))
        return digits


class SecondStepForm(forms.Form):
    """A code of six digits, or a recovery code of sixteen characters, however it was typed."""

    code = forms.CharField(
        label=_("Verification code"),
        max_length=32,
        widget=forms.TextInput(
            attrs={
                "class": "fc-code-input",
                "autocomplete": "one-time-code",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )

    def clean_code(self) -> str:
        return "".join(c for c in fold(self.cleaned_data["code"]) if c.isalnum())


class PasswordForm(forms.Form):
    old = forms.CharField(
        label=_("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("New password"),
        strip=False,
        help_text=_("At least 12 characters. A short sentence is easy to remember and hard to guess."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("New password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_old(self) -> str:
        old: str = self.cleaned_data["old"]
        if not self.user.check_password(old):
            raise forms.ValidationError(_("This is not your present password."))
        return old

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if {"new", "again"} <= data.keys() and data["new"] != data["again"]:
            self.add_error("again", _("The two new passwords differ."))
        if data.get("new") and data.get("new") == data.get("old"):
            self.add_error("new", _("Choose a password that differs from the present one."))
        return data
