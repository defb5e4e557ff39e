"""People who cannot exist, for the demonstration street.

Identity numbers begin with the region 000000, which GB/T 2260 never gave to any place; the check
character is right, so the import has nothing to remark. Phone numbers have 11 digits and begin with 100,
a block that is not given to mobile phones (those begin with 13 to 19; 100xx are five-digit service
numbers). Companies carry 示例 in the name.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from rentals.registry.normalise import check_character

SURNAMES = "陈李黄张梁林刘吴罗杨郑谢钟廖曾何叶邓彭赖温古万冼丘蓝凌骆卓翁"
WEIGHTS = (22, 18, 16, 12, 12, 12, 12, 10, 8, 8, 6, 6, 6, 6, 6, 5, 5, 5, 4, 4, 3, 3, 3, 2, 2, 2, 1, 1, 1, 1)
GIVEN = (
    "伟强明辉军平建国华志文海波勇杰健威涛峰斌俊德永新荣贵福生水金木桂兰英芳玉珍秀梅丽红燕玲娟霞敏静婷雪春秋月娇莲凤仪惠"
    "嘉晓子浩宇轩泽楷煜彬炜锋权源添泉润坤炳焕钦佳怡欣慧思雅诗颖琪雯琳瑶"
)
REGION = "000000"
PHONE_BLOCK = "100"
PUBLIC_LANDLORDS = (
    "福城公共住房运营(示例)有限公司",
    "龙华安居服务(示例)有限公司",
    "福城人才住房(示例)有限公司",
)
COMPANIES = ("股份合作公司(示例)", "物业管理(示例)有限公司", "实业(示例)有限公司")


@dataclass(frozen=True, slots=True)
class MadeUpPerson:
    """A name, an identity number (empty for managers) and a phone, all as texts."""

    name: str
    identity: str
    phone: str


class People:
    """Makes persons one after another from one random source; numbers never repeat."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._made = 0

    def person(self) -> MadeUpPerson:
        """Return a new person born 1945 to 1999."""
        pick = self._random
        name = pick.choices(SURNAMES, WEIGHTS)[0] + "".join(
            pick.choices(GIVEN, k=pick.choices((1, 2), (1, 4))[0])
        )
        serial = self._serial()
        day = f"{pick.randint(1945, 1999)}{pick.randint(1, 12):02d}{pick.randint(1, 28):02d}"
        digits = f"{REGION}{day}{serial % 1000:03d}"
        return MadeUpPerson(name, digits + check_character(digits), self._phone(serial))

    def company(self, name: str) -> MadeUpPerson:
        """Return a company; its credit code begins with 00, which no registrar uses."""
        serial = self._serial()
        return MadeUpPerson(name, f"00{REGION}MA{serial:07d}X", self._phone(serial))

    def _serial(self) -> int:
        self._made += 1
        return self._made

    def _phone(self, serial: int) -> str:
        # 7919 and 10 ** 8 have no common divisor: every serial gives another number
        return f"{PHONE_BLOCK}{serial * 7919 % 10**8:08d}"
