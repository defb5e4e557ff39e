"""Print runs: an order freezes its items, parts are rendered and recorded, the end proves that none is missing."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.roles import Permission
from communities import access
from communities.models import Community
from core.bulk import copy_in
from core.dates import day_of
from core.errors import Conflict, Invalid
from grading.services import photo_clearances
from signage.engine.verify import read_pages
from signage.models import PLACES, Printer, PrintFile, PrintItem, PrintRun, Product, Sign
from signage.serials import serial_of_number
from signage.services import rendering, trial, wording
from signage.services.pieces import Rendered, Target
from signage.services.targets import FILTERS, targets
from signage.sizes import SIZES, sheet_of

PART_SIZES: dict[str, int] = {
    Product.STICKER: 5000,
    Product.NO_RENTAL: 100,
    Product.BUILDING_BOARD: 100,
    Product.HAZARD_NOTICE: 100,
    Product.STAR_PLAQUE: 200,
    Product.ESTATE_BOARD: 5,
    Product.VILLAGE_BOARD: 3,
}
SAMPLE = 12  # files of a run whose first page is decoded at the end


@dataclass(frozen=True, slots=True)
class Paper:
    """On what an order is printed: a size of the product ("" is that of the settings), a printer, and the
    first free place of a half-used sheet."""

    size: str = ""
    printer_id: int | None = None
    start_at: int = 1


PLAIN = Paper()


@transaction.atomic
def order(
    *, product: str, wanted: dict[str, Any], by: User, at: datetime, title: str, paper: Paper = PLAIN
) -> PrintRun:
    """An order for what fits `wanted` (see targets.FILTERS); a person of one community orders for that one."""
    version = wording.version_for_a_run(at)
    size = paper.size or (wording.size_of(version, product) if product in SIZES else "")
    if set(wanted) - set(FILTERS) or size not in SIZES.get(product, ()):
        raise Invalid(gettext_lazy("This print order is not understood. Choose again on the print page."))
    printer = Printer.objects.filter(pk=paper.printer_id or 0, is_active=True).first()
    if (paper.printer_id and printer is None) or not 1 <= paper.start_at <= places_on(product, size, printer):
        raise Invalid(gettext_lazy("This print order is not understood. Choose again on the print page."))
    community_id = wanted.get("community")
    access.authorize(by, Permission.SIGN_PRINT, community_id=community_id)
    scope = access.scope_of(by)
    if not scope.whole_street and community_id is None:
        raise Invalid(gettext_lazy("Choose your community; the street office prints for the whole street."))
    community = Community.objects.visible_to(by).one(pk=community_id) if community_id else None
    return PrintRun.objects.create(
        product=product,
        title=title,
        filter=wanted,
        community=community,
        by=by,
        at=at,
        size=size,
        printer=printer,
        sign_settings=version if version.pk else None,
        start_at=paper.start_at,
    )


def places_on(product: str, size: str, printer: Printer | None = None) -> int:
    """Signs on one sheet."""
    return sheet_of(size, printer).per_page if product == Product.STICKER else 1


def freeze(run: PrintRun) -> int:
    """Writes the run's items in walking order; how many."""
    rows = targets(run.product, run.filter, day_of(run.at))
    if not rows:
        raise Conflict(gettext_lazy("Nothing fits this order; no sign needs to be printed."))
    shown = _photos(run, [target for target, _grade in rows])
    copy_in(
        "signage_printitem",
        ("run_id", "ordinal", *Target._fields, "grade", "serial", "refused", "photo_id"),
        (
            (run.pk, ordinal, *target, grade, serial, "", shown.get(target.building_id or 0))
            for ordinal, ((target, grade), serial) in enumerate(
                zip(rows, _serials(len(rows)), strict=True), 1
            )
        ),
    )
    return len(rows)


def _photos(run: PrintRun, places: Sequence[Target]) -> dict[int, int]:
    """Building to the photo that its hazard notice shows."""
    if run.product != Product.HAZARD_NOTICE:
        return {}
    return photo_clearances.newest_of_listed(place.building_id for place in places if place.building_id)


