"""Whole files: every bad row is reported with row, column, value; good rows pass."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rentals.registry.coordinates import to_wgs84
from rentals.registry.normalise import Fault
from tests.rentals.registry import files


def found(tmp_path: Path, *rows: dict[str, Any]) -> tuple[list[str], list[tuple[int, str, str]]]:
    """Return the rooms of good rows and (row, column, code) of the problems."""
    good, problems, _ = files.read(files.workbook(tmp_path / "a.xlsx", rows), frozenset({"福民", "茜坑"}))
    return [row["room"] for row in good], [(p.row, p.column, p.code) for p in problems]


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"房屋编码": 4.40306e24}, "code", "destroyed"),
        ({"房屋编码": ""}, "code", "required"),
        ({"楼栋编码": 4.4030601400201e18}, "building_code", "destroyed"),
        ({"社区": "不存在"}, "community", "unknown_community"),
        ({"地址": ""}, "address", "required"),
        ({"房号": "  "}, "room", "required"),
        ({"房屋类别": "仓库"}, "category", "category"),
        ({"经度": ""}, "longitude", "coordinate_pair"),
        ({"坐标系": ""}, "datum", "datum_missing"),
        ({"经度": 22.745678, "纬度": 114.023456}, "longitude", "coordinate_swapped"),
        ({"经度": 116.4, "纬度": 39.9}, "longitude", "coordinate_far"),
        ({"业主姓名": ""}, "owner_name", "name_missing"),
        ({"管理人电话": "13800138000"}, "manager_name", "name_missing"),
    ],
)
def test_bad_row_is_reported_and_the_others_pass(
    tmp_path: Path, changes: dict[str, Any], column: str, code: str
) -> None:
    assert found(tmp_path, files.home(1), files.home(2, **changes)) == (["301"], [(3, column, code)])


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"房屋编码": "44030600960102T0117000001", "楼栋编码": ""}, "code", "code_letter"),
        ({"楼栋编码": "4403060140020100009"}, "building_code", "code_prefix"),
        ({"业主证件号": "110105194912310021"}, "owner_id_number", "id_check_digit"),
        (
            {"经度": "114.30", "纬度": "22.60", "楼栋编码": "4403060140020100001"},
            "longitude",
            "coordinate_outside",
        ),
    ],
)
def test_remarked_row_is_taken(tmp_path: Path, changes: dict[str, Any], column: str, code: str) -> None:
    assert found(tmp_path, files.home(1, **changes)) == (["301"], [(2, column, code)])


def test_several_faults_of_a_row_are_all_reported(tmp_path: Path) -> None:
    _, problems = found(tmp_path, files.home(1, 社区="不存在", 房屋类别="仓库", 业主电话="1", 居住人数=-1))
    assert {code for _row, _column, code in problems} == {
        "unknown_community",
        "category",
        "phone",
        "residents",
    }


def test_numbers_typed_as_numbers_are_understood(tmp_path: Path) -> None:
    row = files.home(1, 业主电话=13800138000.0, 居住人数=20.0, **{"面积(㎡)": 38.56}, 房号=301, 楼层=3)
    good, problems, _ = files.read(files.workbook(tmp_path / "a.xlsx", [row]))
    assert problems == []
    assert [good[0][f] for f in ("owner_phone", "residents", "area", "room", "floor")] == [
        "13800138000", "20", "38.56", "301", "3",
    ]  # fmt: skip


def test_room_that_excel_made_a_date_is_refused(tmp_path: Path) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(tmp_path / "d.xlsx"), {"default_date_format": "yyyy-mm-dd"})
    page = book.add_worksheet()
    for column, (header, value) in enumerate(files.home(1, 房号=date(2026, 1, 2)).items()):
        page.write(0, column, header)
        page.write(1, column, value)
    book.close()
    _, problems, _ = files.read(tmp_path / "d.xlsx")
    assert [(p.column, p.code, p.value) for p in problems] == [("room", "date_cell", "2026-01-02")]


def test_building_code_absent_is_the_first_nineteen(tmp_path: Path) -> None:
    good, _, _ = files.read(files.workbook(tmp_path / "a.xlsx", [files.home(1, 楼栋编码="")]))
    assert good[0]["building_code"] == "4403060140020100001"


def test_same_row_twice_is_taken_once(tmp_path: Path) -> None:
    assert found(tmp_path, files.home(1), files.home(1)) == (["301"], [(3, "code", "repeated_row")])


def test_same_code_with_other_values_refuses_all_of_them(tmp_path: Path) -> None:
    rooms, problems = found(
        tmp_path, files.home(1), files.home(2), files.home(1, 房号="999"), files.home(1, 房号="998")
    )
    assert rooms == ["302"]
    assert problems == [
        (2, "code", "duplicate_code"),
        (4, "code", "duplicate_code"),
        (5, "code", "duplicate_code"),
    ]


def test_one_code_under_two_buildings_is_a_duplicate(tmp_path: Path) -> None:
    rooms, problems = found(tmp_path, files.home(1), files.home(1, 楼栋编码="4403060140020100002"))
    assert rooms == []
    assert [problem[2] for problem in problems] == ["duplicate_code", "code_prefix", "duplicate_code"]


def test_duplicate_far_apart_is_found(tmp_path: Path) -> None:
    rows = [files.home(n) for n in range(1, 5001)] + [files.home(1, 房号="999")]
    _, problems, check = files.read(files.workbook(tmp_path / "a.xlsx", rows))
    assert [p.row for p in problems] == [2, 5002]
    assert check.refused == {2, 5002}


def test_building_in_two_grids_refuses_the_later_row(tmp_path: Path) -> None:
    rooms, problems = found(tmp_path, files.home(1), files.home(2, 网格="福民第09网格"), files.home(3))
    assert (rooms, problems) == (["301", "303"], [(3, "grid", "building_split")])


def test_building_with_two_names_uses_the_first_with_one_remark(tmp_path: Path) -> None:
    rows = [files.home(1), files.home(2, 楼栋名称="五栋"), files.home(3, 楼栋名称="五栋")]
    good, problems, _ = files.read(files.workbook(tmp_path / "a.xlsx", rows))
    assert {row["building_name"] for row in good} == {"三巷5栋"}
    assert [(p.row, p.code) for p in problems] == [(3, "building_differs")]


def test_gcj_coordinates_are_stored_as_wgs84(tmp_path: Path) -> None:
    good, _, _ = files.read(files.workbook(tmp_path / "a.xlsx", [files.home(1, 坐标系="GCJ-02")]))
    east = (114.023456 - float(good[0]["longitude"])) * 102_600  # metres at this latitude
    north = (22.745678 - float(good[0]["latitude"])) * 111_000
    assert 450 < east < 600
    assert -400 < north < -150


def test_no_coordinates_at_all_are_no_fault() -> None:
    assert to_wgs84("", "", "") == ("", "")
    assert isinstance(to_wgs84("114.02", "22.7", "")[1], Fault)


def test_empty_rows_are_left_out_and_row_numbers_stay(tmp_path: Path) -> None:
    good, problems, _ = files.read(
        files.workbook(tmp_path / "a.xlsx", [files.home(1), {"备注": " \u3000"}, files.home(2)])
    )
    assert ([row["row"] for row in good], problems) == (["2", "4"], [])
