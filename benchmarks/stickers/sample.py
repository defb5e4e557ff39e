"""Made-up stickers with as many different characters as a real street: some 1,500 in 2,000 stickers."""

import random

from signage.engine.model import GRADES, Sticker
from signage.engine.qrtable import ALPHABET

PREFIX = "https://fc.example.cn/u/"
_COMMUNITIES = ("茜坑社区", "大水坑社区", "桔塘社区", "章阁社区", "新和社区", "福民社区", "四和社区")


def _common_characters() -> str:
    """The 3,755 characters of level 1 of GB 2312, most used first by no order at all."""
    rows = range(0xB0, 0xD8)
    return "".join(
        bytes((row, cell)).decode("gb2312")
        for row in rows
        for cell in range(0xA1, 0xFF)
        if not (row == 0xD7 and cell > 0xF9)
    )


def stickers(count: int) -> list[Sticker]:
    """The same `count` stickers on every call."""
    dice = random.Random(20261123)
    characters = dice.sample(_common_characters(), 1500)
    made = []
    for number in range(1, count + 1):
        community = dice.choice(_COMMUNITIES)
        road, building = "".join(dice.choices(characters, k=2)), "".join(dice.choices(characters, k=2))
        made.append(
            Sticker(
                serial=f"FC-{number:07d}",
                url=PREFIX + "".join(dice.choices(ALPHABET, k=22)),
                grade=dice.choice(GRADES),
                community=community,
                address=f"深圳市龙华区福城街道{community[:-2]}{road}路{dice.randint(1, 999)}号"
                f"{building}楼{dice.randint(1, 150)}栋{dice.choice('ABCD')}单元{dice.randint(101, 3299)}房",
                unit_code=f"440306014{dice.randint(1, 19):03d}{dice.randint(1, 30):02d}"
                f"{dice.randint(1, 9999):05d}{dice.randint(1, 500):06d}",
                graded_on="2026-11-18",
                printed_on="2026-11-23",
            )
        )
    return made