def _serials(count: int) -> list[str]:
    """Fresh serials."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('signage_serial') FROM generate_series(1, %s)", [count])
        return [serial_of_number(row[0]) for row in cursor.fetchall()]


def parts(run: PrintRun, count: int) -> Sequence[tuple[int, dict[str, Any]]]:
    """The chunks of the run: (size, first and last ordinal)."""
    size = PART_SIZES[run.product]
    return [
        (min(size, count - first + 1), {"first": first, "last": min(first + size - 1, count)})
        for first in range(1, count + 1, size)
    ]


def set_aside_what_kills(run: PrintRun, *, first: int, last: int, at: datetime) -> None:
    """Items of a part that end or break the program that draws them keep the reason and are not drawn again."""
    for ordinal, reason in trial.what_cannot_be_drawn(run.pk, first, last, on=day_of(at)).items():
        run.items.filter(ordinal=ordinal, refused="").update(refused=reason[:200])


def print_part(run: PrintRun, *, seq: int, first: int, last: int, at: datetime) -> dict[str, Any]:
    """Renders one part, keeps its PDF under its content's name, and records each sign with its place."""
    known_bad = run.items.filter(ordinal__range=(first, last)).exclude(refused="").count()
    if known_bad == last - first + 1:
        return {"signs": 0, "refused": known_bad, "pages": 0}
    rendered = rendering.render(run, first, last, on=day_of(at))
    digest = hashlib.sha256(rendered.pdf).hexdigest()
    name = f"prints/{digest[:2]}/{digest}.pdf"
    if rendered.signs and not default_storage.exists(name):
        default_storage.save(name, ContentFile(rendered.pdf))
    if rendered.signs:
        PrintFile.objects.create(
            run=run,
            seq=seq,
            title=rendered.title,
            file=name,
            sha256=digest,
            pages=rendered.pages,
            signs=len(rendered.signs),
        )
    _set_aside(run, rendered)
    _record_signs(run, rendered, at)
    return {
        "signs": len(rendered.signs),
        "refused": len(rendered.refused) + known_bad,
        "pages": rendered.pages,
    }


def _set_aside(run: PrintRun, rendered: Rendered) -> None:
    """Items that cannot be printed keep their reason; the rest of the run is delivered."""
    for serial, reason in rendered.refused:
        PrintItem.objects.filter(run=run, serial=serial).update(refused=reason[:200])


def _record_signs(run: PrintRun, rendered: Rendered, at: datetime) -> None:
    """New signs in hand; what was in hand for the same place before is void."""
    in_hand = Sign.objects.in_hand().filter(product=run.product)
    for place in PLACES[Product(run.product)]:
        ids = [pk for s in rendered.signs if (pk := getattr(s.target, f"{place}_id"))]
        in_hand.filter(**{f"{place}__in": ids}).update(state=Sign.State.VOID, ended_at=at)
    copy_in(
        "signage_sign",
        (
            "serial", "product", *Target._fields, "grade", "says", "state", "run_id", "page", "position",
            "printed_at",
        ),
        (
            (
                s.serial, run.product, *s.target, s.grade, json.dumps(s.says, ensure_ascii=False),
                "printed", run.pk, s.page, s.position, at,
            )
            for s in rendered.signs
        ),
    )  # fmt: skip


def prove(run: PrintRun) -> dict[str, Any]:
    """Nothing is missing: every frozen item has its sign or its reason, every file is whole, a sample reads back."""
    # Each item asks the serial's own index. As a join by run the plan would hang on statistics that do not know
    # this run yet: the second run of a whole street was compared row by row with itself, for hours.
    printed_in = Sign.objects.filter(serial=OuterRef("serial")).values("run")
    items = run.items.filter(refused="")
    lost = items.count() - items.alias(printed_in=Subquery(printed_in)).filter(printed_in=run.pk).count()
    if lost:
        raise Conflict(_("%(count)s items of this run have no sign.") % {"count": lost})
    files = list(run.files.all())
    sample = files[:: max(1, len(files) // SAMPLE)]
    for file in files:
        _read_back(run, file, is_decoded=file in sample)
    return {
        "signs": run.signs.count(),
        "pages": sum(file.pages for file in files),
        "refused": run.items.exclude(refused="").count(),
    }


def _read_back(run: PrintRun, file: PrintFile, *, is_decoded: bool) -> None:
    """The file is in storage byte for byte; of a sample the codes of the first page say what was recorded."""
    with default_storage.open(file.file) as stored:
        pdf = stored.read()
    if hashlib.sha256(pdf).hexdigest() != file.sha256:
        raise Conflict(_("The file %(title)s is not whole in storage.") % {"title": file.title})
    if is_decoded and set(read_pages(pdf, [1])[0].urls) != rendering.urls_on_first_page(run, file):
        raise Conflict(
            _("The first page of %(title)s does not read back as printed.") % {"title": file.title}
        )
