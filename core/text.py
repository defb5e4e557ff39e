"""Tokens, masks and small text rules shared by all rooms."""

import secrets
import unicodedata

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
TOKEN_LENGTH = 22
_PAIRS = [one + two for two in BASE62 for one in BASE62]


def new_token() -> str:
    """128 random bits as 22 base62 characters (trust.md P7: unguessable, not a UUID)."""
    number = secrets.randbits(128)
    pairs = []
    for _ in range(TOKEN_LENGTH // 2):
        number, rest = divmod(number, len(_PAIRS))
        pairs.append(_PAIRS[rest])
    return "".join(pairs)


def fold(text: str) -> str:
    """What people typed, made comparable: NFKC (full-width to half), blanks of every kind removed at the ends."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def mask_phone(phone: str) -> str:
    """13800138000 to 138****8000."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 9 else "*" * len(phone)


def mask_identity(number: str) -> str:
    """First and last two characters only."""
    return f"{number[:2]}{'*' * max(len(number) - 4, 4)}{number[-2:]}" if number else ""


def mask_name(name: str) -> str:
    """王小明 to 王**."""
    return name[:1] + "*" * max(len(name) - 1, 1) if name else ""
