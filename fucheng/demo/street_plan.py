"""The plan of the demonstration street: communities, villages and estates with their places on the map.

Names are taken from the area or made in its manner; the places within a community are made up.
Coordinates are WGS-84 degrees of the middle of a village or estate.
"""

from __future__ import annotations

from dataclasses import dataclass

STREET_PREFIX = "广东省深圳市龙华区福城街道"


@dataclass(frozen=True, slots=True)
class Place:
    """A village or estate: name, middle (longitude, latitude), share of its community's homes."""

    name: str
    longitude: float
    latitude: float
    share: int


@dataclass(frozen=True, slots=True)
class CommunityPlan:
    """One community: codes of today and of the old street Guanlan (domain.md 3.1), number of grids, its
    places.
    """

    name: str
    code: str
    old_code: str
    share: int
    grids: int
    villages: tuple[Place, ...]
    commodity: tuple[Place, ...]
    public: tuple[Place, ...]
    roads: tuple[str, ...]


COMMUNITIES: tuple[CommunityPlan, ...] = (
    CommunityPlan(
        "福民",
        "440306014002",
        "440306010004",
        27,
        20,
        (
            Place("福民新村", 114.0262, 22.7338, 30),
            Place("冼屋村", 114.0301, 22.7362, 22),
            Place("丹坑村", 114.0225, 22.7301, 18),
            Place("狮径新村", 114.0341, 22.7325, 16),
            Place("悦兴围", 114.0288, 22.7291, 14),
        ),
        (
            Place("金域华庭", 114.0319, 22.7301, 4),
            Place("福景花园", 114.0246, 22.7366, 3),
            Place("翠岭华府", 114.0357, 22.7350, 3),
        ),
        (Place("福民安居苑", 114.0210, 22.7345, 5), Place("丹坑人才公寓", 114.0199, 22.7319, 3)),
        ("观澜大道", "福民路", "核电路"),
    ),
    CommunityPlan(
        "茜坑",
        "440306014003",
        "440306010002",
        22,
        17,
        (
            Place("茜坑新村", 114.0402, 22.7281, 34),
            Place("茜坑老村", 114.0437, 22.7302, 26),
            Place("竹园新村", 114.0471, 22.7277, 22),
            Place("鸿观新村", 114.0421, 22.7245, 18),
        ),
        (
            Place("佳和花园", 114.0389, 22.7262, 3),
            Place("茜湖雅苑", 114.0455, 22.7325, 3),
            Place("观城华庭", 114.0489, 22.7296, 2),
        ),
        (Place("茜坑保障房小区", 114.0410, 22.7330, 5),),
        ("茜坑路", "鸿创路", "观光路"),
    ),
    CommunityPlan(
        "大水坑",
        "440306014001",
        "440306010003",
        26,
        19,
        (
            Place("大水坑一村", 114.0121, 22.7471, 24),
            Place("大水坑二村", 114.0158, 22.7496, 22),
            Place("大水坑三村", 114.0089, 22.7502, 20),
            Place("桔坑新村", 114.0182, 22.7455, 18),
            Place("银星新村", 114.0060, 22.7463, 16),
        ),
        (
            Place("福城华园", 114.0200, 22.7481, 4),
            Place("水岸雅居", 114.0136, 22.7441, 3),
            Place("银星家园", 114.0047, 22.7488, 2),
        ),
        (Place("大水坑公租房小区", 114.0170, 22.7526, 6), Place("银星人才公寓", 114.0039, 22.7512, 3)),
        ("桂月路", "大三路", "新丰路"),
    ),
    CommunityPlan(
        "章阁",
        "440306014004",
        "440306010006",
        11,
        12,
        (
            Place("章阁新村", 114.0311, 22.7590, 40),
            Place("章阁老村", 114.0348, 22.7612, 34),
            Place("塘前村", 114.0279, 22.7627, 26),
        ),
        (Place("章阁华庭", 114.0331, 22.7567, 2), Place("志扬花园", 114.0372, 22.7585, 2)),
        (Place("章阁安居苑", 114.0300, 22.7651, 4),),
        ("志扬路", "章阁路", "桂香路"),
    ),
    CommunityPlan(
        "桔塘",
        "440306014005",
        "440306010005",
        14,
        14,
        (
            Place("桔岭新村", 114.0089, 22.7330, 32),
            Place("新塘村", 114.0125, 22.7355, 26),
            Place("桔岭老村", 114.0056, 22.7361, 22),
            Place("河背新村", 114.0148, 22.7319, 20),
        ),
        (Place("桔岭花园", 114.0110, 22.7297, 3), Place("新塘华府", 114.0161, 22.7343, 2)),
        (Place("桔塘保障房小区", 114.0075, 22.7390, 4), Place("桔岭人才公寓", 114.0042, 22.7336, 2)),
        ("桔岭路", "新塘路", "桔丰路"),
    ),
)
ESTATES = sum(len(plan.commodity) + len(plan.public) for plan in COMMUNITIES)
"""21: so many residential estates carried a safety notice board in 2019."""
