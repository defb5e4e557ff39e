"""The import as a whole, on a real database: what it adds, changes, leaves, refuses and takes back."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts.models import AuditEvent
from communities.models import Estate, Grid
from core.errors import NotAllowed, OutOfScope
from fucheng.demo.registry_rows import generate_registry
from rentals.models import Building, ImportChange, ImportRun, Landlord, Manager, Unit
from rentals.registry.reader import Limits, open_registry
from rentals.services import registry_import, registry_undo, registry_write
from tests import factories
from tests.conftest import Cast
from tests.rentals.registry import files

pytestmark = pytest.mark.django_db
AT = factories.NOON


def run(
    cast: Cast,
    path: Path,
    *,
    dry_run: bool = False,
    on_error: str = "skip",
    by: Any = None,
    hours: int = 0,
    **more: Any,
) -> ImportRun:
    at = AT + timedelta(hours=hours)
    asked = registry_import.ask_import(
        path=path, file="imports/a.xlsx", file_name="a.xlsx", dry_run=dry_run, on_error=on_error,
        by=by or cast.office, at=at,
    )  # fmt: skip
    return registry_import.run_import(run_id=asked.pk, path=path, by=by or cast.office, at=at, **more)


def figures(done: ImportRun) -> tuple[int, int, int, int, int]:
    assert done.rows == done.added + done.changed + done.unchanged + done.bad
    return done.added, done.changed, done.unchanged, done.missing, done.bad


def book(tmp_path: Path, *rows: dict[str, Any], headers: list[str] = files.HEADERS) -> Path:
    return files.workbook(tmp_path / "a.xlsx", rows, headers=headers)


def state() -> dict[str, list[Any]]:
    """Everything of the register, to compare before and after."""
    units = (
        "code",
        "building__code",
        "address",
        "floor",
        "room",
        "category",
        "area_m2",
        "head_count",
        "note",
        "left_on",
    )
    return {
        "units": list(
            Unit.objects.order_by("code").values_list(*units[:10], "landlord__name", "manager__name")
        ),
        "buildings": list(
            Building.objects.order_by("code").values_list(
                "code", "community__name", "grid__name", "estate__name", "name", "longitude", "latitude"
            )
        ),
        "landlords": sorted((row.name, row.phone, row.identity) for row in Landlord.objects.all()),
        "managers": sorted((row.name, row.phone) for row in Manager.objects.all()),
        "grids": list(Grid.objects.order_by("name").values_list("name", flat=True)),
        "estates": list(Estate.objects.order_by("name").values_list("name", "is_gated")),
    }


def change(done: ImportRun, kind: str = "changed") -> ImportChange:
    return ImportChange.objects.get(run=done, kind=kind)


def test_new_homes_are_added_with_all_that_belongs_to_them(cast: Cast, tmp_path: Path) -> None:
    done = run(
        cast, book(tmp_path, files.home(1), files.home(2, 管理人姓名="李四", 管理人电话="10087654321"))
    )
    assert (done.state, figures(done)) == ("done", (2, 0, 0, 0, 0))
    unit = Unit.objects.select_related("building__grid", "landlord").get(room="301")
    assert (str(unit.area_m2), unit.head_count, unit.category, unit.floor) == (
        "25.50",
        2,
        "urban_village",
        "3",
    )
    assert (unit.building.community, unit.building.grid.name) == (cast.fumin, "福民第03网格")
    assert (unit.building.longitude, unit.building.latitude) == (114.023456, 22.745678)
    assert (unit.landlord.name, unit.landlord.identity, unit.landlord.phone) == (
        "张三",
        "000000197003010012",
        "10012345678",
    )
    assert Manager.objects.get().phone == "10087654321"
    assert Unit.objects.filter(added_by=done).count() == 2


def test_estate_is_gated_only_where_homes_are_not_a_village(cast: Cast, tmp_path: Path) -> None:
    other = {"楼栋编码": "4403060140020100002", "小区/村": "福景花园", "房屋类别": "商品住宅小区"}
    run(cast, book(tmp_path, files.home(1), files.home(2, **other)))
    assert dict(Estate.objects.values_list("name", "is_gated")) == {"福民新村": False, "福景花园": True}


def test_same_file_again_changes_nothing(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    generate_registry(path, 300)
    for name in ("大水坑", "章阁", "桔塘"):
        factories.community(name, "")
    assert figures(run(cast, path)) == (300, 0, 0, 0, 0)
    before = state()
    again = run(cast, path, hours=1)
    assert (figures(again), again.changes.count(), state()) == ((0, 0, 300, 0, 0), 0, before)


def test_dry_run_says_what_would_happen_and_changes_nothing(cast: Cast, tmp_path: Path) -> None:
    run(cast, book(tmp_path, files.home(1), files.home(2), files.home(3)))
    before = state()
    checked = run(
        cast,
        book(
            tmp_path,
            files.home(1, 居住人数="5", 业主姓名="王五", 业主证件号=""),
            files.home(2),
            files.home(4),
        ),
        dry_run=True,
    )
    assert (checked.state, figures(checked)) == ("checked", (1, 1, 1, 1, 0))
    seen = change(checked)
    assert (seen.before["head_count"], seen.after["head_count"]) == (2, 5)
    assert seen.after["landlord"] < 0
    assert change(checked, "missing").unit_code.endswith("3")
    assert state() == before


@pytest.mark.parametrize(
    ("header", "value", "field", "before", "after"),
    [
        ("地址", "新地址301房", "address", files.GOOD["地址"], "新地址301房"),
        ("楼层", "4楼", "floor", "3", "4"),
        ("房号", "401", "room", "301", "401"),
        ("房屋类别", "散居", "category", "urban_village", "scattered"),
        ("面积(㎡)", "30", "area_m2", 25.5, 30),
        ("面积(㎡)", "", "area_m2", 25.5, None),
        ("居住人数", "0", "head_count", 2, 0),
        ("备注", "阁楼", "note", "", "阁楼"),
        ("网格", "福民第04网格", "grid", "福民第03网格", "福民第04网格"),
        ("小区/村", "", "estate", "福民新村", ""),
        ("楼栋名称", "五栋", "building_name", "三巷5栋", "五栋"),
        ("经度", "114.03", "longitude", 114.023456, 114.03),
        ("楼栋编码", "4403060140020100009", "building", "4403060140020100001", "4403060140020100009"),
        ("业主姓名", "", "landlord", True, None),
    ],
)
def test_changed_field_is_recorded_written_and_taken_back(
    cast: Cast, tmp_path: Path, header: str, value: str, field: str, before: Any, after: Any
) -> None:
    run(cast, book(tmp_path, files.home(1)))
    old = state()
    also = {"业主证件号": "", "业主电话": ""} if header == "业主姓名" else {}
    done = run(cast, book(tmp_path, files.home(1, **{header: value} | also)), hours=1)
    assert figures(done) == (0, 1, 0, 0, 0)
    seen = change(done)
    assert set(seen.before) == set(seen.after) == {field}
    assert seen.after[field] == after
    assert seen.before[field] == before or before is True
    assert state() != old
    registry_undo.undo_import(run_id=done.pk, by=cast.office, at=AT)
    assert state() == old


def test_home_moved_to_another_community_keeps_its_code(cast: Cast, tmp_path: Path) -> None:
    run(cast, book(tmp_path, files.home(1), files.home(2)))
    old = state()
    done = run(
        cast, book(tmp_path, *(files.home(n, 社区="茜坑", 网格="茜坑第01网格") for n in (1, 2))), hours=1
    )
    assert figures(done) == (0, 2, 0, 0, 0)
    building = Building.objects.get()
    assert (building.community, building.grid.name, building.estate.community) == (
        cast.qiankeng,
        "茜坑第01网格",
        cast.qiankeng,
    )
    registry_undo.undo_import(run_id=done.pk, by=cast.office, at=AT)
    assert state() == old


def test_missing_homes_are_named_only_in_communities_of_the_file(cast: Cast, tmp_path: Path) -> None:
    there = {"社区": "茜坑", "网格": "茜坑第01网格", "楼栋编码": "4403060140030100001"}
    run(cast, book(tmp_path, files.home(1), files.home(2), files.home(3, **there)))
    done = run(cast, book(tmp_path, files.home(1)), hours=1)
    assert (figures(done), change(done, "missing").unit_code[-1]) == ((0, 0, 1, 1, 0), "2")
    assert Unit.objects.in_register().count() == 3


def test_home_whose_row_is_bad_is_not_missing(cast: Cast, tmp_path: Path) -> None:
    run(cast, book(tmp_path, files.home(1), files.home(2)))
    done = run(cast, book(tmp_path, files.home(1), files.home(2, 居住人数="很多")), hours=1)
    assert figures(done) == (0, 0, 1, 0, 1)


def test_home_that_had_left_comes_back(cast: Cast, tmp_path: Path) -> None:
    path = book(tmp_path, files.home(1))
    run(cast, path)
    Unit.objects.update(left_on=AT.date())
    old = state()
    done = run(cast, path, hours=1)
    assert (figures(done), Unit.objects.get().left_on) == ((0, 1, 0, 0, 0), None)
    registry_undo.undo_import(run_id=done.pk, by=cast.office, at=AT)
    assert state() == old


def test_absent_column_leaves_the_values_as_they_are(cast: Cast, tmp_path: Path) -> None:
    run(cast, book(tmp_path, files.home(1, 备注="旧")))
    kept = state()
    few = [h for h in files.HEADERS if h in ("房屋编码", "社区", "网格", "地址", "房号", "房屋类别")]
    assert figures(run(cast, book(tmp_path, files.home(1), headers=few), hours=1)) == (0, 0, 1, 0, 0)
    assert state() == kept


def test_file_with_required_columns_only_adds_homes(cast: Cast, tmp_path: Path) -> None:
    few = [h for h in files.HEADERS if h in ("房屋编码", "社区", "网格", "地址", "房号", "房屋类别")]
    done = run(cast, book(tmp_path, files.home(1), headers=few))
    unit = Unit.objects.get()
    assert (figures(done), unit.landlord, unit.area_m2, unit.note, unit.building.name) == (
        (1, 0, 0, 0, 0),
        None,
        None,
        "",
        "",
    )


def test_landlord_is_one_person_for_all_homes(cast: Cast, tmp_path: Path) -> None:
    run(cast, book(tmp_path, *(files.home(n) for n in range(1, 6))))
    run(cast, book(tmp_path, *(files.home(n) for n in range(6, 9))), hours=1)
    assert Landlord.objects.get().units.count() == 8


def test_landlord_with_new_phone_is_changed_once_and_taken_back(cast: Cast, tmp_path: Path) -> None:
    run(cast, book(tmp_path, files.home(1), files.home(2)))
    old = state()
    done = run(
        cast,
        book(tmp_path, *(files.home(n, 业主电话="10099999999", 业主姓名="张三丰") for n in (1, 2))),
        hours=1,
    )
    landlord = Landlord.objects.get()
    assert (figures(done), landlord.phone, landlord.name) == ((0, 2, 0, 0, 0), "10099999999", "张三丰")
    assert set(ImportChange.objects.filter(run=done, kind="changed").first().after) == {"landlord_details"}
    assert "10099999999" not in str(list(ImportChange.objects.values_list("before", "after")))
    registry_undo.undo_import(run_id=done.pk, by=cast.office, at=AT)
    assert state() == old


def test_landlord_keeps_phone_that_the_file_leaves_out(cast: Cast, tmp_path: Path) -> None:
    run(cast, book(tmp_path, files.home(1)))
    assert figures(run(cast, book(tmp_path, files.home(1, 业主电话="")), hours=1)) == (0, 0, 1, 0, 0)
    assert Landlord.objects.get().phone == "10012345678"


def test_row_that_names_only_the_present_landlord_keeps_him(cast: Cast, tmp_path: Path) -> None:
    run(cast, book(tmp_path, files.home(1)))
    assert figures(run(cast, book(tmp_path, files.home(1, 业主证件号="", 业主电话="")), hours=1)) == (
        0,
        0,
        1,
        0,
        0,
    )
    assert Landlord.objects.count() == 1


def test_identity_with_two_names_is_one_landlord_and_remarked(cast: Cast, tmp_path: Path) -> None:
    done = run(cast, book(tmp_path, files.home(1), files.home(2, 业主姓名="章三")))
    assert Landlord.objects.get().name == "张三"
    assert [remark["code"] for remark in done.remarks] == ["person_differs"]


def test_home_gets_another_landlord(cast: Cast, tmp_path: Path) -> None:
    run(cast, book(tmp_path, files.home(1), files.home(2)))
    old = state()
    new = {"业主姓名": "王五", "业主证件号": "H12345678", "业主电话": "10055555555"}
    done = run(cast, book(tmp_path, files.home(1, **new), files.home(2)), hours=1)
    seen = change(done)
    assert (figures(done), seen.after["landlord"]) == ((0, 1, 1, 0, 0), Landlord.objects.get(name="王五").pk)
    registry_undo.undo_import(run_id=done.pk, by=cast.office, at=AT)
    assert state() == old


def test_bad_rows_are_skipped_and_reported_with_numbers_masked(cast: Cast, tmp_path: Path) -> None:
    rows = [files.home(1), files.home(2, 业主电话="1001234567890123"), files.home(3, 社区="观澜")]
    done = run(cast, book(tmp_path, *rows), errors_to=tmp_path / "errors.xlsx")
    assert (done.state, figures(done)) == ("done", (1, 0, 0, 0, 2))
    assert [(p["row"], p["column"], p["code"]) for p in done.problems] == [
        (3, "owner_phone", "phone"),
        (4, "community", "unknown_community"),
    ]
    assert "1001234567890123" not in str(done.problems)
    assert (tmp_path / "errors.xlsx").exists()


def test_all_or_nothing_refuses_a_file_with_one_bad_row(cast: Cast, tmp_path: Path) -> None:
    done = run(cast, book(tmp_path, files.home(1), files.home(2, 房号="")), on_error="all")
    assert (done.state, figures(done), Unit.objects.count()) == ("refused", (1, 0, 0, 0, 1), 0)


def test_unreadable_file_is_refused_with_the_cause(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"<html>")
    done = run(cast, path)
    assert (done.state, done.problems[0]["code"], Unit.objects.count()) == ("refused", "html_file", 0)


def test_file_that_breaks_in_the_middle_leaves_nothing(cast: Cast, tmp_path: Path) -> None:
    path = book(tmp_path, *(files.home(n) for n in range(1, 5000)))
    done = run(cast, path, limits=Limits(rows=4500))
    assert (done.state, done.problems[0]["code"], Unit.objects.count()) == ("refused", "too_many_rows", 0)


def test_duplicates_of_a_chunk_before_are_not_taken(cast: Cast, tmp_path: Path) -> None:
    rows = [files.home(n) for n in range(1, 4200)] + [files.home(1, 房号="999")]
    assert figures(run(cast, book(tmp_path, *rows))) == (4198, 0, 0, 0, 2)


def test_error_in_the_last_step_leaves_nothing(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_args: object) -> None:
        raise RuntimeError("explosion")

    monkeypatch.setattr(registry_write, "_write_units", explode)
    before = state()
    with pytest.raises(RuntimeError):
        run(cast, book(tmp_path, files.home(1)))
    assert state() == before
    assert ImportRun.objects.get().state == "waiting"


def test_progress_is_told_in_rows(cast: Cast, tmp_path: Path) -> None:
    told: list[int] = []
    run(cast, book(tmp_path, *(files.home(n) for n in range(1, 11))), say=told.append)
    assert told[-1] == 10


def test_backslash_and_quotes_come_through(cast: Cast, tmp_path: Path) -> None:
    run(cast, book(tmp_path, files.home(1, 备注='a\\b "c" \\N \\.', 业主姓名="张\\三")))
    assert (Unit.objects.get().note, Landlord.objects.get().name) == ('a\\b "c" \\N \\.', "张\\三")


def test_personal_numbers_are_in_no_table_in_plain(cast: Cast, tmp_path: Path) -> None:
    run(cast, book(tmp_path, files.home(1)), dry_run=True)
    run(cast, book(tmp_path, files.home(1)), hours=1)
    with connection.cursor() as cursor:
        for table in (
            "rentals_landlord",
            "rentals_importrun",
            "rentals_importchange",
            "rentals_unit",
            "accounts_auditevent",
        ):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text ~ '10012345678|000000197003010012'")
            assert cursor.fetchone() == (0,), table


@pytest.mark.parametrize("who", ["grid", "reviewer", "leader", "panel"])
def test_others_may_not_import(cast: Cast, tmp_path: Path, who: str) -> None:
    with pytest.raises(NotAllowed):
        run(cast, book(tmp_path, files.home(1)), by=getattr(cast, who))


def test_run_out_of_scope_is_not_found(cast: Cast, tmp_path: Path) -> None:
    done = run(cast, book(tmp_path, files.home(1)))
    with pytest.raises(OutOfScope):
        registry_undo.undo_import(run_id=done.pk, by=cast.reviewer, at=AT)


def test_run_twice_is_refused(cast: Cast, tmp_path: Path) -> None:
    path = book(tmp_path, files.home(1))
    done = run(cast, path)
    with pytest.raises(registry_import.NotWaiting):
        registry_import.run_import(run_id=done.pk, path=path, by=cast.office, at=AT)


def test_import_and_undo_leave_audit_rows(cast: Cast, tmp_path: Path) -> None:
    done = run(cast, book(tmp_path, files.home(1)))
    registry_undo.undo_import(run_id=done.pk, by=cast.office, at=AT)
    verbs = list(
        AuditEvent.objects.filter(subject="import_run", actor=cast.office).values_list("verb", flat=True)
    )
    assert {"registry-import-asked", "registry-imported", "registry-import-undone", "changed"} == set(verbs)


def test_undo_of_a_first_import_leaves_an_empty_register(cast: Cast, tmp_path: Path) -> None:
    before = state()
    done = run(
        cast, book(tmp_path, files.home(1), files.home(2, 管理人姓名="李四", 管理人电话="10087654321"))
    )
    undone = registry_undo.undo_import(run_id=done.pk, by=cast.office, at=AT)
    assert (undone.state, undone.undone_by, state()) == ("undone", cast.office, before)


@pytest.mark.parametrize("wrong", ["waiting", "checked", "refused", "undone"])
def test_undo_of_a_run_that_is_not_done_is_refused(cast: Cast, tmp_path: Path, wrong: str) -> None:
    other = run(cast, book(tmp_path, files.home(1)))
    other.pk, other.state = None, wrong
    other.save()
    with pytest.raises(registry_undo.NotDone):
        registry_undo.undo_import(run_id=other.pk, by=cast.office, at=AT)


def test_undo_is_refused_when_a_later_import_changed_an_added_home(cast: Cast, tmp_path: Path) -> None:
    first = run(cast, book(tmp_path, files.home(1)))
    later = run(cast, book(tmp_path, files.home(1, 备注="新")), hours=1)
    old = state()
    with pytest.raises(registry_undo.BuiltOn):
        registry_undo.undo_import(run_id=first.pk, by=cast.office, at=AT)
    assert state() == old
    registry_undo.undo_import(run_id=later.pk, by=cast.office, at=AT)
    registry_undo.undo_import(run_id=first.pk, by=cast.office, at=AT)
    assert Unit.objects.count() == 0


def test_undo_is_refused_when_a_later_import_added_homes_to_its_building(cast: Cast, tmp_path: Path) -> None:
    first = run(cast, book(tmp_path, files.home(1)))
    run(cast, book(tmp_path, files.home(2)), hours=1)
    with pytest.raises(registry_undo.BuiltOn):
        registry_undo.undo_import(run_id=first.pk, by=cast.office, at=AT)
    assert Unit.objects.count() == 2


@pytest.mark.parametrize("table", ["unit", "building", "landlord"])
def test_undo_is_refused_when_a_value_was_changed_since(cast: Cast, tmp_path: Path, table: str) -> None:
    run(cast, book(tmp_path, files.home(1)))
    done = run(cast, book(tmp_path, files.home(1, 备注="新", 楼栋名称="五栋", 业主姓名="张三丰")), hours=1)
    {
        "unit": lambda: Unit.objects.update(note="手改"),
        "building": lambda: Building.objects.update(name="手改"),
        "landlord": lambda: Landlord.objects.update(name="手改"),
    }[table]()
    with pytest.raises(registry_undo.BuiltOn):
        registry_undo.undo_import(run_id=done.pk, by=cast.office, at=AT)


def test_staged_columns_follow_the_good_rows() -> None:
    from rentals.registry.check import GOOD_FIELDS
    from rentals.services.registry_staging import STAGED

    assert GOOD_FIELDS[:12] == STAGED[:12]
    assert GOOD_FIELDS[17:] == STAGED[12:16]


@pytest.mark.deep
def test_whole_street_within_thirty_seconds_and_512_megabytes(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "street.xlsx"
    generate_registry(path)
    for name in ("大水坑", "章阁", "桔塘"):
        factories.community(name, "")
    with open_registry(path) as reader:
        assert sum(len(chunk) for chunk in reader.chunks()) == 170_699
    assert reader.peak_bytes < 512 << 20
    start = time.perf_counter()
    assert figures(run(cast, path)) == (170_699, 0, 0, 0, 0)
    assert time.perf_counter() - start < 30
