"""What a what-if found: moves as matrices, the homes behind each cell, visits per grid before and after."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, FloatField, QuerySet, Sum
from django.db.models.functions import Abs, Cast
from django.utils import timezone

from accounts.models import User
from communities.models import Community, Grid
from grading.facts import Line
from grading.models import RuleItem, Simulation, SimulationCell
from grading.services import rule_sets, what_if
from rentals.models import Unit

WAS = ("green", "yellow", "red", "none")
BECOMES = ("green", "yellow", "red")
STRICT = {"none": -1, "green": 0, "yellow": 1, "red": 2}
Move = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of a matrix with the filter of the homes behind it."""

    homes: int
    query: str
    is_move: bool


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    grade: str
    cells: list[Cell]
    homes: int


@dataclass(frozen=True, slots=True)
class Result:
    """`by_rules` of the moves come from the new rules; the others wait for a decision today already."""

    homes: int
    moves: int
    by_rules: int
    stricter: int
    milder: int
    matrix: list[Row]
    kinds: list[Move]
    communities: list[Row]
    categories: list[Row]


def result(simulation: Simulation, *, category: str = "") -> Result:
    """The whole run, or the homes of one category. Two queries."""
    cells = simulation.cells.values_list("community_id", "category", "from_grade", "to_grade", "now_grade")
    counted = list(cells.annotate(n=Sum("homes")).order_by())
    places = Community.objects.in_bulk()
    chosen = [cell for cell in counted if not category or cell[1] == category]
    total: Counter[Move] = Counter()
    by_place: defaultdict[int, Counter[Move]] = defaultdict(Counter)
    by_category: defaultdict[str, Counter[Move]] = defaultdict(Counter)
    by_rules = 0
    for _community, kind, was, becomes, _now, n in counted:
        by_category[kind][was or "none", becomes] += n
    for community, _kind, was, becomes, now, n in chosen:
        move = (was or "none", becomes)
        total[move] += n
        by_place[community][move] += n
        by_rules += n if was != becomes != now else 0
    moves = {move: n for move, n in total.items() if move[0] != move[1]}
    kinds = sorted({m for c in by_category.values() for m in c if m[0] != m[1]}, key=_order)
    base = {"category": category} if category else {}
    return Result(
        homes=total.total(),
        moves=sum(moves.values()),
        by_rules=by_rules,
        stricter=sum(n for (was, to), n in moves.items() if STRICT[to] > STRICT[was] >= 0),
        milder=sum(n for (was, to), n in moves.items() if STRICT[to] < STRICT[was]),
        matrix=_matrix(total, base),
        kinds=kinds,
        communities=[
            _row(str(places[place]), counts, kinds, base | {"community": place})
            for place, counts in sorted(by_place.items(), key=lambda pair: places[pair[0]].name)
        ],
        categories=[
            _row(str(Unit.Category(kind).label), by_category[kind], kinds, {"category": kind})
            for kind in Unit.Category.values
            if kind in by_category
        ],
    )


def _order(move: Move) -> tuple[int, int]:
    return (STRICT[move[0]], STRICT[move[1]])


def _matrix(total: Mapping[Move, int], base: Mapping[str, Any]) -> list[Row]:
    return [
        Row(
            "",
            "" if was == "none" else was,
            [_cell(total.get((was, to), 0), base, (was, to)) for to in BECOMES],
            sum(total.get((was, to), 0) for to in BECOMES),
        )
        for was in WAS
        if was != "none" or any(total.get((was, to)) for to in BECOMES)
    ]


def _row(label: str, counts: Counter[Move], kinds: Sequence[Move], base: Mapping[str, Any]) -> Row:
    return Row(label, "", [_cell(counts[move], base, move) for move in kinds], counts.total())


def _cell(homes: int, base: Mapping[str, Any], move: Move) -> Cell:
    query = "&".join(f"{k}={v}" for k, v in (*base.items(), ("was", move[0]), ("becomes", move[1])))
    return Cell(homes, query, move[0] != move[1])


