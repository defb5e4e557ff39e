"""Every total is the sum of its parts, and every number is the length of the list it opens."""

import itertools
import random
import re
import uuid
from datetime import date, datetime, timedelta
from html import unescape

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import User
from fucheng.web.leaders import period, queries, rows
from fucheng.web.leaders.board import Board, Check
from fucheng.web.leaders.lists import SCREENS
from fucheng.web.leaders.period import Period
from grading.models import Assessment, GradeChange, Hazard, RuleSet, Standing, VacancyCheck, Visit
from rentals.models import Unit
from signage.models import PrintRun, Sign
from tests import factories
from tests.conftest import Cast

TODAY = timezone.localdate()


def half_year() -> Period:
    return period.last_days(183, timezone.localdate())


def changed(
    unit: Unit, rule_set: RuleSet, cast: Cast, before: str | None, after: str, at: datetime, veto=()
) -> None:
    """An approved change as the flows leave it."""
    lines = [
        {"item": code, "hazard": 1, "since": "2026-01-01", "common": False, "effect": "veto", "points": 0}
        for code in veto
    ]
    assessment = Assessment.objects.create(
        unit=unit, rule_set=rule_set, at=at, grade=after, score=90, lines=lines
    )
    GradeChange.objects.create(
        unit=unit, community=unit.building.community, assessment=assessment, from_grade=before, to_grade=after,
        state="approved", proposed_at=at, reviewed_by=factories.somebody("a-reviewer"), reviewed_at=at, decided_as="panel",
        decided_by=cast.panel, decided_at=at, reason="属实",
    )  # fmt: skip


def relive(home: Unit, rule_set: RuleSet, cast: Cast, dice: random.Random) -> None:
    """A first grading and some changes, at any time of the last year."""
    veto = list(rule_set.items.filter(effect="veto").values_list("code", flat=True))
    history = [None, *dice.sample(["green", "yellow", "red", "green", "yellow"], 3)]
    for before, after in itertools.pairwise(history):
        if before != after:
            causes = dice.sample(veto, dice.randint(0, 3)) if after == "red" else ()
            at = timezone.now() - timedelta(days=dice.uniform(0, 366))
            changed(home, rule_set, cast, before, after, at, causes)


@pytest.fixture(params=[1, 2, 3])
def street(request, cast: Cast) -> RuleSet:
    """Random homes, changes, hazards, visits and signs in two communities."""
    dice = random.Random(request.param)
    rule_set = factories.rules(date(2020, 1, 1))
    items = list(rule_set.items.exclude(effect="bonus"))
    common = [item for item in items if item.scope != "unit"]
    now = timezone.now()

    def ago(most: int) -> datetime:
        return now - timedelta(days=dice.uniform(0, most))

    run = PrintRun.objects.create(title="x", by=cast.office, at=now)
    serials = iter(f"S{n:09d}" for n in range(10_000))
    for place in (cast.fumin, cast.qiankeng):
        board = factories.estate(place)
        Sign.objects.create(
            serial=next(serials), product="estate_board", estate=board, state="posted", run=run, page=1, position=1,
            printed_at=now, posted_at=ago(300), posted_by=cast.grid,
        )  # fmt: skip
        factories.star_award(factories.building(place), at=ago(20))
        let = factories.units(factories.building(place))[0]
        red = GradeChange.objects.get(unit=factories.graded(let, "red"))
        VacancyCheck.objects.create(unit=let, change=red, due_on=TODAY - timedelta(days=1))
        for number in range(6):
            building = factories.building(place)
            homes = factories.units(building, dice.randint(1, 5), category=dice.choice(Unit.Category.values))
            for home in homes:
                grade = dice.choice(["green", "green", "yellow", "red", None])
                seen = dice.choice([None, ago(60)])
                Standing.objects.filter(unit=home).update(
                    grade=grade, graded_at=ago(120) if grade else None, last_visit_at=seen,
                    next_visit_on=seen and seen.date() + timedelta(days=14),
                )  # fmt: skip
                relive(home, rule_set, cast, dice)
                for product in ("sticker", "no_rental"):
                    if dice.random() < 0.5:
                        Sign.objects.create(
                            serial=next(serials), product=product, unit=home, state="posted", run=run, page=1,
                            grade="red" if product == "no_rental" else dice.choice(["green", "yellow", "red"]),
                            position=1, printed_at=now, posted_at=ago(300), posted_by=cast.grid,
                        )  # fmt: skip
                if dice.random() < 0.4:
                    assessment = Assessment.objects.create(
                        unit=home, rule_set=rule_set, at=now, grade="green", score=90
                    )
                    GradeChange.objects.create(
                        unit=home, community=place, assessment=assessment, from_grade="yellow", to_grade="green",
                        state="proposed", proposed_at=ago(20),
                    )  # fmt: skip
                item = dice.choice(items)
                Hazard.objects.create(
                    building=building, unit=home, item=item, item_code=item.code, opened_at=ago(200),
                    due_on=dice.choice([None, TODAY - timedelta(days=dice.randint(-5, 150))]),
                )  # fmt: skip
            item = dice.choice(common)
            Hazard.objects.create(
                building=building, unit=None, item=item, item_code=item.code, opened_at=ago(200),
                due_on=TODAY - timedelta(days=3), listed_at=dice.choice([None, ago(300)]) if number else ago(100),
            )  # fmt: skip
            for _visit in range(dice.randint(0, 4)):
                at = ago(366)
                Visit.objects.create(
                    client_id=uuid.uuid4(), content_sha256="", building=building, rule_set=rule_set, by=cast.grid,
                    started_at=at, submitted_at=at,
                )  # fmt: skip
    gone = factories.units(factories.building(cast.fumin), 1, left_on=TODAY)[0]
    Standing.objects.filter(unit=gone).update(grade="red", graded_at=now)
    return rule_set


