"""Cells as people type them and Excel spoils them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rentals.registry import normalise
from rentals.registry.fast_columns import FastColumn
from rentals.registry.normalise import RULES, Fault

CODE = "4403060140020100001000001"


def parsed(field: str, value: str) -> str:
    result = RULES[field].parse(value)
    return f"!{result.code}" if isinstance(result, Fault) else result


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("code", "４４０３０６０１４００２０１００００１０００００１", CODE),
        ("code", "\u00a04403060140020100001000001 ", CODE),
        ("code", "'4403060140020100001000001", CODE),
        ("code", "4403060140020100001 000001", CODE),
        ("code", "4.40306E+24", "!destroyed"),
        ("code", "4.403060140020100e24", "!destroyed"),
        ("code", "440306014002010000100000", "!code_form"),
        ("code", "4503060140020100001000001", "!code_form"),
        ("code", "44030600960102t0117000001", "!code_letter"),
        ("code", "", ""),
        ("building_code", "4.40306014002e+18", "!destroyed"),
        ("building_code", "44030000000000E0000", "44030000000000E0000"),  # an E at the place of a letter is whole
        ("building_code", "44030600960102T0117", "44030600960102T0117"),
        ("building_code", "123", "!building_code_form"),
        ("community", "福民社区工作站", "福民"),
        ("community", " 福民　社区 ", "福民"),
        ("community", "社区", "社区"),
        ("community", "福" * 33, "!too_long"),
        ("floor", "3楼", "3"),
        ("floor", "三层", "3"),
        ("floor", "十二层", "12"),
        ("floor", "二十一", "21"),
        ("floor", "B1", "-1"),
        ("floor", "负一楼", "-1"),
        ("floor", "3.0", "3"),
        ("floor", "夹层", "夹层"),
        ("floor", "\x012026-03-05", "!date_cell"),
        ("floor", "地面以上第三个楼层", "!too_long"),
        ("room", "301.0", "301"),
        ("room", "A－301", "A-301"),
        ("room", "\x012026-01-02", "!date_cell"),
        ("category", "城中村类", "urban_village"),
        ("category", "政府公租（保障）类", "public_rental"),
        ("category", "商品房 小区", "commodity_estate"),
        ("category", "散居", "scattered"),
        ("category", "工厂宿舍", "!category"),
        ("datum", "CGCS2000", "WGS-84"),
        ("datum", "WGS84坐标系", "WGS-84"),
        ("datum", "gcj02", "GCJ-02"),
        ("datum", "北京54", "!datum"),
        ("area", "25.5㎡", "25.50"),
        ("area", "38.560000000000002", "38.56"),
        ("area", "２０．０", "20.00"),
        ("area", "0", "!area"),
        ("area", "10000", "!area"),
        ("area", "约20", "!area"),
        ("area", "", ""),
        ("residents", "20.0", "20"),
        ("residents", "3人", "3"),
        ("residents", "-1", "!residents"),
        ("residents", "501", "!residents"),
        ("residents", "2.5", "!residents"),
        ("owner_phone", "13800138000.0", "13800138000"),
        ("owner_phone", "138 0013 8000", "13800138000"),
        ("owner_phone", "+86 138-0013-8000", "13800138000"),
        ("owner_phone", "0755-12345678", "0755-12345678"),
        ("owner_phone", "(0755)12345678", "0755-12345678"),
        ("owner_phone", "852 9123 4567", "+85291234567"),
        ("owner_phone", "1.38001E+10", "!destroyed"),
        ("owner_phone", "13800138000/13900139000", "!phone"),
        ("owner_phone", "12345", "!phone"),
        ("owner_id_number", "000000197003010012", "000000197003010012"),
        ("owner_id_number", "000000197003010013", "!id_check_digit"),
        ("owner_id_number", "4.40306E+17", "!destroyed"),
        ("owner_id_number", "h1234567(8)", "H12345678"),
        ("owner_id_number", "无", "!id_number"),
        ("longitude", "114.023456°", "114.023456"),
        ("longitude", "114°1′", "!coordinate"),
        ("note", "\x012026-03-05", "2026-03-05"),
        ("note", "第一行_x000D_\n第二行", "第一行 第二行"),
        ("address", "福民\u200b新村（东区）１２栋", "福民新村（东区）12栋"),
    ],
)  # fmt: skip
def test_cell_becomes_canonical_or_a_fault(field: str, value: str, expected: str) -> None:
    assert parsed(field, value) == expected


def test_letter_in_code_is_a_remark_that_keeps_the_value() -> None:
    fault = normalise.unit_code("44030600960102t0117000001")
    assert isinstance(fault, Fault)
    assert fault.value == "44030600960102T0117000001"


def test_check_character_of_a_published_example() -> None:
    # GB 11643-1999, annex A: 110105 19491231 002 X
    assert normalise.check_character("11010519491231002") == "X"


ANY = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="0123456789.-eE+XT ０１\u00a0\u3000栋巷号A", max_size=30),
    st.from_regex(r"4403[0-9]{10}[0-9A-Z][0-9]{4}([0-9]{6})?", fullmatch=True),
    st.sampled_from(
        ["福民", "301", "13800138000", "25.50", "114.02", "WGS-84", "城中村", "-1", "0", "08", ""]
    ),
)


@pytest.mark.parametrize("field", sorted(RULES))
@given(values=st.lists(ANY, min_size=1, max_size=5))
def test_column_taken_as_clean_parses_to_itself(field: str, values: list[str]) -> None:
    values = [value.replace("\x1e", "").replace("\x1f", "") for value in values]
    if FastColumn(RULES[field]).is_clean(values):
        assert [RULES[field].parse(value) for value in values] == values


@pytest.mark.parametrize("field", sorted(set(RULES) - {"category", "datum"}))
@given(value=ANY)
def test_parsing_twice_changes_nothing(field: str, value: str) -> None:
    once = RULES[field].parse(value)
    text = once.value if isinstance(once, Fault) else once
    if text is not None:
        again = RULES[field].parse(text)
        assert (again.value if isinstance(again, Fault) else again) == text


@pytest.mark.parametrize(
    ("address", "room", "whole"),
    [
        ("一巷1栋", "301", "一巷1栋301房"),
        ("一巷1栋301房", "301", "一巷1栋301房"),
        ("一巷1栋301", "301", "一巷1栋301"),
        ("一巷1栋", "", "一巷1栋"),
        ("一巷1栋", "一楼铺面", "一巷1栋一楼铺面"),
        ("一巷1栋302室", "301", "一巷1栋302室"),
    ],
)
def test_address_of_a_building_gets_the_room(address: str, room: str, whole: str) -> None:
    assert normalise.with_room(address, room) == whole
