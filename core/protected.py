"""Personal data at rest: AES-GCM sealed values, masked by default, found by a blind index.

A sealed value is `version, key number, nonce (12), ciphertext and tag`; the table, column and row it
belongs to are authenticated with it, so a value moved to another row does not open (trust.md D4).
"""

import hashlib
import hmac
import os
from functools import cache
from typing import Any, overload
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_AES_GCM = 1


class SealBroken(Exception):
    """The value cannot be opened: wrong key, or it belongs to another row."""


@cache
def _cipher(number: int) -> AESGCM:
    return AESGCM(settings.PERSONAL_DATA_KEYS[number])


@cache
def _index_key(purpose: str) -> bytes:
    first = settings.PERSONAL_DATA_KEYS[min(settings.PERSONAL_DATA_KEYS)]
    return hmac.digest(first, f"blind index {purpose}".encode(), "sha256")


def seal(plain: str, *, place: str, row: UUID) -> bytes:
    """Encrypts `plain` for one place (`table.column`) and row."""
    number = max(settings.PERSONAL_DATA_KEYS)
    nonce = os.urandom(12)
    body = _cipher(number).encrypt(nonce, plain.encode(), place.encode() + row.bytes)
    return bytes((_AES_GCM, number)) + nonce + body


def unseal(sealed: bytes | memoryview, *, place: str, row: UUID) -> str:
    """Opens what `seal` made for the same place and row; SealBroken otherwise."""
    raw = bytes(sealed)
    if len(raw) < 30 or raw[0] != _AES_GCM or raw[1] not in settings.PERSONAL_DATA_KEYS:
        raise SealBroken
    try:
        return _cipher(raw[1]).decrypt(raw[2:14], raw[14:], place.encode() + row.bytes).decode()
    except InvalidTag as error:
        raise SealBroken from error


def blind_index(value: str, *, purpose: str) -> bytes:
    """16 bytes by which equal values are found without storing them; `purpose` keeps columns apart."""
    return hmac.new(_index_key(purpose), value.encode(), hashlib.sha256).digest()[:16]


class Protected:
    """Attribute over two columns `<name>_sealed` and `<name>_index` of a row with a `uid`."""

    def __init__(self, purpose: str) -> None:
        self.purpose = purpose

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def _place(self, row: Any) -> str:
        return f"{row._meta.db_table}.{self.name}"

    @overload
    def __get__(self, row: None, owner: type) -> "Protected": ...
    @overload
    def __get__(self, row: object, owner: type) -> str: ...
    def __get__(self, row: Any, owner: type) -> "str | Protected":
        if row is None:
            return self
        sealed = getattr(row, f"{self.name}_sealed")
        return unseal(sealed, place=self._place(row), row=row.uid) if sealed else ""

    def __set__(self, row: Any, value: str) -> None:
        sealed = seal(value, place=self._place(row), row=row.uid) if value else None
        setattr(row, f"{self.name}_sealed", sealed)
        setattr(row, f"{self.name}_index", blind_index(value, purpose=self.purpose) if value else None)