def board_of(user: User) -> Board:
    return Board(queries.count(user, half_year()), half_year())


@pytest.mark.parametrize("who", ["leader", "reviewer", "reviewer2"])
def test_every_total_is_the_sum_of_its_parts(cast: Cast, street, who: str) -> None:
    board = board_of(getattr(cast, who))
    assert board.ties_out, [check for check in board.checks if not check.is_equal]
    for matrix in (board.by_place, board.by_category, board.moves, board.overdue, board.owed):
        assert matrix.total.total.n == sum(line.total.n for line in matrix.lines)
        assert all(line.total.n == sum(cell.n for cell in line.cells) for line in matrix.lines)
    assert board.homes.n == sum(number.n for number in board.grades.values()) > 0
    red = next(tile for tile in board.happened if tile["grade"] == "red")["number"].n
    assert red == sum(number.n for _label, number in board.causes) > 0


def links(html: str) -> dict[str, int]:
    """Every linked number of the page: address to number."""
    found = {}
    for url, inside in re.findall(r'<a [^>]*?href="(/leaders/[^"]+)"[^>]*>(.*?)</a>', html, re.DOTALL):
        words = re.sub(
            r"<small>.*?</small>|<svg.*?</svg>|<span class=\"fc-kpi-note\">.*?</span>",
            "",
            inside,
            flags=re.DOTALL,
        )
        numbers = re.findall(r"\d[\d,]*", re.sub(r"<[^>]+>", " ", words))
        if numbers:
            found[unescape(url)] = int(numbers[-1].replace(",", ""))
    return found


@pytest.mark.parametrize("who", ["leader", "reviewer"])
def test_every_number_opens_a_list_of_that_length(cast: Cast, street, client, who: str) -> None:
    client.force_login(getattr(cast, who))
    numbers = links(client.get("/leaders/").content.decode())
    assert len(numbers) > 60
    for url, n in numbers.items():
        page = client.get(url)
        assert page.context["page"].total == n, url
        assert len(page.context["table"]) == min(n, 50), url


@pytest.mark.parametrize("screen", sorted(SCREENS))
def test_a_list_holds_rows_of_the_own_community_only(cast: Cast, street, screen: str) -> None:
    source = SCREENS[screen].list.rows
    every = {row.pk for row in source(cast.leader, {})}
    first, second = ({row.pk for row in source(who, {})} for who in (cast.reviewer, cast.reviewer2))
    assert first
    assert second
    assert not first & second
    assert first | second == every
    assert not list(source(cast.landlord, {})) or screen == "homes"


@pytest.mark.parametrize("screen", sorted(SCREENS))
def test_each_list_is_exported_as_it_is_shown(cast: Cast, street, client, screen: str) -> None:
    client.force_login(cast.reviewer)
    total = client.get(f"/leaders/{screen}/").context["page"].total
    response = client.post(f"/leaders/{screen}/export/", {"format": "csv"})
    body = b"".join(response.streaming_content).decode("utf-8-sig")
    assert len(body.splitlines()) == total + 1
    assert "王小明" not in body


def test_a_change_has_one_cause_the_first_of_the_gravest(cast: Cast) -> None:
    rule_set = factories.rules(date(2020, 1, 1))
    (home,) = factories.units(factories.building(cast.fumin))
    changed(home, rule_set, cast, "green", "red", timezone.now(), ["Z05", "L06"])
    changed(home, rule_set, cast, "yellow", "red", timezone.now(), [])
    found = queries.count(cast.leader, half_year())
    assert found.causes == {"gas": 1, "unknown": 1}


def test_the_period_before_is_as_long_and_ends_the_day_before() -> None:
    chosen = period.from_query({"from": "2026-04-01", "to": "2026-04-30"}, date(2026, 6, 1))
    assert (chosen.days, chosen.before.first, chosen.before.last) == (30, date(2026, 3, 2), date(2026, 3, 31))


@pytest.mark.parametrize("query", [{}, {"from": "x"}, {"from": "2026-05-02", "to": "2026-05-01"}, {"period": "9"},
                                   {"from": "0001-01-01", "to": "9999-12-31"}])  # fmt: skip