@dataclass(frozen=True, slots=True)
class Load:
    """Visits a week, home by home, that the intervals ask for."""

    before: int
    after: int


def load(simulation: Simulation) -> Load:
    found = simulation.cells.aggregate(**_weekly())
    return Load(round(found["before"] or 0), round(found["after"] or 0))


def loads(simulation: Simulation) -> QuerySet[SimulationCell, Any]:
    """Each grid with its visits a week before and after; where most changes comes first."""
    rows = simulation.cells.values("grid_id", "grid__name", "community__name", "community__name_en")
    return (
        rows.annotate(n=Sum("homes"), **_weekly())
        .annotate(more=F("after") - F("before"))
        .order_by(Abs("more").desc(), "grid__name")
    )


def _weekly() -> dict[str, Any]:
    homes = Cast("homes", FloatField()) * 7.0
    return {"before": Sum(homes / F("days_before")), "after": Sum(homes / F("days_after"))}


def unit_ids(simulation: Simulation, chosen: Mapping[str, Any]) -> list[int]:
    """Homes of the cells that fit: community, grid, category, was, becomes, new_rules."""
    cells = simulation.cells.all()
    for name, column in (("community", "community"), ("grid", "grid"), ("category", "category")):
        if chosen.get(name):
            cells = cells.filter(**{column: chosen[name]})
    if was := chosen.get("was"):
        cells = cells.filter(from_grade="" if was == "none" else was)
    if becomes := chosen.get("becomes"):
        cells = cells.filter(to_grade=becomes)
    if chosen.get("new_rules"):
        cells = cells.exclude(to_grade=F("from_grade")).exclude(to_grade=F("now_grade"))
    return sorted(unit for ids in cells.values_list("unit_ids", flat=True) for unit in ids)


def place_of(chosen: Mapping[str, Any]) -> str:
    """Community, grid and category of the filter in words."""
    words = [
        Community.objects.filter(pk=chosen.get("community") or 0).values_list("name", flat=True).first(),
        Grid.objects.filter(pk=chosen.get("grid") or 0).values_list("name", flat=True).first(),
        str(Unit.Category(chosen["category"]).label) if chosen.get("category") else None,
    ]
    return " · ".join(word for word in words if word)


@dataclass(frozen=True, slots=True)
class MovedHome:
    """A home as it stands today under both versions; `items` weigh differently in them."""

    unit: Unit
    grade: str | None
    now: str
    then: str
    items: list[RuleItem]
    scores: tuple[int, int]


def homes(simulation: Simulation, ids: Sequence[int], user: User) -> list[MovedHome]:
    """The homes of one page, judged again by the facts of now, so that each says why it moves."""
    units = Unit.objects.visible_to(user).select_related("building__community", "standing").in_bulk(ids)
    now = rule_sets.book(simulation.compared_with)
    then = rule_sets.book(simulation.rule_set)
    known = rule_sets.items_of(simulation.compared_with) | rule_sets.items_of(simulation.rule_set)
    rows = [
        (unit.pk, unit.building_id, 0, None, unit.category, unit.standing.grade)
        for pk in ids
        if (unit := units.get(pk)) is not None
    ]
    found = []
    for home, two in what_if.judged(rows, now, then, timezone.localdate()):
        codes = _weighs(two.now.lines) ^ _weighs(two.then.lines)
        found.append(
            MovedHome(
                unit=units[home[0]],
                grade=home[5],
                now=two.now.grade.value,
                then=two.then.grade.value,
                items=[known[code] for code in sorted({code for code, *_ in codes}) if code in known],
                scores=(two.now.score, two.then.score),
            )
        )
    return found


def _weighs(lines: Iterable[Line]) -> set[tuple[str, str, int]]:
    return {(line.item_code, line.effect.value, line.points) for line in lines}
