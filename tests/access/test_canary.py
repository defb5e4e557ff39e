"""A community full of unique words; none of its bytes reach anybody of another community (trust.md P2)."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.core.cache import cache

from tests import factories, world
from tests.access import notation
from tests.access.asking import Stage, address, body_of, client_of, stage
from tests.conftest import Cast
from tests.world import World

MARK = "KANARIENVOGEL"
PHONE = "10055550000"
READERS = ("grid", "reviewer", "landlord")
EXPORTS = [
    ("/review/register/export/", {"format": "csv"}),
    ("/review/register/export/", {"format": "xlsx"}),
    *(
        (f"/leaders/{screen}/export/", {"format": file_format})
        for screen in (
            "homes",
            "changes",
            "proposals",
            "hazards",
            "buildings",
            "visits",
            "signs",
            "owed",
            "take-down",
        )
        for file_format in ("csv", "xlsx")
    ),
]


@pytest.fixture
def canary(cast: Cast) -> World:
    """The second community, with the mark in everything that can be read."""
    cast.qiankeng.name = cast.qiankeng.name_en = MARK
    cast.qiankeng.save()
    for person in (cast.grid2, cast.reviewer2):
        person.display_name = f"{MARK}{person.name}"
        person.save()
    theirs = replace(
        cast,
        fumin=cast.qiankeng,
        grid=cast.grid2,
        reviewer=cast.reviewer2,
        landlord=factories.landlord_account(PHONE, "canary-landlord"),
    )
    return world.build(theirs, mark=MARK, phone=PHONE)


@pytest.fixture
def on(canary: World, cast: Cast) -> Stage:
    return stage(cast)


def marks(canary: World) -> list[bytes]:
    """Words, codes, serials, tokens and file names of the canary community."""
    words = [MARK, PHONE, f"{PHONE[:3]}****{PHONE[-4:]}", canary.token, canary.report.case_number]
    words += [canary.building.code, canary.photo.file, canary.print_file.file]
    words += [sign.serial for sign in (canary.posted, canary.printed, canary.board, canary.notice)]
    return [word.encode() for word in words]


def found_in(content: bytes, canary: World) -> list[bytes]:
    """Also inside of workbooks, which are zips."""
    if zipfile.is_zipfile(book_file := io.BytesIO(content)):
        with zipfile.ZipFile(book_file) as book:
            content += b"".join(book.read(name) for name in book.namelist())
    return [mark for mark in marks(canary) if mark in content]


def pages(on: Stage, canary: World) -> Iterator[tuple[str, str]]:
    """Every GET address: with what is one's own, with what is the canary's, and filtered by its community."""
    theirs = replace(
        on, world=canary, things=on.things | {"code": canary.green.code, "case": canary.report.case_number}
    )
    for row in notation.all_rows():
        if row.verb == "GET" and not row.route.startswith("public:"):
            own = address(row, on)
            yield str(row), own
            yield f"{row} filtered", f"{own}?community={canary.community.pk}"
            if row.filled_with:
                yield f"{row} of the canary", address(row, theirs)


@pytest.mark.parametrize("reader", READERS)
def test_no_page_carries_a_byte_of_another_community(on: Stage, canary: World, reader: str) -> None:
    leaks = []
    for name, path in pages(on, canary):
        cache.clear()
        response = client_of(reader, on).get(path)
        leaked = found_in(_without_echo(body_of(response), path), canary)
        if leaked:
            leaks.append(f"{name} as {reader} ({response.status_code}): {leaked}")
    assert not leaks, "\n".join(leaks)


def _without_echo(content: bytes, path: str) -> bytes:
    """A page may say the address it was asked for."""
    return content.replace(path.encode(), b"").replace(path.split("?")[0].encode(), b"")


def test_no_export_carries_a_byte_of_another_community(on: Stage, canary: World) -> None:
    leaks = []
    for path, sent in EXPORTS:
        for query in ("", f"?community={canary.community.pk}"):
            response = client_of("reviewer", on).post(path + query, sent)
            assert response.status_code in (200, 302, 422), (path, response.status_code)
            leaks += [(path, query, mark) for mark in found_in(body_of(response), canary)]
    assert leaks == []


def test_the_canary_sings_at_home(on: Stage, canary: World) -> None:
    """Else the test above would find nothing because nothing is there."""
    heard: dict[bytes, int] = dict.fromkeys(marks(canary), 0)
    theirs = replace(on, world=canary)
    for row in notation.all_rows():
        if row.verb == "GET" and not row.route.startswith(("public:", "photos:")):
            content = body_of(client_of("reviewer2", theirs).get(address(row, theirs)))
            for mark in found_in(content, canary):
                heard[mark] += 1
    assert heard[MARK.encode()] > 15
    assert heard[canary.building.code.encode()] > 0