def test_a_period_that_makes_no_sense_is_half_a_year(query: dict[str, str]) -> None:
    chosen = period.from_query(query, date(2026, 6, 30))
    assert (chosen.first, chosen.last) == (date(2025, 12, 30), date(2026, 6, 30))
    assert chosen.days == 183


def test_a_day_begins_and_ends_in_shenzhen(cast: Cast) -> None:
    rule_set = factories.rules(date(2020, 1, 1))
    (home,) = factories.units(factories.building(cast.fumin))
    day = period.last_days(1, date(2026, 5, 12))
    for moment, is_in in ((day.start, True), (day.end, False), (day.end - timedelta(seconds=1), True)):
        before = rows.changes(cast.leader, queries.wanted(day)).count()
        changed(home, rule_set, cast, "green", "yellow", moment)
        assert rows.changes(cast.leader, queries.wanted(day)).count() == before + is_in


def test_the_check_turns_red_when_a_sum_is_wrong(cast: Cast, street, client, monkeypatch) -> None:
    assert not Check("x", 3, [1, 1]).is_equal
    real = queries._homes

    def one_too_many(user: User) -> queries.Figures:
        found = real(user)
        found.register += 1
        return found

    monkeypatch.setattr(queries, "_homes", one_too_many)
    client.force_login(cast.leader)
    page = client.get("/leaders/").content.decode()
    assert "ld-tie is-bad" in page
    assert '<details class="fc-card ld-checks" id="checks" open>' in page


def test_figures_are_kept_and_counted_again_on_demand(
    cast: Cast, street, client, django_assert_max_num_queries
) -> None:
    client.force_login(cast.leader)
    total = client.get("/leaders/").context["board"].homes.n
    factories.units(factories.building(cast.fumin), 1)
    with django_assert_max_num_queries(12):
        assert client.get("/leaders/").context["board"].homes.n == total
    assert client.get("/leaders/?fresh=1").context["board"].homes.n == total  # fresh enough
    cache.clear()
    assert client.get("/leaders/?fresh=1").context["board"].homes.n == total + 1


def test_old_figures_are_shown_at_once_and_ask_for_fresh_ones(
    cast: Cast, street, client, monkeypatch
) -> None:
    client.force_login(cast.leader)
    client.get("/leaders/")
    monkeypatch.setattr(queries, "FRESH", -1)
    page = client.get("/leaders/?period=183").content.decode()
    assert 'hx-get="?period=183&amp;fresh=1"' in page


def test_figures_cost_the_same_queries_for_any_number_of_homes(cast: Cast, django_assert_num_queries) -> None:
    factories.units(factories.building(cast.fumin), 1)
    queries.count(cast.leader, half_year())  # reads the posts, once a request
    with django_assert_num_queries(32):
        queries.count(cast.leader, half_year())
    for _ in range(5):
        factories.units(factories.building(cast.qiankeng), 10)
    with django_assert_num_queries(32):
        queries.count(cast.leader, half_year())


@pytest.mark.parametrize("url", ["/leaders/", "/leaders/homes/", "/leaders/changes/?kind=red", "/leaders/map/",
                                 "/leaders/map/buildings.json"])  # fmt: skip
def test_figures_are_for_those_who_may_read_them(cast: Cast, client, url: str) -> None:
    assert client.get(url).status_code == 302
    for who, status in (("leader", 200), ("office", 200), ("panel", 200), ("auditor", 200), ("reviewer", 200),
                        ("grid", 403), ("landlord", 403)):  # fmt: skip
        client.force_login(getattr(cast, who))
        assert client.get(url).status_code == status, who


def test_an_unknown_list_is_not_found(cast: Cast, client) -> None:
    client.force_login(cast.leader)
    assert client.get("/leaders/nonsense/").status_code == 404
    assert client.get("/leaders/homes/?community=x&grade=%00&age=1&after=z").status_code == 200


def test_the_auditor_reads_but_does_not_export(cast: Cast, client) -> None:
    client.force_login(cast.auditor)
    assert "export/" not in client.get("/leaders/homes/").content.decode()
    assert client.post("/leaders/homes/export/", {"format": "csv"}).status_code == 403


def test_the_map_shows_buildings_of_the_own_community(cast: Cast, client) -> None:
    here = factories.building(cast.fumin, longitude=114.01, latitude=22.74)
    home, *_ = factories.units(here, 2)
    factories.star_award(here, 4, at=timezone.now())
    Standing.objects.filter(unit=home).update(grade="red", graded_at=timezone.now())
    factories.units(factories.building(cast.fumin), 1)
    factories.units(factories.building(cast.qiankeng, longitude=114.0, latitude=22.7), 1)
    client.force_login(cast.reviewer)
    data = client.get("/leaders/map/buildings.json").json()
    assert data["points"] == [[here.pk, 114.01, 22.74, 0, 2, 1, 0, 4]]
    assert data["unplaced"] == 1
