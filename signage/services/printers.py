"""The printers of the office: how far each prints off."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from accounts.services import audit
from communities import access
from core.errors import Conflict, Invalid, OutOfScope
from signage.engine.model import STICKER_SHEETS, GeometryError
from signage.models import Printer
from signage.sizes import sheet_of


@transaction.atomic
def save(*, printer_id: int | None, values: Mapping[str, Any], by: User) -> Printer:
    """A new printer, or another setting of one; runs keep pointing at it, files that were made stay."""
    access.authorize(by, Permission.SIGN_SETTINGS)
    audit.act_as(by)
    printer = Printer() if printer_id is None else one(printer_id, lock=True)
    for name, value in values.items():
        setattr(printer, name, value)
    try:
        for size in STICKER_SHEETS:
            sheet_of(size, printer)
    except GeometryError as error:
        raise Invalid(
            _("With these spaces the stickers do not fit on the sheet. Make the spaces smaller.")
        ) from error
    try:
        with transaction.atomic():
            printer.save()
    except IntegrityError as error:
        raise Conflict(_("There is a printer of this name already.")) from error
    return printer


def one(pk: int, *, lock: bool = False) -> Printer:
    """The printer; OutOfScope when there is none. Printers are the street's, whoever prints may see them."""
    rows = Printer.objects.select_for_update() if lock else Printer.objects.all()
    found = rows.filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found
