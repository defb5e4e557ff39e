"""The figures made ready to be read: every number with the address of the list behind it, and the sums checked."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from fucheng.web.leaders import rows, words
from fucheng.web.leaders.period import Period
from fucheng.web.leaders.queries import Figures
from fucheng.web.leaders.sums import Check, Key, Matrix, Number, Waiting, list_url, matrix, summed
from rentals.models import Unit
from signage.models import Product

DAILY = ("red", "delisted", "lifted", "downgraded")


class Board:
    """Everything that the page shows, from the counted figures."""

    def __init__(self, found: Figures, period: Period) -> None:
        self.found, self.period = found, period
        self.places = self._places()
        grades = [(grade, str(words.GRADE_WORDS[grade])) for grade in rows.GRADES]
        by_place = summed(found.homes, lambda key, homes: ((key[0], key[2]), homes.n))
        by_category = summed(found.homes, lambda key, homes: ((key[1], key[2]), homes.n))
        self.by_place = matrix(
            by_place, self.places, grades, lambda c, g: list_url("homes", community=c, grade=g)
        )
        self.by_category = matrix(
            by_category,
            [(key, str(label)) for key, label in Unit.Category.choices],
            grades,
            lambda c, g: list_url("homes", category=c, grade=g),
        )
        whole = sum(homes.n for homes in found.homes.values())
        self.homes = Number(whole, list_url("homes"))
        self.grades = {
            key: Number(cell.n, cell.url, cell.n / whole if whole else None)
            for (key, _label), cell in zip(grades, self.by_place.total.cells, strict=True)
        }
        self.bar = {grade: number.n for grade, number in self.grades.items()}

    def _places(self) -> list[tuple[int, str]]:
        """Communities with homes or with changes, by the name in the reader's language."""
        english = (translation.get_language() or "").startswith("en")
        used = {key[0] for key in self.found.homes} | {key[1] for key in self.found.moves}
        named = [(pk, en if english and en else zh) for pk, (zh, en) in self.found.communities.items()]
        return [(pk, name) for pk, name in named if pk in used]

    # ---- the period ----------------------------------------------------------------------------------------

    def in_period(self, screen: str, **wanted: object) -> str:
        return list_url(screen, from_=self.period.first, to=self.period.last, **wanted)

    @property
    def moves(self) -> Matrix:
        """Communities by kind of daily change."""
        numbers = summed(self.found.moves, lambda key, n: ((key[1], key[2]), n))
        kinds = [(kind, str(rows.KINDS[kind])) for kind in DAILY]
        return matrix(
            numbers,
            self.places,
            kinds,
            lambda c, k: self.in_period("changes", community=c, kind=k or "daily"),
        )

    @property
    def happened(self) -> list[dict[str, Any]]:
        """The tiles of the period, each compared with the period before."""
        found, moved = self.found, summed(self.found.moves, lambda key, n: (key[2], n))
        grades = {"red": "red", "delisted": "", "lifted": "green", "downgraded": "yellow"}
        tiles: list[tuple[Any, str, str, int, int]] = [
            (rows.KINDS[kind], grades[kind], self.in_period("changes", kind=kind), moved.get(kind, 0), before)
            for kind in DAILY
            for before in (found.moves_before.get(kind, 0),)
        ]
        tiles += [
            (
                _("First grading"),
                "",
                self.in_period("changes", kind="first"),
                found.first,
                found.first_before,
            ),
            (
                _("Buildings listed for hazards"),
                "",
                self.in_period("buildings"),
                sum(found.listed.values()),
                found.listed_before,
            ),
            (_("Visits to buildings"), "", self.in_period("visits"), found.visits, found.visits_before),
        ]
        tiles += [
            (label, "", self.in_period("signs", product=p), found.posted[p], found.posted_before[p])
            for p, label in (
                (Product.STICKER.value, _("Stickers posted")),
                (Product.NO_RENTAL.value, _("No-rental notices posted")),
                (Product.ESTATE_BOARD.value, _("Estate entrance boards posted")),
            )
        ]
        return [
            {"label": label, "grade": grade, "number": Number(n, url, before=before)}
            for label, grade, url, n, before in tiles
        ]

    @property
    def causes(self) -> list[tuple[str, Number]]:
        """Homes turned red by cause, in the street's order; a change has exactly one cause."""
        whole = sum(self.found.causes.values())
        known = [*words.CAUSES, *(cause for cause in self.found.causes if cause not in words.CAUSES)]
        return [
            (
                str(words.CAUSES.get(cause, cause)),
                Number(n, self.in_period("changes", kind="red", cause=cause), n / whole if whole else 0),
            )
            for cause in known
            for n in (self.found.causes.get(cause, 0),)
            if n or cause not in ("unknown", "other")
        ]

    @property
    def stars(self) -> list[tuple[int, Number]]:
        """Buildings by their stars in force, five first; each number with its list."""
        whole = sum(self.found.stars.values())
        return [
            (n, Number(count, list_url("stars", stars=n), count / whole if whole else 0))
            for n in range(5, 0, -1)
            for count in (self.found.stars.get(n, 0),)
        ]

    @property
    def starred(self) -> Number:
        return Number(sum(self.found.stars.values()), list_url("stars"))

    @property
    def trend(self) -> dict[str, Any]:
        """Weeks by kind, for the chart and its table; the first and last week may be cut by the period."""
        monday = self.period.first - timedelta(days=self.period.first.weekday())
        weeks = [monday + timedelta(days=7 * i) for i in range((self.period.last - monday).days // 7 + 1)]
        numbers = summed(self.found.moves, lambda key, n: ((key[0], key[2]), n))
        series = [
            {"kind": kind, "name": str(rows.KINDS[kind]), "data": [numbers.get((w, kind), 0) for w in weeks]}
            for kind in DAILY
        ]
        return {"weeks": [f"{week:%m-%d}" for week in weeks], "series": series}

    @property
    def trend_table(self) -> list[tuple[str, list[int]]]:
        trend = self.trend
        columns = [one["data"] for one in trend["series"]]
        return [(week, [column[i] for column in columns]) for i, week in enumerate(trend["weeks"])]

    # ---- what waits ----------------------------------------------------------------------------------------

    @property
    def overdue(self) -> Matrix:
        return self._aged(
            self.found.overdue, lambda c, age: list_url("hazards", state="overdue", community=c, age=age)
        )

    @property
    def owed(self) -> Matrix:
        """Stickers owed, by community and by how long the grade has been in force."""
        numbers = {(c, age): n for (product, c, age), n in self.found.owed.items() if product == "sticker"}
        return self._aged(numbers, lambda c, age: list_url("owed", product="sticker", community=c, age=age))

    @property
    def true_stickers(self) -> Number:
        """On the wall and showing the grade in force, with their share of the graded homes."""
        graded = sum(homes.n for (_c, _category, grade), homes in self.found.homes.items() if grade != "none")
        n = self.found.true_stickers
        return Number(n, list_url("signs", product="sticker", now="true"), n / graded if graded else None)

    def _aged(self, numbers: Mapping[tuple[Key, Key], int], url: Callable[[Key, Key], str]) -> Matrix:
        return matrix(numbers, self.places, [(age.name, str(age.label)) for age in rows.AGES], url)

    @property
    def waiting(self) -> list[Waiting]:
        found = self.found
        stale = sum(homes.stale for homes in found.homes.values())
        unvisited = sum(homes.unvisited for homes in found.homes.values())
        by_state = summed(found.waiting, lambda key, value: (key[1], value[0]))
        boards = sum(n for (p, _c, _age), n in found.owed.items() if p == Product.NO_RENTAL)
        number = Number
        return [
            Waiting(
                _("Hazards past their deadline"),
                number(sum(found.overdue.values()), list_url("hazards", state="overdue")),
                "alarm",
                tone="danger",
            ),
            Waiting(
                _("Homes past their visit"),
                number(stale, list_url("homes", state="stale")),
                "clock-exclamation",
            ),
            Waiting(
                _("Homes never visited"), number(unvisited, list_url("homes", state="unvisited")), "walk"
            ),
            Waiting(
                _("Proposals waiting for the community"),
                number(by_state.get("proposed", 0), list_url("proposals", state="proposed")),
                "gavel",
                self._oldest("proposed"),
            ),
            Waiting(
                _("Proposals waiting for the panel"),
                number(by_state.get("with_panel", 0), list_url("proposals", state="with_panel")),
                "users-group",
                self._oldest("with_panel"),
            ),
            Waiting(
                _("Stickers owed"),
                number(self.owed.total.total.n, list_url("owed", product="sticker")),
                "sticker",
            ),
            Waiting(
                _("Stickers owed for too long"),
                number(found.owed_overdue, list_url("owed", product="sticker", state="overdue")),
                "calendar-exclamation",
                tone="danger",
            ),
            Waiting(
                _("No-rental notices owed"),
                number(boards, list_url("owed", product="no_rental")),
                "home-off",
                tone="danger",
            ),
            Waiting(
                _("Red homes found let, with a department"),
                number(found.let, list_url("vacancy", state="let")),
                "home-exclamation",
                tone="danger",
            ),
            Waiting(
                _("Red homes not looked at in time"),
                number(found.not_looked_at, list_url("vacancy")),
                "home-search",
            ),
            Waiting(
                _("Notices to take down"),
                number(sum(found.take_down.values()), list_url("take-down")),
                "trash",
            ),
        ]

    def _oldest(self, state: str) -> str:
        moments: list[datetime] = [since for (_c, s), (_n, since) in self.found.waiting.items() if s == state]
        return _("oldest since %(day)s") % {"day": f"{min(moments):%Y-%m-%d}"} if moments else ""

    # ---- do the sums tie out -------------------------------------------------------------------------------

    @property
    def checks(self) -> list[Check]:
        found = self.found
        red = sum(n for (_week, _c, kind), n in found.moves.items() if kind == "red")
        return [
            Check(
                _("Homes in the register = sum of the grades"),
                found.register,
                [n.n for n in self.grades.values()],
            ),
            Check(
                _("… = sum of the communities"),
                found.register,
                [line.total.n for line in self.by_place.lines],
            ),
            Check(
                _("… = sum of the categories"),
                found.register,
                [line.total.n for line in self.by_category.lines],
            ),
            Check(
                _("Graded homes = true stickers on the wall + stickers owed"),
                sum(homes.n for (_c, _category, grade), homes in found.homes.items() if grade != "none"),
                [found.true_stickers, self.owed.total.total.n],
            ),
            Check(_("Homes turned red = sum of the causes"), red, list(found.causes.values())),
            Check(
                _("Daily changes = sum of the communities"),
                sum(found.moves.values()),
                [line.total.n for line in self.moves.lines],
            ),
        ]

    @property
    def ties_out(self) -> bool:
        return all(check.is_equal for check in self.checks)
