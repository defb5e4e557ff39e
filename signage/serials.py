"""Serial numbers of signs, and the six characters that name a print in the address of its code (ADR 7).

A serial tells which print somebody holds. It is never a key: alone it opens nothing.
"""

import re

from core.text import BASE62

CODE_LENGTH = 6
_SERIAL = re.compile(r"FC[0-9]{7,10}")


def serial_of_number(number: int) -> str:
    return f"FC{number:07d}"


def code_of(serial: str) -> str:
    """FC0000123 to 00001z: always six characters, so that all codes of a run have one length."""
    number, digits = int(serial[2:]), []
    for _ in range(CODE_LENGTH):
        number, digit = divmod(number, len(BASE62))
        digits.append(BASE62[digit])
    return "".join(reversed(digits))


def serial_of(code: str) -> str:
    """The serial behind six characters; empty for anything else."""
    if len(code) != CODE_LENGTH or any(character not in BASE62 for character in code):
        return ""
    number = 0
    for character in code:
        number = number * len(BASE62) + BASE62.index(character)
    return serial_of_number(number)


def typed_serial(text: str) -> str:
    """The serial that a person typed (fc123 and FC 0000123 alike); empty when it is none."""
    text = "".join(text.split()).upper().removeprefix("FC").removeprefix("-")
    serial = serial_of_number(int(text)) if text.isascii() and text.isdecimal() and len(text) <= 10 else ""
    return serial if _SERIAL.fullmatch(serial) else ""
