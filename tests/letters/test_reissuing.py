"""A document that could not be made is issued anew with the word corrected; it names the one it replaces."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from core.errors import Conflict, Invalid, NotAllowed
from fucheng.flows import documents
from letters.models import Document, DocumentSeries
from tests import factories
from tests.conftest import Cast

NOON = factories.NOON


@pytest.fixture
def failed(cast: Cast) -> Document:
    home = factories.units(factories.building(cast.fumin), owner=factories.landlord())[0]
    made = Document.objects.create(
        kind="rectify", prefix="福城租整", year=2026, building=home.building, unit=home, landlord=home.landlord,
        data={"office": "办事处", "title": "限期整改通知书", "addressee": "王𪚥", "paragraphs":
              [{"kind": "text", "text": "王𪚥：请整改。"}], "dated": "2026-05-01", "note": "", "copies": ""},
        issued_at=NOON, issued_by=cast.reviewer, state="failed", failure="missing_glyph: 𪚥 U+2A6A5",
    )  # fmt: skip
    return Document.objects.get(pk=made.pk)


def anew(cast: Cast, failed: Document, **more: Any) -> Document:
    given = {"document_id": failed.pk, "wrong": "𪚥", "right": "龙", "by": cast.reviewer, "at": NOON}
    return Document.objects.get(pk=documents.reissue(**(given | more)).pk)


def test_the_new_one_is_corrected_everywhere_and_names_the_old_one(cast: Cast, failed: Document) -> None:
    made = anew(cast, failed)
    assert (made.state, made.replaces, made.seq) == ("owed", failed, failed.seq + 1)
    assert (made.data["addressee"], made.data["dated"]) == ("王龙", "2026-05-12")
    assert [p["text"] for p in made.data["paragraphs"]] == [
        "王龙：请整改。",
        f"本文书替代{failed.number}，该号文书因文字有误未能制成，不再使用。",
    ]


def test_the_old_one_keeps_its_number_and_reason_and_is_never_made(cast: Cast, failed: Document) -> None:
    anew(cast, failed)
    kept = Document.objects.get(pk=failed.pk)
    assert (kept.state, kept.number, kept.data) == ("failed", failed.number, failed.data)
    with pytest.raises(Conflict):
        documents.try_again(document_id=failed.pk, by=cast.reviewer)
    with pytest.raises(DatabaseError, match="not made any more"), transaction.atomic():
        Document.objects.filter(pk=failed.pk).update(state="owed", failure="")
    assert not Document.objects.failed().exists(), "nobody has to do anything about it any more"


def test_it_is_replaced_once(cast: Cast, failed: Document) -> None:
    anew(cast, failed)
    with pytest.raises(Conflict):
        anew(cast, failed)


@pytest.mark.parametrize(
    "told", [{"wrong": ""}, {"right": " "}, {"wrong": "龙", "right": "龙"}, {"wrong": "李"}]
)
def test_what_corrects_nothing_is_refused_and_takes_no_number(
    cast: Cast, failed: Document, told: dict[str, str]
) -> None:
    with pytest.raises(Invalid):
        anew(cast, failed, **told)
    assert DocumentSeries.objects.get(kind="rectify").last == failed.seq


def test_only_who_issues_documents_may(cast: Cast, failed: Document) -> None:
    with pytest.raises(NotAllowed):
        anew(cast, failed, by=cast.grid)


def test_postgres_replaces_only_what_failed_by_one_about_the_same(cast: Cast, failed: Document) -> None:
    made = anew(cast, failed)
    other = factories.units(factories.building(cast.fumin))[0]
    for told in ({"replaces": made}, {"replaces": failed, "unit": other}):
        copy = Document.objects.get(pk=made.pk)
        copy.pk, copy._state.adding = None, True
        for name, value in told.items():
            setattr(copy, name, value)
        with pytest.raises(DatabaseError), transaction.atomic():
            copy.save(force_insert=True)


def test_the_pages_lead_from_one_to_the_other(client, cast: Cast, failed: Document) -> None:
    client.force_login(cast.reviewer)
    answer = client.post(
        reverse("review:document-reissue", args=[failed.pk]), {"wrong": "𪚥", "right": "龙"}, follow=True
    )
    made = Document.objects.get(replaces=failed)
    assert failed.number in answer.content.decode()
    old = client.get(reverse("review:document", args=[failed.pk])).content.decode()
    assert made.number in old
    assert reverse("review:document-reissue", args=[failed.pk]) not in old
