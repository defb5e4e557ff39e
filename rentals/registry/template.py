"""The blank registry workbook, and the same workbook filled with rows."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import xlsxwriter

from rentals.registry.columns import CATEGORY_LABELS, COLUMNS, INDEX, Category, Datum
from rentals.registry.sheet_writer import SAFE_OPTIONS, fill_sheet

CREATED = dt.datetime(2019, 7, 1, tzinfo=dt.UTC)
"""Fixed, so that the same rows give the same bytes."""
LAST_ROW = 1_048_575
EXAMPLE: tuple[str, ...] = (
    "4403060140020100001000001", "4403060140020100001", "福民", "福民第03网格", "福民新村",
    "广东省深圳市龙华区福城街道福民社区福民新村三巷5栋", "三巷5栋", "3", "301", "城中村", "25.50",
    "张三", "000000197003010012", "10012345678", "", "", "2", "114.023456", "22.745678", "WGS-84",
    "示例行, 填写前请删除",
)  # fmt: skip
NOTES: tuple[tuple[str, str], ...] = (
    ("一行一间", "每行一间(套)房屋。列的顺序可以改变, 多出的列会被忽略。"),
    (
        "文本格式",
        "编码、证件号、电话、房号必须是文本格式; 变成 4.40306E+24 的编码已丢失末几位, 请从原始资料重新录入。",
    ),
    ("房屋编码", "25位, 终身不变; 不从编码推断社区或网格, 房屋划到其他社区时编码不改。"),
    ("楼栋编码", "19位; 不填时取房屋编码的前19位。"),
    ("社区、网格、小区/村", "按名称填写。社区必须已在系统中; 网格和小区/村不存在时自动新建。"),
    ("坐标系", "WGS-84 (CGCS2000 同) 或 GCJ-02, BD-09; 系统统一换算为 WGS-84。"),
    ("漏掉的房屋", "文件中没有的房屋不会被删除, 导入预览会列出它们。"),
    ("空白行列", "表格右侧和下方不要留任何内容, 否则文件无法打开。"),
)


def write_template(path: str | Path) -> None:
    """Write the blank registry template (one example row, list of hints on a second sheet)."""
    fill_template(path, [EXAMPLE])


def fill_template(path: str | Path, rows: Iterable[Sequence[str]]) -> int:
    """Write a registry workbook with `rows` (texts in the order of `columns.FIELDS`). Returns how many
    rows.
    """
    return fill_sheet(path, _shell(), rows, first_row=2, created=CREATED)


def _shell() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, dict(SAFE_OPTIONS))
    book.set_properties({"title": "福城街道出租屋登记表", "created": CREATED.replace(tzinfo=None)})
    text = book.add_format({"num_format": "@"})
    needed = book.add_format({"bold": True, "bg_color": "#FFF2CC", "border": 1, "num_format": "@"})
    plain = book.add_format({"bold": True, "bg_color": "#E7ECF3", "border": 1, "num_format": "@"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("登记表")
    sheet.freeze_panes(1, 1)
    for number, column in enumerate(COLUMNS):
        sheet.set_column(number, number, column.width, text)
        sheet.write_string(0, number, column.header, needed if column.required else plain)
    for field, choices in (
        ("category", [CATEGORY_LABELS[c] for c in Category]),
        ("datum", [d.value for d in Datum]),
    ):
        rule = {
            "validate": "list",
            "source": choices,
            "error_title": "请从列表中选择",
            "error_message": "、".join(choices),
        }
        sheet.data_validation(1, INDEX[field], LAST_ROW, INDEX[field], rule)
    sheet.data_validation(1, 0, LAST_ROW, 0, {
        "validate": "length", "criteria": "==", "value": 25, "error_type": "warning",
        "error_title": "房屋编码", "error_message": "房屋编码应为25位文本",
    })  # fmt: skip
    for number in (0, 1):  # the pattern row of `fill_sheet`
        sheet.write_blank(1, number, None, text)
    notes = book.add_worksheet("填写说明")
    notes.set_column(0, 0, 22)
    notes.set_column(1, 1, 90, wrapped)
    for number, (title, words) in enumerate((*NOTES, *((c.header, c.hint) for c in COLUMNS if c.hint))):
        notes.write_string(number, 0, title, plain)
        notes.write_string(number, 1, words)
    book.close()
    return out.getvalue()
