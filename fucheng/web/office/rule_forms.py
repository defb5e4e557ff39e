"""What is typed into a draft of the rules; what is wrong with it is said by grading.services.rule_checks."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.utils.translation import gettext_lazy as _

from fucheng.web.office.forms import ALL
from grading.models import RuleItem, RuleSet
from grading.models.rule_sets import GRADE_CHOICES
from grading.services import rule_checks, rule_drafts
from grading.services.rule_checks import Fault
from grading.services.rule_comparison import (
    EFFECT_NAMES,
    ITEM_FIELDS,
    SEVERITY_NAMES,
    label_of_setting,
    settings_of,
)
from rentals.models import Unit

DAY = forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class DraftForm(forms.Form):
    """A new draft: from which version, under which number."""

    based_on = forms.ChoiceField(label=_("Made from"))
    version = forms.CharField(
        label=_("Version"), max_length=16, help_text=_("A number such as 1.1. It cannot be changed later.")
    )
    title = forms.CharField(label=_("Title"), max_length=128)

    def __init__(self, bases: list[RuleSet], data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        field = self.fields["based_on"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = [(base.version, str(base)) for base in bases]


class CheckedForm(forms.BaseForm):
    """Adds the faults of the version beside the fields; hints are kept for the page."""

    hints: list[Fault]

    def take(self, faults: list[Fault]) -> None:
        self.hints = [fault for fault in faults if fault.is_hint]
        for fault in faults:
            if not fault.is_hint and fault.field not in self.errors:
                self.add_error(fault.field if fault.field in self.fields else None, str(fault.text))


class SettingsForm(CheckedForm, forms.Form):
    """Title, thresholds, caps of the groups, intervals, watch periods."""

    title = forms.CharField(label=_("Title"), max_length=128)

    def __init__(self, rule_set: RuleSet, data: Any = None) -> None:
        self.hints = []
        self.rule_set = rule_set
        values = settings_of(rule_set)
        super().__init__(data, initial=values, auto_id="settings_%s")
        for name in values:
            if name != "title":
                self.fields[name] = forms.IntegerField(
                    label=label_of_setting(name), min_value=0, max_value=1000
                )

    def clean(self) -> dict[str, Any]:
        typed = {name: value for name, value in self.cleaned_data.items() if value is not None}
        tried = RuleSet(dimension_caps={}, interval_days={})
        rule_drafts.take_settings(tried, settings_of(self.rule_set) | typed)
        self.take(rule_checks.of_settings(tried, self.rule_set.items.all()))
        return self.cleaned_data


class ItemForm(CheckedForm, forms.ModelForm):  # type: ignore[type-arg]
    """One item. The code of one that exists already is fixed; a new one says its own."""

    code = forms.CharField(
        label=_("Code"),
        max_length=4,
        help_text=_("The letter of the group (H, L, F, Z, E) and a number: F12."),
    )
    severity = forms.ChoiceField(choices=list(SEVERITY_NAMES.items()))
    effect = forms.ChoiceField(choices=list(EFFECT_NAMES.items()))
    points = forms.IntegerField(
        min_value=0,
        max_value=100,
        help_text=_("What it costs, or earns as a bonus; 0 for red and yellow items."),
    )
    decay_days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=3650,
        help_text=_("How long the points count after the fault is mended; empty: they end with it."),
    )
    deadline_days = forms.IntegerField(min_value=0, max_value=365)
    sources = SimpleArrayField(
        forms.CharField(max_length=64), required=False, help_text=_("Law, standard, notice; commas between.")
    )

    class Meta:
        model = RuleItem
        fields: ClassVar = ["code", *ITEM_FIELDS]
        widgets: ClassVar = {
            "text_zh": forms.Textarea({"rows": 2, "lang": "zh-Hans"}),
            "text_en": forms.Textarea({"rows": 2, "lang": "en"}),
        }

    field_order = ["code", *ITEM_FIELDS]

    def __init__(self, rule_set: RuleSet, data: Any = None, *, item: RuleItem | None = None) -> None:
        self.hints = []
        self.rule_set = rule_set
        super().__init__(data, instance=item, auto_id=f"{item.code if item else 'new'}_%s")
        for name, label in ITEM_FIELDS.items():
            self.fields[name].label = label
        self.fields["red_cause"].choices = [("", _("none")), *RuleItem.RedCause.choices]  # type: ignore[attr-defined]
        self.fields["fault_zh"].help_text = ""  # the model's help is for programmers
        self.is_new = item is None
        if item is not None:
            self.fields["code"].disabled = True
        for name, language in rule_checks.WORDS.items():
            self.fields[name].error_messages["required"] = rule_checks.missing_in(language)

    def clean(self) -> dict[str, Any]:
        """Instead of the model's own checks: the same that the service makes."""
        typed = {k: v for k, v in self.cleaned_data.items() if v is not None or k == "decay_days"}
        self.take(rule_checks.of_item(RuleItem(**typed), self.rule_set.dimension_caps))
        if self.is_new and self.rule_set.items.filter(code=typed.get("code", "")).exists():
            self.add_error("code", _("This code is taken. An item is edited on the list."))
        return self.cleaned_data


class PublishForm(forms.Form):
    effective_on = forms.DateField(
        label=_("Grades from"),
        widget=DAY,
        help_text=_("Visits that begin on this day or later are bound to this version."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("It is kept with the version and read by everyone who reads the rules."),
    )

    def __init__(self, data: Any = None, *, earliest: date) -> None:
        super().__init__(data, initial={"effective_on": earliest})
        self.fields["effective_on"].widget.attrs["min"] = earliest.isoformat()


class CellFilter(forms.Form):
    """Which homes of a what-if: a cell of its matrix, or a sum of cells."""

    community = forms.IntegerField(required=False)
    grid = forms.IntegerField(required=False)
    category = forms.ChoiceField(required=False, choices=[ALL, *Unit.Category.choices])
    was = forms.ChoiceField(required=False, choices=[ALL, ("none", _("Not graded")), *GRADE_CHOICES])
    becomes = forms.ChoiceField(required=False, choices=[ALL, *GRADE_CHOICES])
    new_rules = forms.BooleanField(required=False)
