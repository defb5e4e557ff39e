"""What is asked about signs: the order, what they say, the printers."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from communities import access
from communities.models import Community, Estate, Grid, ResidentsCommittee
from fucheng.web.office.forms import ALL
from fucheng.web.office.queries import picked
from grading.models.rule_sets import GRADE_CHOICES
from rentals.models import Unit
from signage.models import Printer, Product, SignSettings
from signage.services import logos, wording
from signage.services.printing import PLAIN, Paper, places_on
from signage.services.targets import OF_BUILDING, OF_UNIT
from signage.sizes import SIZE_NAMES, SIZES

_LOGO = re.compile(r"logos/[0-9a-f]{64}\.png")


class OrderForm(forms.Form):
    """A print order; fields that do not belong to the product are ignored."""

    product = forms.ChoiceField(
        label=_("What to print"), choices=[(p, Product(p).label) for p in SIZES], widget=forms.RadioSelect
    )
    community = forms.ModelChoiceField(
        Community.objects.none(), required=False, label=_("Community"), empty_label=_("Whole street")
    )
    grid = forms.ModelChoiceField(Grid.objects.none(), required=False, label=_("Grid"), empty_label=_("All"))
    estate = forms.ModelChoiceField(
        Estate.objects.none(), required=False, label=_("Estate or village"), empty_label=_("All")
    )
    committee = forms.ModelChoiceField(
        ResidentsCommittee.objects.none(),
        required=False,
        label=_("Residents' committee"),
        empty_label=_("None"),
        help_text=_("For a village gate board: one board of all its buildings."),
    )
    grade = forms.ChoiceField(required=False, label=_("Grade"), choices=[ALL, *GRADE_CHOICES])
    category = forms.ChoiceField(required=False, label=_("Category"), choices=[ALL, *Unit.Category.choices])
    owed = forms.BooleanField(
        required=False,
        label=_("Only what is owed"),
        help_text=_("Homes whose sign on the wall is missing or shows another grade."),
    )
    places = forms.CharField(
        required=False,
        max_length=60_000,
        label=_("Only these"),
        widget=forms.Textarea({"rows": 3, "spellcheck": "false"}),
        help_text=_("To print a few again: serials, or codes of homes or buildings, one a line."),
    )
    size = forms.ChoiceField(
        required=False,
        label=_("Size"),
        choices=[("", _("as in the settings")), *SIZE_NAMES.items()],
    )
    printer = forms.ModelChoiceField(
        Printer.objects.none(), required=False, label=_("Printer"), empty_label=_("Any, without offsets")
    )
    start_at = forms.IntegerField(
        required=False,
        min_value=1,
        label=_("First free place on the sheet"),
        help_text=_(
            "1 for a fresh sheet; for a half-used one count the places from the top left, row by row."
        ),
    )
    title = forms.CharField(required=False, max_length=200, label=_("Name of this run"))

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data, initial={"product": Product.STICKER, "owed": True, "start_at": 1})
        self.user = user
        scope = access.scope_of(user)
        chosen = (data or {}).get("community", "")
        is_chosen = chosen.isascii() and chosen.isdigit()
        self.communities = Community.objects.visible_to(user)
        self._choose("community", self.communities)
        self._choose("printer", Printer.objects.filter(is_active=True))
        if scope.whole_street:
            self._choose("committee", ResidentsCommittee.objects.filter(ends_on__isnull=True))
        else:
            del self.fields["committee"]
            self.fields["community"].required = True
            self._field("community").empty_label = None
        for name, rows in (
            ("grid", Grid.objects.visible_to(user)),
            ("estate", Estate.objects.visible_to(user)),
        ):
            if is_chosen or not scope.whole_street:
                self._choose(name, rows.filter(community=chosen) if is_chosen else rows)
            else:
                del self.fields[name]

    def _field(self, name: str) -> "forms.ModelChoiceField[Any]":
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        return field

    def _choose(self, name: str, rows: Any) -> None:
        self._field(name).queryset = rows

    def clean(self) -> dict[str, Any]:
        """What was picked by hand is found, the size is one of the product's, the place is on the sheet."""
        cleaned = super().clean() or self.cleaned_data
        product, size = cleaned.get("product", ""), cleaned.get("size", "")
        if product not in SIZES:
            return cleaned
        if size and size not in SIZES[product]:
            self.add_error("size", _("This product is not printed in this size."))
            return cleaned
        size = size or wording.size_of(wording.in_force(), product)
        places = places_on(product, size, cleaned.get("printer"))
        if product == Product.STICKER and (cleaned.get("start_at") or 1) > places:
            self.add_error("start_at", _("The sheet has %(places)s places.") % {"places": places})
        self.of_size = size
        self.ids, unknown = picked.places(self.user, product, cleaned.get("places", ""))
        if unknown:
            self.add_error("places", _("Not found: %(what)s") % {"what": ", ".join(unknown[:20])})
        return cleaned

    @property
    def wanted(self) -> dict[str, Any]:
        """The filter as a print run keeps it: keys only, nothing empty, nothing foreign to the product."""
        product = self.cleaned_data["product"]
        kept = ["community", "estate"]
        if product in OF_UNIT:
            kept += ["grid", "category"] + (["grade"] if product == Product.STICKER else [])
        if product in OF_BUILDING:
            kept.append("grid")
        if product == Product.VILLAGE_BOARD:
            kept.append("committee")
        if product in OF_UNIT + OF_BUILDING and not self.ids:
            kept.append("owed")
        found = {name: self.cleaned_data.get(name) for name in kept}
        wanted = {name: getattr(value, "pk", value) for name, value in found.items() if value}
        if self.ids:
            wanted["units" if product in OF_UNIT else "buildings"] = self.ids
        return wanted

    @property
    def paper(self) -> Paper:
        printer = self.cleaned_data.get("printer")
        start = self.cleaned_data.get("start_at") or 1
        is_sticker = self.cleaned_data["product"] == Product.STICKER
        return Paper(
            size=self.cleaned_data.get("size") or PLAIN.size,
            printer_id=printer.pk if printer else None,
            start_at=start if is_sticker else 1,
        )


