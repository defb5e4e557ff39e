"""From an order to sheets: frozen in walking order, rendered in parts, read back, nothing missing."""

from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from communities.models import Community
from core.bulk import copy_in
from core.errors import Conflict, Invalid, NotAllowed
from fucheng.flows import print_run
from grading.models import Standing
from jobs import running
from jobs.models import Job
from rentals.models import Building, Unit
from signage.engine.verify import verify
from signage.models import PrintItem, PrintRun, PublicToken, Sign
from signage.services import printing, rendering, targets, wording
from signage.services.boards import notices, press
from signage.services.pieces import url_of
from signage.services.printing import PLAIN, Paper
from tests import factories
from tests.conftest import Cast
from tests.races import race, won

NOON = factories.NOON
NO_GLYPH = "\U00020bb7"  # a character that names have and the font lacks


@pytest.fixture
def homes(cast: Cast) -> list[Unit]:
    """Three green homes in 福民."""
    factories.rules()
    units = factories.units(factories.building(cast.fumin), 3)
    return [factories.graded(unit, "green") for unit in units]


def order(
    cast: Cast, product: str = "sticker", *, by: Any = None, paper: Paper = PLAIN, **wanted: Any
) -> PrintRun:
    return print_run.order(
        product=product, wanted=wanted, by=by or cast.office, at=NOON, title="五月", paper=paper
    )


def printed(cast: Cast, product: str = "sticker", **wanted: Any) -> PrintRun:
    run = order(cast, product, **wanted)
    assert running.drain(run.job_id).state == "done", run.job.error
    return PrintRun.objects.get(pk=run.pk)


def pdf_of(run: PrintRun, seq: int = 0) -> bytes:
    with default_storage.open(run.files.get(seq=seq).file) as file:
        return file.read()


def url(unit: Unit) -> str:
    newest = Sign.objects.filter(unit=unit).order_by("-pk")[0]
    return url_of(PublicToken.objects.get(unit=unit).token, newest.serial)


