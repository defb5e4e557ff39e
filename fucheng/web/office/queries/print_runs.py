"""Print runs in words, what an order would print, and what it replaces."""

from dataclasses import dataclass
from typing import Any, cast

from django.core.files.storage import default_storage
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from communities.models import Community, Estate, Grid, ResidentsCommittee
from core.errors import OutOfScope
from grading.models.rule_sets import GRADE_CHOICES
from rentals.models import Unit
from signage.engine.preview import png_of_page
from signage.models import PLACES, Printer, PrintFile, PrintItem, PrintRun, Product, Sign
from signage.querysets import owing
from signage.services import printing, targets
from signage.services.printing import Paper
from signage.sizes import SIZE_NAMES
from signage.states import SIGN_STATE_NAMES, SignState

REFUSED_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Size:
    """What an order would print: signs, sheets, and how many of them replace one that hangs."""

    signs: int
    sheets: int
    replacing: int
    paper: str


def runs(user: User) -> QuerySet[PrintRun]:
    return PrintRun.objects.visible_to(user).select_related("by", "job", "community", "printer")


def run_of(user: User, pk: int) -> PrintRun:
    run = runs(user).filter(pk=pk).first()
    if run is None:
        raise OutOfScope
    return run


def size_of(product: str, wanted: dict[str, Any], size: str, paper: Paper) -> Size:
    """Counts without ordering; sheets follow from the places on one sheet and the first free one."""
    printer = Printer.objects.filter(pk=paper.printer_id or 0).first()
    signs, replacing = targets.count(product, wanted, timezone.localdate())
    places = printing.places_on(product, size, printer)
    return Size(
        signs, -(-(signs + paper.start_at - 1) // places) if signs else 0, replacing, SIZE_NAMES[size]
    )


def title_of(cleaned: dict[str, Any]) -> str:
    """A name for a run that got none: what, where, which."""
    grade = dict(GRADE_CHOICES).get(cleaned.get("grade") or "")
    place = cleaned.get("estate") or cleaned.get("grid") or cleaned.get("community")
    words = [Product(cleaned["product"]).label, place or _("Whole street"), grade]
    return " · ".join(str(word) for word in words if word)


@dataclass(frozen=True, slots=True)
class OwedRow:
    community: Community
    stickers: int
    notices: int
    in_hand: int


def owed_by_community(user: User) -> list[OwedRow]:
    """Signs owed and in hand by community: three GROUP BYs."""

    def of(rows: QuerySet[Any]) -> dict[int, int]:
        place = "unit__building__community"
        return dict(rows.order_by().values_list(place).annotate(n=Count("pk")))

    def near(rows: Any) -> QuerySet[Any]:
        return cast("QuerySet[Any]", rows.visible_to(user))

    stickers, notices = of(near(owing("sticker"))), of(near(owing("no_rental")))
    in_hand = of(near(Sign.objects.in_hand().filter(unit__isnull=False)))
    return [
        OwedRow(c, stickers.get(c.pk, 0), notices.get(c.pk, 0), in_hand.get(c.pk, 0))
        for c in Community.objects.visible_to(user).filter(ends_on__isnull=True)
    ]


@dataclass(frozen=True, slots=True)
class RunFile:
    run: PrintRun
    files: list[PrintFile]
    refused: list[PrintItem]
    refused_count: int
    states: list[tuple[str, int]]
    replacing: int
    boards: list[Sign]
    order: list[tuple[str, str]]


def run_file(run: PrintRun) -> RunFile:
    """Five flat queries: files, refused items, signs by state, what they replace, boards to post."""
    refused = (
        run.items.exclude(refused="")
        .select_related("unit", "building", "estate", "committee")
        .order_by("ordinal")
    )
    states = dict(run.signs.order_by().values_list("state").annotate(n=Count("pk")))
    boards = run.product == Product.ESTATE_BOARD
    return RunFile(
        run=run,
        files=list(run.files.order_by("seq")),
        refused=list(refused[:REFUSED_SHOWN]),
        refused_count=refused.count(),
        states=[(str(SIGN_STATE_NAMES[SignState(state)]), n) for state, n in sorted(states.items())],
        replacing=_replacing(run),
        boards=list(run.signs.select_related("estate__community", "posted_by").order_by("pk"))
        if boards
        else [],
        order=order_in_words(run),
    )


def _hanging(run: PrintRun) -> QuerySet[Sign]:
    """What hangs at the place of a sign of this run, of the same product."""
    same = Q()
    for place in PLACES[Product(run.product)]:
        same |= Q(**{place: OuterRef(place)})
    return Sign.objects.on_the_wall().filter(same, product=run.product)


def _replacing(run: PrintRun) -> int:
    """Signs of this run in hand whose place has one of the same kind on the wall."""
    return run.signs.in_hand().filter(Exists(_hanging(run))).count()


def signs_of(run: PrintRun) -> QuerySet[Sign]:
    """Signs in walking order, each with serial and grade of the one it replaces."""
    before = _hanging(run).exclude(pk=OuterRef("pk"))
    return (
        run.signs.select_related("unit", "building", "estate", "committee")
        .annotate(old_serial=before.values("serial")[:1], old_grade=before.values("grade")[:1])
        .order_by("serial")
    )


def order_in_words(run: PrintRun) -> list[tuple[str, str]]:
    """The filter a run was ordered by, as people read it."""
    wanted = run.filter
    grades, categories = dict(GRADE_CHOICES), dict(Unit.Category.choices)
    words: list[tuple[Any, Any]] = [(_("Community"), run.community or _("Whole street"))]
    if run.size:
        words.append((_("Size"), SIZE_NAMES[run.size]))
    if run.printer:
        words.append((_("Printer"), run.printer))
    for label, model, name in (
        (_("Grid"), Grid, "grid"),
        (_("Estate or village"), Estate, "estate"),
        (_("Residents' committee"), ResidentsCommittee, "committee"),
    ):
        if wanted.get(name):
            words.append((label, model.objects.filter(pk=wanted[name]).first() or "–"))
    if wanted.get("grade"):
        words.append((_("Grade"), grades.get(wanted["grade"], "")))
    if wanted.get("category"):
        words.append((_("Category"), categories.get(wanted["category"], "")))
    picked = len(wanted.get("units", wanted.get("buildings", ())))
    which = _("%(count)s picked by hand") % {"count": picked} if picked else _("all that fit")
    words.append((_("Which"), _("only what is owed") if wanted.get("owed") else which))
    if run.start_at > 1:
        words.append((_("First free place on the sheet"), run.start_at))
    return [(str(label), str(value)) for label, value in words]


def file_of(run: PrintRun, seq: int) -> PrintFile:
    found = run.files.filter(seq=seq).first()
    if found is None:
        raise OutOfScope
    return found


def first_page(run: PrintRun) -> bytes:
    """The first sheet of the run as PNG."""
    found = run.files.order_by("seq").first()
    if found is None:
        raise OutOfScope
    with default_storage.open(found.file) as stored:
        return png_of_page(stored.read(), 1, 1000)
