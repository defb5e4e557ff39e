"""A small document of the office, and how a PDF is read back."""

import io
import re

import pypdfium2
import pytest

from letters.engine.official import OfficialDocument, Paragraph
from tests import factories
from tests.conftest import Cast
from tests.flows.conftest import Place


def texts(pdf: bytes) -> list[str]:
    """The text of each page without white space."""
    with pypdfium2.PdfDocument(io.BytesIO(pdf)) as book:
        pages = [page.get_textpage().get_text_range() for page in book]
    return ["".join(page.replace("\u200b", "").split()) for page in pages]


def whole(pdf: bytes) -> str:
    """The text of all pages without page numbers, so that sentences run on."""
    return "".join(re.sub(r"—\d+—", "", page) for page in texts(pdf))


@pytest.fixture
def small() -> OfficialDocument:
    return OfficialDocument(
        office="深圳市龙华区福城街道办事处",
        title="出租屋限期整改通知书",
        addressee="王小明",
        paragraphs=(
            Paragraph("text", "你的出租屋存在下列问题，请按期整改。"),
            Paragraph("head", "一、问题"),
            Paragraph("item", "疏散通道被堵塞。"),
        ),
        dated="2019-08-02",
        note="服务热线：0755-12345678",
        copies="福民社区工作站",
    )


@pytest.fixture
def place(cast: Cast) -> Place:
    """Three homes of one landlord in 福民, under rules in force since January."""
    factories.rules()
    building = factories.building(cast.fumin)
    return Place(building, factories.units(building, 3, owner=factories.landlord()))
