"""Tokens, masks and small text rules shared by all rooms."""

import secrets
import unicodedata

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
TOKEN_LENGTH = 22
_DRAWN = 256 // len(BASE62) * len(BASE62)
"""Random bytes from here on are thrown away: every letter is equally likely."""
_LETTERS = (BASE62.encode() * 5)[:256]
_REST = bytes(range(_DRAWN, 256))


def new_tokens(count: int) -> list[str]:
    """22 random base62 characters each, 131 bits (trust.md P7: at least 128, unguessable, not a UUID)."""
    needed = count * TOKEN_LENGTH
    letters = b""
    while len(letters) < needed:
        letters += secrets.token_bytes(needed).translate(_LETTERS, delete=_REST)
    text = letters.decode()
    return [text[start : start + TOKEN_LENGTH] for start in range(0, needed, TOKEN_LENGTH)]


def new_token() -> str:
    return new_tokens(1)[0]


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
