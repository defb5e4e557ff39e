"""One cell of the registry file: from what people typed to the one way we keep it, or a `Fault`.

Every function takes the text of a cell and returns the canonical text or a fault. Nothing is guessed:
what lost digits in Excel is refused. `RULES` names for every field how a whole column is recognised as
already canonical.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import partial

from rentals.registry.columns import CATEGORY_LABELS, CATEGORY_WORDS, DATUM_WORDS, Category, Datum
from rentals.registry.read_child import RECORD, TYPED, header_key


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell. `value` is what to use all the same (a remark); None refuses the row."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    value: str | None = None


Parsed = str | Fault
Parse = Callable[[str], Parsed]

_WIDE = (
    "".join(map(chr, (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)))) + "－．／＃＋"
)
_BLANK = "\t\n\v\f\r\x1c\x1d\x85\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_NOTHING = "".join(
    map(chr, (*range(9), *range(14, 28), 30, 31, *range(127, 133), *range(134, 160), 0xAD, *range(0x200B,
    0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0xFFFE, 0xFFFF))
)  # fmt: skip
_TABLE = str.maketrans(
    {c: unicodedata.normalize("NFKC", c) for c in _WIDE}
    | dict.fromkeys(_BLANK, " ")
    | dict.fromkeys(_NOTHING)
)
DIRTY_TEXT = re.compile(
    f"{RECORD} | {RECORD}|  |_x000D_|[{re.escape((_WIDE + _BLANK + _NOTHING).replace(RECORD, ''))}]"
)
"""Found in a joined column (each value between two U+001E) when some value is not yet canonical text."""

_DESTROYED = re.compile(r"[-+]?\d+(?:\.\d+)?[eE]\+?\d+")
_WHOLE = re.compile(r"(\d+)\.0+")
_UNIT_CODE = re.compile(r"4403[0-9]{10}[0-9A-Z][0-9]{10}")
_BUILDING_CODE = re.compile(r"4403[0-9]{10}[0-9A-Z][0-9]{4}")
_PHONE = re.compile(
    r"1\d{10}|0\d{2,3}-?\d{7,8}(?:-\d{1,6})?|[2-9]\d{6,7}|[48]00\d{7}|\+(?:852|853|886)\d{8,9}", re.ASCII
)
_IDENTITY_18 = re.compile(r"\d{17}[\dX]", re.ASCII)
_IDENTITY = re.compile(r"[0-9A-Z]{5,20}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_FLOOR = re.compile(r"(负|地下|B|-)?(\d{1,3}|[一二三四五六七八九十]{1,3})(?:层|楼|F)?")
_NUMERALS = {c: n for n, c in enumerate("一二三四五六七八九", 1)}


def plain(value: str) -> str:
    """Full-width digits and letters to half, every kind of blank to one space, ends trimmed, NFC."""
    return " ".join(unicodedata.normalize("NFC", value.replace("_x000D_", " ").translate(_TABLE)).split())


def compact(value: str) -> str:
    """For codes and numbers: NFKC, upper case, no blanks, no apostrophe that Excel uses to force text."""
    return "".join(unicodedata.normalize("NFKC", plain(value)).split()).lstrip("'`‘’").upper()


def text(value: str, *, most: int, dates: bool = False) -> Parsed:
    """Free text of at most `most` characters; a cell that Excel made a date is refused unless `dates`."""
    if value.startswith(TYPED) and not dates:
        return Fault("date_cell")
    result = plain(value.removeprefix(TYPED))
    return result if len(result) <= most else Fault("too_long", {"most": most})


def community(value: str, *, known: frozenset[str] | None = None) -> Parsed:
    """A community by its short name: 福民社区工作站 is 福民."""
    name = text(value, most=32)
    if isinstance(name, Fault) or not name:
        return name
    name = re.sub(r" ?(?:社区工作站|社区居委会|社区)$", "", name) or name
    return name if known is None or name in known else Fault("unknown_community")


def unit_code(value: str) -> Parsed:
    """25 characters; a letter (temporary building) is remarked, a number that lost its digits is refused."""
    code = value if _UNIT_CODE.fullmatch(value) else compact(value)
    if _UNIT_CODE.fullmatch(code):
        return code if code.isdigit() else Fault("code_letter", value=code)
    if _DESTROYED.fullmatch(code):
        return Fault("destroyed")
    return Fault("code_form") if code else ""


def building_code(value: str) -> Parsed:
    """19 characters, or empty."""
    code = compact(value)
    if not code or _BUILDING_CODE.fullmatch(code):
        return code
    return Fault("destroyed" if _DESTROYED.fullmatch(code) else "building_code_form")


def floor(value: str) -> Parsed:
    """3楼, 三层, 3F are `3`; 负一楼, B1 are `-1`; other short words (夹层) stay as they are."""
    word = text(value, most=8)
    if isinstance(word, Fault):
        return word
    word = _WHOLE.sub(r"\1", word)
    match = _FLOOR.fullmatch(word.upper().replace(" ", ""))
    if match is None:
        return word
    digits = match[2] if match[2].isdecimal() else str(_numeral(match[2]))
    return ("-" if match[1] else "") + (digits.lstrip("0") or "0")


def _numeral(word: str) -> int:
    tens, ten, ones = word.partition("十")
    if not ten:
        return int("".join(str(_NUMERALS[c]) for c in word))
    return (_NUMERALS.get(tens, 1)) * 10 + _NUMERALS.get(ones, 0)


def with_room(address: str, room: str) -> str:
    """A home's own address: many files give that of the building and the room beside it.

    `…一巷1栋` and `301` are `…一巷1栋301房`; an address that ends with a room stays as it is.
    """
    if not room or address.endswith(("房", "室", "铺", room)):
        return address
    return f"{address}{room}" + ("房" if room[-1].isalnum() and room.isascii() else "")


def room(value: str) -> Parsed:
    """A room number as text; `301.0` is 301."""
    word = text(value, most=16)
    return _WHOLE.sub(r"\1", word) if isinstance(word, str) and _WHOLE.fullmatch(word) else word


def category(value: str) -> Parsed:
    """One of the four categories by its usual names."""
    key = header_key(plain(value))
    found = CATEGORY_WORDS.get(key) or CATEGORY_WORDS.get(key.removesuffix("类"))
    if found is not None or not key:
        return found.value if found else ""
    return Fault("category", {"choices": "、".join(CATEGORY_LABELS[c] for c in Category)})


def datum(value: str) -> Parsed:
    """WGS-84 (also CGCS2000), GCJ-02 or BD-09."""
    key = header_key(plain(value))
    found = DATUM_WORDS.get(key) or DATUM_WORDS.get(key.removesuffix("坐标系"))
    if found is not None or not key:
        return found.value if found else ""
    return Fault("datum", {"choices": f"WGS-84、CGCS2000、{Datum.GCJ02}、{Datum.BD09}"})


def area(value: str) -> Parsed:
    """Square metres with at most two decimals (more are rounded: floats bring them), over 0 and below
    10,000.
    """
    word = re.sub(r"(?:㎡|M2|平方米|平方|平)$", "", compact(value))
    if not word:
        return ""
    if not re.fullmatch(r"\d{1,6}(?:\.\d{1,20})?", word, re.ASCII) or not 0 < Decimal(word) < 10_000:
        return Fault("area")
    return str(Decimal(word).quantize(Decimal("0.01"), ROUND_HALF_UP))


def residents(value: str) -> Parsed:
    """A head-count, 0 to 500; `20.0` is 20."""
    word = re.sub(r"(?:人|个)$", "", compact(value))
    word = _WHOLE.sub(r"\1", word)
    if not word:
        return ""
    return (
        str(int(word))
        if re.fullmatch(r"\d{1,5}", word, re.ASCII) and int(word) <= 500
        else Fault("residents")
    )


def phone(value: str) -> Parsed:
    """A mobile (11 digits), a landline, 400/800, or +852/+853/+886; `13800138000.0` is a mobile."""
    word = compact(value)
    if _DESTROYED.fullmatch(word):
        return Fault("destroyed")
    word = _WHOLE.sub(r"\1", word)
    word = re.sub(r"^\((0\d{2,3})\)-?", r"\1-", word)
    word = word if word.startswith("0") else re.sub(r"[()\-]", "", word)
    word = re.sub(r"^(?:\+|00)?86(?=1\d{10}$)", "", word)
    word = re.sub(r"^(?:\+|00)?(852\d{8}|853\d{8}|886\d{9})$", r"+\1", word)
    return word if not word or _PHONE.fullmatch(word) else Fault("phone")


def id_number(value: str) -> Parsed:
    """An identity document; the check character of an 18-digit one is only remarked (GB 11643-1999)."""
    word = re.sub(r"[()\-]", "", compact(value))
    if _DESTROYED.fullmatch(word):
        return Fault("destroyed")
    if not word:
        return ""
    if not _IDENTITY.fullmatch(word):
        return Fault("id_number")
    wrong = _IDENTITY_18.fullmatch(word) is not None and word[17] != check_character(word)
    return Fault("id_check_digit", value=word) if wrong else word


def check_character(digits: str) -> str:
    """The 18th character of a PRC identity number from its first 17 digits (ISO 7064 MOD 11-2)."""
    return "10X98765432"[sum(w * int(d) for w, d in zip(_WEIGHTS, digits, strict=False)) % 11]


def degrees(value: str) -> Parsed:
    """Decimal degrees as text."""
    word = compact(value).removesuffix("°").rstrip("EN")
    return (
        word if not word or re.fullmatch(r"\d{1,3}(?:\.\d{1,15})?", word, re.ASCII) else Fault("coordinate")
    )


@dataclass(frozen=True, slots=True)
class Rule:
    """How a field is read: `parse` for one cell; `clean` (a pattern) or `most` (characters of canonical text)
    tell a whole column that needs no parsing. Every value that is clean parses to itself."""

    parse: Parse
    clean: str = ""
    most: int = 0


def _text_rule(most: int, *, dates: bool = False) -> Rule:
    return Rule(partial(text, most=most, dates=dates), most=most)


RULES: dict[str, Rule] = {
    "code": Rule(unit_code, r"4403[0-9]{21}"),
    "building_code": Rule(building_code, r"(?:4403[0-9]{10}[0-9A-Z][0-9]{4})?"),
    "community": Rule(community),
    "grid": _text_rule(32),
    "estate": _text_rule(64),
    "address": _text_rule(255, dates=True),
    "building_name": _text_rule(128),
    "floor": Rule(floor, r"(?:-?[1-9][0-9]?)?"),
    "room": Rule(room, r"(?:[0-9]{1,6})?"),
    "category": Rule(category),
    "area": Rule(area, r"(?:[1-9][0-9]{0,3}\.[0-9]{2})?"),
    "owner_name": _text_rule(64),
    "owner_id_number": Rule(id_number),
    "owner_phone": Rule(phone, r"(?:1[0-9]{10})?"),
    "manager_name": _text_rule(64),
    "manager_phone": Rule(phone, r"(?:1[0-9]{10})?"),
    "residents": Rule(residents, r"(?:[1-9]?[0-9])?"),
    "longitude": Rule(degrees, r"(?:[0-9]{2,3}\.[0-9]{1,12})?"),
    "latitude": Rule(degrees, r"(?:[0-9]{2,3}\.[0-9]{1,12})?"),
    "datum": Rule(datum),
    "note": _text_rule(255, dates=True),
}
