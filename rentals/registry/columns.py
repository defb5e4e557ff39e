"""The columns of the registry file and the few values that some of them may hold.

The file is one sheet with one row a unit (home). Headers are Chinese, in any order. `FIELDS` is the order in
which every other module of this package keeps the values of a row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rentals.registry.read_child import header_key


@dataclass(frozen=True, slots=True)
class Column:
    """One column: Chinese header, field name, whether every row needs it, other headers that mean the
    same.
    """

    header: str
    field: str
    required: bool = False
    aliases: tuple[str, ...] = ()
    width: int = 12
    hint: str = ""


COLUMNS: tuple[Column, ...] = (
    Column(
        "房屋编码",
        "code",
        True,
        ("房屋编号", "房屋代码", "间套编码", "房间编码"),
        28,
        "25位, 文本格式, 终身不变",
    ),
    Column("楼栋编码", "building_code", False, ("建筑编码", "楼栋代码", "建筑物编码"), 22, "19位, 可不填"),
    Column("社区", "community", True, ("所属社区", "社区名称"), 10, "如: 福民"),
    Column("网格", "grid", True, ("所属网格", "网格名称", "网格号", "基础网格"), 14, "如: 福民第03网格"),
    Column(
        "小区/村",
        "estate",
        False,
        ("小区", "村", "小区名称", "自然村", "小区(自然村)", "村/小区"),
        14,
        "散居可不填",
    ),
    Column("地址", "address", True, ("详细地址", "房屋地址", "标准地址"), 48, "到楼栋为止的完整地址"),
    Column("楼栋名称", "building_name", False, ("楼栋", "楼名", "栋名"), 12, "如: 三巷5栋"),
    Column("楼层", "floor", False, ("所在楼层", "层"), 7, "整数, 地下为负数"),
    Column("房号", "room", True, ("房间号", "室号", "门牌房号"), 9, "文本格式, 如: 301"),
    Column("房屋类别", "category", True, ("类别", "出租屋类别", "房屋分类"), 14, "从下拉列表选择"),
    Column(
        "面积(㎡)",
        "area",
        False,
        ("面积", "建筑面积", "面积(平方米)", "面积平方米"),
        10,
        "平方米, 最多两位小数",
    ),
    Column("业主姓名", "owner_name", False, ("业主", "房东姓名", "产权人"), 12, "个人或单位名称"),
    Column(
        "业主证件号",
        "owner_id_number",
        False,
        ("业主证件号码", "业主身份证号", "身份证号", "证件号"),
        22,
        "文本格式",
    ),
    Column(
        "业主电话", "owner_phone", False, ("业主联系电话", "房东电话", "业主手机"), 14, "文本格式, 一个号码"
    ),
    Column("管理人姓名", "manager_name", False, ("管理人", "二手房东", "实际管理人"), 12, "没有可不填"),
    Column("管理人电话", "manager_phone", False, ("管理人联系电话", "管理人手机"), 14, "文本格式, 一个号码"),
    Column("居住人数", "residents", False, ("人数", "实住人数", "居住人口"), 9, "整数"),
    Column("经度", "longitude", False, ("X坐标", "lng", "lon"), 12, "十进制度, 如: 114.023456"),
    Column("纬度", "latitude", False, ("Y坐标", "lat"), 12, "十进制度, 如: 22.745678"),
    Column("坐标系", "datum", False, ("坐标系统", "坐标类型"), 10, "从下拉列表选择"),
    Column("备注", "note", False, ("说明",), 20, ""),
)
FIELDS: tuple[str, ...] = tuple(column.field for column in COLUMNS)
BY_FIELD: dict[str, Column] = {column.field: column for column in COLUMNS}
INDEX: dict[str, int] = {field: number for number, field in enumerate(FIELDS)}


def header_keys(columns: Iterable[Column]) -> dict[str, str]:
    """Every header that means one of these columns, as it is compared, to its field."""
    return {header_key(name): column.field for column in columns for name in (column.header, *column.aliases)}


REPORT_HEADERS: tuple[str, ...] = ("原行号", "错误", "怎么办")
"""Columns of our error workbook; a corrected one may be uploaded as it is."""


class Category(StrEnum):
    """The four classes of rental homes (figures of 2019: 157,975 / 4,326 / 4,038 / 4,360)."""

    URBAN_VILLAGE = "urban_village"
    COMMODITY_ESTATE = "commodity_estate"
    PUBLIC_RENTAL = "public_rental"
    SCATTERED = "scattered"


CATEGORY_LABELS: dict[Category, str] = {
    Category.URBAN_VILLAGE: "城中村",
    Category.COMMODITY_ESTATE: "商品住宅小区",
    Category.PUBLIC_RENTAL: "政府公租(保障)",
    Category.SCATTERED: "散居",
}
# Written by people; keys are what `header_key` leaves (no spaces, half-width, lower case), without a
# final 类.
CATEGORY_WORDS: dict[str, Category] = {
    **dict.fromkeys(
        ("城中村", "城中村出租屋", "城中村房", "自然村", "urban_village"), Category.URBAN_VILLAGE
    ),
    **dict.fromkeys(
        ("商品住宅小区", "商品住宅", "商品房小区", "商品房", "住宅小区", "花园小区", "commodity_estate"),
        Category.COMMODITY_ESTATE,
    ),
    **dict.fromkeys(
        (
            "政府公租(保障)",
            "政府公租",
            "政府公租房",
            "公租房",
            "公租",
            "保障房",
            "保障性住房",
            "政府公租保障",
            "政府公租(保障)房",
            "公租(保障)",
            "公共租赁住房",
            "public_rental",
        ),
        Category.PUBLIC_RENTAL,
    ),
    **dict.fromkeys(
        ("散居", "散居房", "零散", "零星", "其他散居", "散居出租屋", "scattered"), Category.SCATTERED
    ),
}


class Datum(StrEnum):
    """What longitude and latitude refer to. We store WGS-84 (CGCS2000 is the same to within centimetres)."""

    WGS84 = "WGS-84"
    GCJ02 = "GCJ-02"
    BD09 = "BD-09"


DATUM_WORDS: dict[str, Datum] = {
    **dict.fromkeys(
        ("wgs84", "wgs-84", "wgs1984", "gps", "cgcs2000", "cgcs-2000", "2000", "国家2000", "大地2000"),
        Datum.WGS84,
    ),
    **dict.fromkeys(("gcj02", "gcj-02", "火星", "火星坐标", "高德", "腾讯"), Datum.GCJ02),
    **dict.fromkeys(("bd09", "bd-09", "百度", "百度坐标"), Datum.BD09),
}
