"""What signs say, seen on every product before it is put in force; and the printers."""

import base64
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import Permission
from core.dates import day_of
from core.errors import OutOfScope
from fucheng.flows import sign_settings
from fucheng.web.office.sign_forms import PrinterForm, SignSettingsForm
from fucheng.web.staff import StaffRequest, carried_out, posted, staff_page, status_of
from signage.engine.model import STICKER_SHEETS
from signage.engine.typesetting import BoardError
from signage.models import Printer, Product, SignSettings
from signage.services import printers, samples, wording
from signage.sizes import SIZE_NAMES, SIZES


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.SIGN_SETTINGS)
def settings(request: StaffRequest) -> HttpResponse:
    """The form beside a picture of every product; `look` draws what is typed, else it is put in force."""
    current = wording.in_force()
    form = SignSettingsForm(current, posted(request), request.FILES or None)
    is_look = "look" in request.POST
    if request.method == "POST" and not is_look:
        saved = carried_out(
            form,
            lambda: sign_settings.put_in_force(values=form.values, by=request.user, at=timezone.now()),
        )
        if saved:
            messages.success(
                request, _("In force. What is printed from now on says this; older files stay as they were.")
            )
            return redirect("office:sign-settings")
    shown = SignSettings(**form.values) if form.is_bound and form.is_valid() else current
    context = {
        "form": form,
        "figures": [_figure(product, shown) for product in SIZES] if is_look else None,
        "products": [(product, Product(product).label) for product in SIZES],
        "versions": SignSettings.objects.select_related("by")[:20],
    }
    return render(request, "office/sign_settings.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.SIGN_SETTINGS)
def preview(request: StaffRequest, product: str) -> HttpResponse:
    """One product as a picture: as it is in force, or (POST) as it is typed."""
    if product not in SIZES:
        raise OutOfScope
    form = SignSettingsForm(wording.in_force(), posted(request), request.FILES or None)
    version = SignSettings(**form.values) if form.is_bound and form.is_valid() else wording.in_force()
    context: dict[str, Any] = {
        "figure": _figure(product, version),
        "unready": form.is_bound and not form.is_valid(),
    }
    return render(request, "office/_sign_figure.html", context)


def _figure(product: str, version: SignSettings) -> dict[str, Any]:
    """The picture of a product as data, or what does not fit on it."""
    figure: dict[str, Any] = {
        "product": product,
        "label": Product(product).label,
        "size": SIZE_NAMES[wording.size_of(version, product)],
    }
    try:
        png = samples.picture(product, version)
    except (BoardError, ValueError) as error:
        return figure | {"wrong": samples.what_is_wrong(error)}
    return figure | {"src": f"data:image/png;base64,{base64.b64encode(png).decode()}"}


@require_safe
@staff_page(Permission.SIGN_SETTINGS)
def printer_list(request: StaffRequest) -> HttpResponse:
    return render(request, "office/printer_list.html", {"printers": Printer.objects.all()})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.SIGN_SETTINGS)
def printer_new(request: StaffRequest) -> HttpResponse:
    return _printer(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.SIGN_SETTINGS)
def printer(request: StaffRequest, pk: int) -> HttpResponse:
    return _printer(request, printers.one(pk))


def _printer(request: StaffRequest, found: Printer | None) -> HttpResponse:
    form = PrinterForm(found or Printer(), posted(request))
    if request.method == "POST":
        saved = carried_out(
            form,
            lambda: sign_settings.save_printer(
                printer_id=found.pk if found else None, values=form.cleaned_data, by=request.user
            ),
        )
        if saved:
            messages.success(request, _("Saved. Print the calibration sheet once more to check."))
            return redirect("office:printer", saved.pk)
    context = {
        "form": form,
        "printer": found,
        "sheets": [(size, SIZE_NAMES[size]) for size in STICKER_SHEETS],
    }
    return render(request, "office/printer.html", context, status=status_of(form))


@require_safe
@staff_page(Permission.SIGN_SETTINGS)
def calibration(request: StaffRequest, pk: int, size: str) -> HttpResponse:
    """The calibration sheet of a printer for one size of sticker."""
    if size not in STICKER_SHEETS:
        raise OutOfScope
    pdf = samples.calibration(printers.one(pk), size, on=day_of(timezone.now()))
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="calibration-{pk}-{size}.pdf"'},
    )
