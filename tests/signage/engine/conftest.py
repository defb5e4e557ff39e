"""Fonts and a made-up street of stickers. Same seed, same stickers; nothing here is a real address."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from signage.engine import FontPaths, Sticker
from signage.engine.model import GRADES
from signage.engine.qrtable import ALPHABET

_FONTS = Path(__file__).resolve().parents[3] / "static" / "vendor" / "fonts"
_COMMUNITIES = (
    "茜坑社区",
    "大水坑社区",
    "桔塘社区",
    "章阁社区",
    "新和社区",
    "福民社区",
    "四和社区",
)
_NAMES = "金科福盛安居乐业永丰兴隆和顺嘉宁翠竹康泰祥瑞锦绣华庭云海星河春晖朝阳"

StickerMaker = Callable[..., Sticker]


@pytest.fixture(scope="session")
def font_paths() -> FontPaths:
    """The two vendored font files; without them no paper test means anything."""
    paths = FontPaths(_FONTS / "NotoSansSC-Regular.ttf", _FONTS / "NotoSansSC-Bold.ttf")
    for path in paths:
        if not path.is_file():
            pytest.fail(f"font missing: static/vendor/fonts/{path.name} (run the front-end set-up first)")
    return paths


@pytest.fixture
def make_sticker() -> StickerMaker:
    """A sticker by number; any field can be given."""

    def make(number: int = 1, prefix: str = "https://fc.example.cn/u/", **fields: str) -> Sticker:
        dice = random.Random(number)
        community = dice.choice(_COMMUNITIES)
        building = "".join(dice.choices(_NAMES, k=3))
        values = {
            "serial": f"FC-{number:07d}",
            "url": prefix + "".join(dice.choices(ALPHABET, k=22)),
            "grade": dice.choice(GRADES),
            "community": community,
            "address": f"深圳市龙华区福城街道{community[:-2]}"
            f"{dice.choice('东南西北')}路{dice.randint(1, 300)}号"
            f"{building}楼{dice.randint(1, 90)}栋{dice.choice('ABC')}单元{dice.randint(101, 3299)}房",
            "unit_code": f"440306014{dice.randint(1, 9):03d}{dice.randint(1, 30):02d}"
            f"{dice.randint(1, 9999):05d}{number:06d}",
            "graded_on": "2026-11-18",
            "printed_on": "2026-11-23",
        }
        return Sticker(**(values | fields))  # type: ignore[arg-type]

    return make


@pytest.fixture
def make_stickers(make_sticker: StickerMaker) -> Callable[[int], list[Sticker]]:
    """The first `count` stickers of the street."""
    return lambda count: [make_sticker(number) for number in range(1, count + 1)]
