"""QR tables against the library that made them."""

import random

import pytest

from signage.engine.qrtable import (
    ALPHABET,
    QrTable,
    UrlTooLong,
    library_matrix,
    qr_path,
    table_for,
)

PREFIXES = [
    "https://fc.example.cn/u/",
    "http://127.0.0.1:8000/u/",
    "https://a-much-longer-host.example.gov.cn/u/",
]


def drawn(path: bytes, size: int) -> tuple[tuple[bool, ...], ...]:
    """The matrix that paths paint, to the nearest module."""
    rows = [[False] * size for _ in range(size)]
    numbers = [round(float(word)) for word in path.split() if word not in (b"re", b"f")]
    for x, y, w, h in zip(*[iter(numbers)] * 4, strict=True):
        for column in range(x, x + w):
            for row in range(y, y + h):
                rows[size - 1 - row][column] = True
    return tuple(map(tuple, rows))


@pytest.mark.parametrize("prefix", PREFIXES)
def test_table_matrix_and_path_equal_the_library(prefix: str) -> None:
    table, dice = table_for(prefix), random.Random(7)
    for _ in range(40):
        url = prefix + "".join(dice.choices(ALPHABET, k=22))
        expected = library_matrix(url.encode())
        path = table.path(url)
        assert table.matrix(url) == expected
        assert path is not None
        assert drawn(table.form + path, table.size) == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://fc.example.cn/u/short",
        "https://fc.example.cn/u/-_cdEfGhIjKlMnOpQrStUv",
        "https://fc.example.CN/u/AbCdEfGhIjKlMnOpQrStUv",
        "https://fc.example.cn/u/éèCdEfGhIjKlMnOpQrStUv",
    ],
)
def test_url_that_does_not_fit_falls_back_to_one_library_call(url: str) -> None:
    table = table_for(PREFIXES[0])
    assert table.path(url) is None
    assert table.matrix(url) is None
    path, size = qr_path(url, table)
    assert drawn(path, size) == library_matrix(url.encode())


def test_url_beyond_every_version_is_an_error() -> None:
    with pytest.raises(UrlTooLong):
        qr_path("x" * 4000, None)


def test_table_that_disagrees_with_the_library_does_not_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(QrTable, "matrix", lambda self, url: None)
    with pytest.raises(RuntimeError, match="differs from the library"):
        QrTable(PREFIXES[0])