class TestOrder:
    def test_the_office_orders_for_the_street_and_a_reviewer_for_the_own_community(
        self, cast: Cast, homes: list[Unit]
    ) -> None:
        (far,) = factories.units(factories.building(cast.qiankeng))
        factories.graded(far, "green")
        assert printed(cast).items.count() == 4
        own = printed(cast, by=cast.reviewer, community=cast.fumin.pk)
        assert (own.items.count(), own.community) == (3, cast.fumin)

    def test_a_reviewer_names_the_community(self, cast: Cast, homes: list[Unit]) -> None:
        with pytest.raises(Invalid):
            order(cast, by=cast.reviewer)

    def test_not_for_another_community(self, cast: Cast, homes: list[Unit]) -> None:
        with pytest.raises(NotAllowed):
            order(cast, by=cast.reviewer2, community=cast.fumin.pk)
        assert not PrintRun.objects.exists()

    @pytest.mark.parametrize("who", ["grid", "panel", "leader", "auditor", "landlord"])
    def test_a_post_without_the_right_is_refused(self, cast: Cast, homes: list[Unit], who: str) -> None:
        with pytest.raises(NotAllowed):
            order(cast, by=getattr(cast, who), community=cast.fumin.pk)
        assert not Job.objects.exists()

    @pytest.mark.parametrize(
        "wrong",
        [
            {"product": "flag"},
            {"colour": "green"},
            {"paper": Paper(start_at=0)},
            {"paper": Paper(start_at=25)},
            {"paper": Paper(size="a6", start_at=2)},
            {"paper": Paper(size="a0")},
            {"paper": Paper(printer_id=9)},
        ],
    )
    def test_an_order_not_understood_is_refused(self, cast: Cast, homes: list[Unit], wrong: Any) -> None:
        with pytest.raises(Invalid):
            order(cast, **wrong)

    def test_a_second_click_gives_the_same_run(self, cast: Cast, homes: list[Unit]) -> None:
        assert order(cast, owed=True) == order(cast, owed=True)
        assert PrintRun.objects.count() == 1

    @pytest.mark.parametrize(
        "change", [{"paper": Paper(start_at=2)}, {"units": [10**6 + n for n in range(29)]}]
    )
    def test_orders_that_differ_only_at_the_end_are_two_runs(
        self, cast: Cast, homes: list[Unit], change: Any
    ) -> None:
        wanted = {"units": [10**6 + n for n in range(30)]}
        assert order(cast, **wanted) != order(cast, **(wanted | change))

    def test_nothing_remains_when_the_last_step_explodes(self, cast: Cast, homes, monkeypatch) -> None:
        monkeypatch.setattr(PrintRun, "save", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            order(cast)
        assert (Job.objects.count(), PrintRun.objects.count()) == (0, 0)


class TestFreeze:
    def test_items_stand_in_walking_order(self, cast: Cast) -> None:
        factories.rules()
        for community in (cast.qiankeng, cast.fumin):
            for name in ("第02网格", "第01网格"):
                grid = factories.grid(community, name)
                for number in (7, 3):
                    code = f"44030601400{grid.pk:04d}{number:04d}"
                    building = factories.building(community, grid=grid, code=code)
                    for floor, room in (("10", "1001"), ("2", "202"), ("2", "201")):
                        (unit,) = factories.units(building, floor=floor, room=room)
                        factories.graded(unit, "green")
        run = PrintRun.objects.create(title="x", by=cast.office, at=NOON)
        assert printing.freeze(run) == 24
        walk = [
            (
                i.unit.building.community.name,
                i.unit.building.grid.name[-4:],
                i.unit.building.code[-4:],
                i.unit.room,
            )
            for i in run.items.select_related("unit__building__grid").order_by("ordinal")
        ]
        rooms = ["201", "202", "1001"]
        assert walk == [
            (c, g, b, r)
            for c in ("福民", "茜坑")
            for g in ("01网格", "02网格")
            for b in ("0003", "0007")
            for r in rooms
        ]

    @pytest.mark.parametrize(
        ("wanted", "rooms"),
        [
            ({"grade": "yellow"}, ["201"]),
            ({"category": "scattered"}, ["301"]),
            ({"units": "first"}, ["101"]),
            ({"building": "own"}, ["101", "201", "301"]),
            ({"grid": "own"}, ["101", "201", "301"]),
            ({"owed": True}, ["201", "301"]),
            ({"grade": "", "community": None}, ["101", "201", "301"]),
        ],
    )
    def test_only_what_fits_the_filter_is_frozen(self, cast: Cast, homes, wanted, rooms) -> None:
        Standing.objects.filter(unit=homes[1]).update(grade="yellow")
        Unit.objects.filter(pk=homes[2].pk).update(category="scattered")
        factories.sign(homes[0], state="posted")
        building = homes[0].building
        keys = {"first": [homes[0].pk], "own": building.grid_id if "grid" in wanted else building.pk}
        found = targets.homes_of(
            "sticker", {k: keys.get(v, v) if isinstance(v, str) else v for k, v in wanted.items()}
        )
        assert sorted(s.unit.room for s in found) == rooms

    def test_homes_not_graded_or_gone_get_no_sticker(self, cast: Cast, homes: list[Unit]) -> None:
        factories.units(homes[0].building)
        Unit.objects.filter(pk=homes[0].pk).update(left_on=NOON.date())
        assert targets.homes_of("sticker", {}).count() == 2

    def test_no_rental_notices_are_for_red_homes(self, cast: Cast, homes: list[Unit]) -> None:
        assert targets.homes_of("no_rental", {}).count() == 0
        Standing.objects.filter(unit=homes[0]).update(grade="red")
        assert [s.unit for s in targets.homes_of("no_rental", {})] == [homes[0]]

    def test_an_order_that_nothing_fits_fails_with_words(self, cast: Cast, homes: list[Unit]) -> None:
        job = running.drain(order(cast, grade="red").job_id)
        assert (job.state, bool(job.error)) == ("failed", True)

    def test_parts_cover_every_item_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(printing.PART_SIZES, "no_rental", 20)
        run = PrintRun(product="no_rental")
        parts = printing.parts(run, 45)
        assert [size for size, _payload in parts] == [20, 20, 5]
        assert [(p["first"], p["last"]) for _size, p in parts] == [(1, 20), (21, 40), (41, 45)]


class TestStickers:
    def test_every_code_and_address_of_a_run_is_read_back(self, cast: Cast, homes: list[Unit]) -> None:
        run = printed(cast)
        assert run.job.result == {"signs": 3, "pages": 1, "refused": 0}
        texts = [unit.address for unit in homes] + list(run.signs.values_list("serial", flat=True))
        assert verify(pdf_of(run), [url(u) for u in homes], texts).ok
        signs = run.signs.order_by("position").values_list("unit", "grade", "state", "page", "position")
        assert list(signs) == [(u.pk, "green", "printed", 1, n) for n, u in enumerate(homes, 1)]

    def test_parts_are_files_of_their_own_and_each_is_read(self, cast: Cast, homes, monkeypatch) -> None:
        monkeypatch.setitem(printing.PART_SIZES, "sticker", 2)
        run = printed(cast)
        assert list(run.files.values_list("seq", "signs")) == [(0, 2), (1, 1)]
        assert verify(pdf_of(run, 1), [url(homes[2])]).ok

    def test_the_first_sheet_begins_at_the_first_free_place(self, cast: Cast, homes, monkeypatch) -> None:
        monkeypatch.setitem(printing.PART_SIZES, "sticker", 2)
        run = printed(cast, paper=Paper(start_at=24))
        assert list(run.signs.order_by("serial").values_list("page", "position")) == [(1, 24), (2, 1), (1, 1)]

    def test_an_address_the_font_cannot_write_is_set_aside_with_its_reason(self, cast: Cast, homes) -> None:
        Unit.objects.filter(pk=homes[1].pk).update(address=f"福民{NO_GLYPH}屋巷1号")
        run = printed(cast)
        assert run.job.result == {"signs": 2, "pages": 1, "refused": 1}
        item = run.items.exclude(refused="").get()
        assert (item.unit, item.refused.partition(":")[0]) == (homes[1], "missing_glyph")
        assert verify(pdf_of(run), [url(homes[0]), url(homes[2])]).ok

    def test_a_run_of_which_nothing_can_be_printed_has_no_file(self, cast: Cast, homes) -> None:
        Unit.objects.update(address=NO_GLYPH)
        run = printed(cast)
        assert run.job.result == {"signs": 0, "pages": 0, "refused": 3}
        assert not run.files.exists()

    def test_a_second_run_voids_what_is_in_hand_and_leaves_what_hangs(self, cast: Cast, homes) -> None:
        printed(cast)
        Sign.objects.filter(unit=homes[0]).update(state="posted", posted_at=NOON, posted_by=cast.grid)
        printed(cast)
        states = Sign.objects.order_by("unit", "pk").values_list("unit", "state")
        assert list(states) == [
            (homes[0].pk, "posted"), (homes[0].pk, "printed"),
            (homes[1].pk, "void"), (homes[1].pk, "printed"),
            (homes[2].pk, "void"), (homes[2].pk, "printed"),
        ]  # fmt: skip

    def test_a_sign_that_is_missing_at_the_end_fails_the_run(self, cast: Cast, homes) -> None:
        run = printed(cast)
        PrintItem.objects.create(run=run, ordinal=4, unit=homes[0], serial="FC9999999", grade="green")
        with pytest.raises(Conflict, match="1"):
            printing.prove(run)

    def test_a_large_run_is_proved_before_the_database_has_statistics_of_it(self, cast: Cast, homes) -> None:
        def filled(mark: str) -> PrintRun:
            run, items = PrintRun.objects.create(title=mark, by=cast.office, at=NOON), range(20_000)
            copy_in(
                "signage_printitem",
                ("run_id", "ordinal", "unit_id", "grade", "serial", "refused"),
                [(run.pk, n + 1, homes[0].pk, "green", f"{mark}{n}", "") for n in items],
            )
            copy_in(
                "signage_sign",
                ("serial", "product", "unit_id", "grade", "says", "state", "run_id", "page", "position",
                 "printed_at", "ended_at"),
                [(f"{mark}{n}", "sticker", homes[0].pk, "green", "[]", "void", run.pk, 1, 1, NOON, NOON)
                 for n in items],
            )  # fmt: skip
            return run

        filled("A")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE signage_printitem, signage_sign")
            run = filled("B")
            cursor.execute("SET LOCAL statement_timeout = '3s'")
        assert printing.prove(run)["signs"] == 20_000

    def test_a_page_that_reads_otherwise_fails_the_run(self, cast: Cast, homes) -> None:
        run = printed(cast)
        PublicToken.objects.filter(unit=homes[0]).update(token="A" * 22)
        with pytest.raises(Conflict):
            printing.prove(run)

    def test_without_a_street_the_wording_has_no_name_and_no_hotline(self, db: None) -> None:
        texts = wording.sticker_texts(wording.in_force())
        assert (texts.programme, texts.hotline) == ("出租屋分级管理", "")

    def test_a_run_without_its_job_expects_no_codes(self, cast: Cast, homes) -> None:
        run = printed(cast)
        run.job = None
        assert rendering.urls_on_first_page(run, run.files.get()) == set()


class TestNotices:
    @pytest.fixture
    def red(self, homes: list[Unit]) -> Unit:
        hazard = factories.hazard("Z05", homes[0], due_on=NOON.date())
        line = {"item": "Z05", "hazard": hazard.pk, "since": "2026-05-12", "common": False, "effect": "veto"}
        factories.assessment(homes[0], "red", lines=[line | {"points": 0}])
        Standing.objects.filter(unit=homes[0]).update(grade="red")
        return homes[0]

    def test_a_notice_says_why_until_when_and_leads_to_the_home(self, cast: Cast, red: Unit) -> None:
        run = printed(cast, "no_rental")
        texts = [red.address, "存储销售黑煤气", "福城租禁〔2026〕", run.signs.get().serial]
        assert verify(pdf_of(run), [url(red)], texts).ok
        assert run.signs.values_list("product", "grade", "page", "position").get() == (
            "no_rental",
            "red",
            1,
            1,
        )

    def test_a_home_without_assessment_has_a_notice_without_reasons(self, cast: Cast, red: Unit) -> None:
        Standing.objects.update(assessment=None)
        assert notices._reasons(Standing.objects.get(unit=red)) == ((), None)
        assert printed(cast, "no_rental").signs.count() == 1

    def test_what_cannot_be_drawn_is_set_aside_and_the_rest_is_bound(self, cast: Cast, homes, red) -> None:
        Standing.objects.update(grade="red")
        Unit.objects.filter(pk=homes[1].pk).update(address=NO_GLYPH)
        run = printed(cast, "no_rental")
        assert run.job.result == {"signs": 2, "pages": 2, "refused": 1}
        assert verify(pdf_of(run), [url(homes[0]), url(homes[2])]).ok

    def test_a_product_is_of_its_own_kind_of_place(self, cast: Cast) -> None:
        with pytest.raises(ValueError, match="another kind"):
            press.placed(None)


class TestBoards:
    @pytest.fixture
    def estate(self, cast: Cast, homes: list[Unit]):
        estate = factories.estate(cast.fumin)
        Building.objects.filter(pk=homes[0].building_id).update(estate=estate, name="福景花园1栋")
        Standing.objects.filter(unit=homes[2]).update(grade="red", last_visit_at=NOON)
        factories.estate(cast.fumin, "福民新村", is_gated=False)
        factories.estate(cast.qiankeng, "茜园")
        return estate

    def test_a_board_tells_the_buildings_of_the_estate_and_leads_to_them(self, cast: Cast, estate) -> None:
        run = printed(cast, "estate_board", estate=estate.pk)
        assert verify(pdf_of(run), [press.board_url(estate.pk)], ["福景花园", "1栋", "2026-05-12"]).ok
        assert run.signs.values_list("estate", "unit", "grade").get() == (estate.pk, None, "")

    @pytest.mark.parametrize(("community", "names"), [(True, ["福景花园"]), (False, ["福景花园", "茜园"])])
    def test_gated_estates_of_the_community_or_of_the_street(
        self, cast: Cast, estate, community, names
    ) -> None:
        wanted = {"community": cast.fumin.pk} if community else {}
        run = PrintRun.objects.create(
            product="estate_board", title="x", filter=wanted, by=cast.office, at=NOON
        )
        printing.freeze(run)
        assert [item.estate.name for item in run.items.order_by("ordinal")] == names

    def test_a_second_run_voids_the_board_in_hand(self, cast: Cast, estate) -> None:
        for _run in range(2):
            printed(cast, "estate_board", estate=estate.pk)
        assert list(Sign.objects.order_by("pk").values_list("state", flat=True)) == ["void", "printed"]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_print_every_sign_once(cast: Cast, monkeypatch) -> None:
    monkeypatch.setitem(printing.PART_SIZES, "sticker", 3)
    factories.rules()
    for unit in factories.units(factories.building(cast.fumin), 12):
        factories.graded(unit, "green")
    run = order(cast)

    outcome = race([lambda: running.drain(run.job_id, wait=True)] * 2)
    assert won(outcome) == outcome
    job = Job.objects.get(pk=run.job_id)
    assert (job.state, job.result) == ("done", {"signs": 12, "pages": 4, "refused": 0})
    assert Sign.objects.in_hand().count() == 12
    assert Community.objects.count() == 2