def _line(label: Any, length: int) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, strip=True)


def _several(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=800,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("One sentence a line."),
    )


class SignSettingsForm(forms.Form):
    """One version of the settings, as it is typed."""

    hotline = _line(_("Hotline"), 32)
    office = _line(_("Name of the office"), 32)
    programme = _line(_("Name of the programme"), 32)
    scan = _line(_("Words beside the code"), 20)
    ask_green = _line(_("Green: what it asks"), 8)
    ask_yellow = _line(_("Yellow: what it asks"), 8)
    ask_red = _line(_("Red: what it asks"), 8)
    reading_green = _line(_("Green: what it means"), 60)
    reading_yellow = _line(_("Yellow: what it means"), 60)
    reading_red = _line(_("Red: what it means"), 60)
    meaning = _several(_("No-rental notice: what it means"))
    lifting = _several(_("No-rental notice: how it is lifted"))
    objecting = _several(_("No-rental notice: how to object"))
    duties = _several(_("Hazard notice: what is to be done"))
    logo = forms.FileField(
        required=False,
        label=_("Logo"),
        help_text=_(
            "PNG, JPEG or WebP, at most 5 MB. On boards and notices, and on stickers of 99 × 67 mm and A6; a sticker "
            "of 64 × 34 mm has no room for it beside the grade."
        ),
        widget=forms.FileInput({"accept": "image/png,image/jpeg,image/webp"}),
    )
    without_logo = forms.BooleanField(required=False, label=_("Without a logo"))
    kept_logo = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, version: SignSettings, data: Any = None, files: Any = None) -> None:
        texts = {name: getattr(version, name) for name in wording.TEXTS}
        sizes = {f"size_{product}": wording.size_of(version, product) for product in SIZES}
        super().__init__(
            data, files, initial=wording.lines(version) | texts | sizes | {"kept_logo": version.logo}
        )
        for product, names in SIZES.items():
            self.fields[f"size_{product}"] = forms.ChoiceField(
                label=Product(product).label, choices=[(name, SIZE_NAMES[name]) for name in names]
            )

    def clean_hotline(self) -> str:
        value = str(self.cleaned_data["hotline"])
        if not re.fullmatch(r"[0-9+() 、，,/-]{3,32}", value):
            raise forms.ValidationError(_("Digits, spaces and - only, as the number is dialled."))
        return value

    def clean_kept_logo(self) -> str:
        name = str(self.cleaned_data["kept_logo"])
        return name if _LOGO.fullmatch(name) else ""

    @property
    def values(self) -> dict[str, Any]:
        """The fields of a version; a new logo is kept now, so that the next step need not send it again."""
        cleaned = self.cleaned_data
        logo = cleaned["kept_logo"]
        if cleaned.get("logo"):
            logo = logos.store(cleaned["logo"])
        return {
            **{name: cleaned[name] for name in wording.TEXTS},
            "wording": {name: cleaned[name] for name in wording.usual_lines()},
            "sizes": {product: cleaned[f"size_{product}"] for product in SIZES},
            "logo": "" if cleaned["without_logo"] else logo,
        }

    def group(self, *names: str) -> list[forms.BoundField]:
        return [self[name] for name in names]

    @property
    def everywhere(self) -> list[forms.BoundField]:
        return self.group(*wording.TEXTS, "logo", "without_logo", "kept_logo")

    @property
    def grades(self) -> list[forms.BoundField]:
        return [self[name] for name in wording.usual_lines() if name.startswith(("ask_", "reading_"))]

    @property
    def notices(self) -> list[forms.BoundField]:
        return self.group("meaning", "lifting", "objecting", "duties")

    @property
    def sizes(self) -> list[forms.BoundField]:
        return [self[f"size_{product}"] for product in SIZES]


def _millimetres(label: Any, low: int, high: int) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=low,
        max_value=high,
        decimal_places=1,
        widget=forms.NumberInput({"step": "0.1"}),
    )


class PrinterForm(forms.Form):
    name = forms.CharField(label=_("Name of the printer"), max_length=64)
    offset_x = _millimetres(_("to the right, mm"), -20, 20)
    offset_y = _millimetres(_("upwards, mm"), -20, 20)
    gap_x = _millimetres(_("space between columns, mm"), 0, 9)
    gap_y = _millimetres(_("space between rows, mm"), 0, 9)
    cut_marks = forms.BooleanField(required=False, label=_("cut marks"))
    is_active = forms.BooleanField(required=False, label=_("in use"))

    def __init__(self, printer: Printer, data: Any = None) -> None:
        super().__init__(data, initial={name: getattr(printer, name) for name in self.base_fields})
