"""From an owed row to its file: rendered once, kept under its content's name, never changed again."""

import hashlib
import io
from datetime import datetime

import pikepdf
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from letters.engine.official import LetterFonts, MissingGlyphError, OfficialDocument, render_official
from letters.models import Delivery, Document

State = Document.State


def fonts() -> LetterFonts:
    """The four font files that the front-end set-up brings."""
    folder = settings.FONT_DIR
    return LetterFonts(
        folder / "NotoSerifSC-Regular.ttf",
        folder / "NotoSerifSC-Bold.ttf",
        folder / "NotoSansSC-Regular.ttf",
        folder / "NotoSansSC-Bold.ttf",
    )


def pdf_of(document: Document) -> bytes:
    """The same bytes each time: from the data frozen when it was issued."""
    return render_official(OfficialDocument.from_json(document.data), document.number, fonts())


@transaction.atomic
def render(document_id: int, *, at: datetime) -> bool:
    """Makes the file of an owed document; False when another worker has it or nothing is owed.

    A character that no font has fails the document with the character's name; no box is ever printed.
    """
    waiting = Document.objects.owed().select_for_update(skip_locked=True, of=("self",), no_key=True)
    document = waiting.filter(pk=document_id).first()
    if document is None:
        return False
    try:
        pdf = pdf_of(document)
    except MissingGlyphError as error:
        document.state, document.failure = State.FAILED, str(error)[:200]
        document.save(update_fields=["state", "failure"])
        return True
    digest = hashlib.sha256(pdf).hexdigest()
    _keep(_name(digest), pdf)
    document.state, document.file, document.sha256 = State.READY, _name(digest), digest
    document.pages, document.rendered_at = _pages(pdf), at
    document.save(update_fields=["state", "file", "sha256", "pages", "rendered_at"])
    _lay_in_inbox(document, at=at)
    return True


def _name(digest: str) -> str:
    return f"documents/{digest[:2]}/{digest}.pdf"


def _keep(name: str, pdf: bytes) -> None:
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(pdf))


def _pages(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as book:
        return len(book.pages)


def _lay_in_inbox(document: Document, *, at: datetime) -> None:
    """From now on the landlord finds it on the own page: that is a delivery, by whoever issued it."""
    if document.landlord is not None and document.landlord.phone_index is not None:
        Delivery.objects.create(
            document=document,
            how=Delivery.How.INBOX,
            at=at,
            by_id=document.issued_by_id,
            to=document.landlord.masked_name,
        )


def file_of(document: Document) -> bytes:
    """What was issued, byte for byte; a file that storage lost is made again and must be the same."""
    try:
        with default_storage.open(document.file) as stored:
            pdf = bytes(stored.read())
    except FileNotFoundError:
        pdf = pdf_of(document)
    if hashlib.sha256(pdf).hexdigest() != document.sha256:
        raise FileChangedError(f"document {document.pk}: the file is not the one that was issued")
    _keep(document.file, pdf)
    return pdf


class FileChangedError(Exception):
    """Storage holds other bytes than were issued; nothing is handed out."""
