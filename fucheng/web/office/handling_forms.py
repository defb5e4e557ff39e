"""Shares of spot checks and categories of incidents, as they are typed."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grading.models import IncidentCategory, RuleItem, SamplingShare
from grading.services.rule_comparison import SEVERITY_NAMES


class SharesForm(forms.Form):
    """Two numbers a severity: the share, and what a false proof adds."""

    def __init__(self, rows: Sequence[SamplingShare], data: Any) -> None:
        super().__init__(data)
        self.rows = rows
        for row in rows:
            for name, value in (("percent", row.percent), ("more", row.more_after_false)):
                self.fields[f"{row.severity}_{name}"] = forms.IntegerField(
                    min_value=0, max_value=100, initial=value
                )

    @property
    def lines(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """Name of the severity, its share, its addition."""
        return [
            (
                str(SEVERITY_NAMES[row.severity]),
                self[f"{row.severity}_percent"],
                self[f"{row.severity}_more"],
            )
            for row in self.rows
        ]

    @property
    def shares(self) -> dict[str, tuple[int, int]]:
        told = self.cleaned_data
        return {
            row.severity: (told[f"{row.severity}_percent"], told[f"{row.severity}_more"]) for row in self.rows
        }


class CategoryForm(forms.Form):
    """The code of a category stays; so does its protection."""

    code = forms.RegexField(
        r"^[a-z][a-z_]{1,15}$",
        label=_("Short name"),
        help_text=_("Lower-case letters, for files and machines; it stays for ever."),
    )
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=32)
    name_en = forms.CharField(label=_("Name in English"), max_length=64)
    item_code = forms.ChoiceField(
        label=_("Checklist item it opens"),
        required=False,
        help_text=_("Empty: it is kept and counts for nothing."),
    )
    needs_landlord_fault = forms.BooleanField(label=_("Only where the landlord is at fault"), required=False)
    is_protected = forms.BooleanField(
        label=_("Protected: never tied to a home"),
        required=False,
        help_text=_("For calls for help. Once protected, always protected."),
    )

    def __init__(self, category: IncidentCategory | None, data: Any) -> None:
        first = {name: getattr(category, name) for name in self.base_fields} if category else None
        super().__init__(data, initial=first)
        items = RuleItem.objects.filter(effect__in=("veto", "cap")).order_by(
            "code", "-rule_set__effective_on"
        )
        named = {item.code: f"{item.code} {item.fault}" for item in items.distinct("code")}
        field = self.fields["item_code"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = [("", _("No item")), *named.items()]
        if category:
            self.fields["code"].disabled = True
            self.fields["is_protected"].disabled = category.is_protected
