"""Issued documents: the list, one in full, its file, and what staff may ask of it."""

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Permission
from communities import access
from core.errors import DomainError, Invalid, OutOfScope
from fucheng.flows import documents as flow
from fucheng.web import listing
from fucheng.web.pdf import pdf_answer
from fucheng.web.review.forms.filters import DocumentFilter
from fucheng.web.review.queries import documents
from fucheng.web.staff import StaffRequest, staff_page
from grading.services.photos import stored_name
from letters.models import Delivery, Document
from letters.services import rendering
from signage.engine.preview import png_of_page

SIZE = 30


@require_safe
@staff_page(Permission.DOCUMENT_READ)
def document_list(request: StaffRequest) -> HttpResponse:
    form = DocumentFilter(request.user, request.GET)
    found = documents.documents(request.user, form.wanted)
    page = listing.by_key(
        documents.with_deliveries(found), request.GET, key="id", descending=True, size=SIZE, read=int, counted=found
    )  # fmt: skip
    return render(request, "review/document_list.html", {"form": form, "page": page})


@require_safe
@staff_page(Permission.DOCUMENT_READ)
def document(request: StaffRequest, pk: int) -> HttpResponse:
    file = documents.document_file(request.user, pk)
    community = file.document.building.community_id
    context = {
        "file": file,
        "document": file.document,
        "pages": range(1, file.document.pages + 1),
        "may_deliver": access.can(request.user, Permission.DOCUMENT_DELIVER, community_id=community),
        "may_issue": access.can(request.user, Permission.DOCUMENT_ISSUE, community_id=community),
    }
    return render(request, "review/document_detail.html", context)


@require_safe
@staff_page(Permission.DOCUMENT_READ)
def document_file(request: StaffRequest, pk: int) -> HttpResponse:
    """The PDF, byte for byte as issued; each look is in the audit trail."""
    found, pdf = flow.take_out(document_id=pk, by=request.user, at=timezone.now())
    return pdf_answer(found, pdf)


@require_safe
@staff_page(Permission.DOCUMENT_READ)
def document_preview(request: StaffRequest, pk: int, page: int) -> HttpResponse:
    """One page as a picture; what counts is the PDF."""
    found = Document.objects.visible_to(request.user).one(pk=pk, state=Document.State.READY)
    if not 1 <= page <= found.pages:
        raise OutOfScope
    png = png_of_page(rendering.file_of(found), page, 900)
    return HttpResponse(png, content_type="image/png", headers={"Cache-Control": "private, no-store"})


@require_safe
@staff_page(Permission.DOCUMENT_READ)
def delivery_photo(request: StaffRequest, pk: int) -> FileResponse:
    """The document at the door."""
    found = Delivery.objects.visible_to(request.user).one(pk=pk, photo__gt="")
    return FileResponse(
        default_storage.open(stored_name(found.photo)),
        content_type="image/jpeg",
        headers={"Cache-Control": "private, no-store"},
    )


@require_POST
@staff_page(Permission.DOCUMENT_ISSUE)
def document_again(request: StaffRequest, pk: int) -> HttpResponse:
    flow.try_again(document_id=pk, by=request.user)
    messages.success(request, _("The document is being made again; reload the page in a moment."))
    return redirect("review:document", pk=pk)


@require_POST
@staff_page(Permission.DOCUMENT_ISSUE)
def document_reissue(request: StaffRequest, pk: int) -> HttpResponse:
    """A document that failed, with the wrong words corrected; on to the new one."""
    told = {name: request.POST.get(name, "")[:200] for name in ("wrong", "right")}
    try:
        made = flow.reissue(document_id=pk, **told, by=request.user, at=timezone.now())
    except Invalid as refused:
        messages.error(request, str(refused))
        return redirect("review:document", pk=pk)
    messages.success(
        request, _("Number %(number)s takes its place; its file is being made.") % {"number": made.number}
    )
    return redirect("review:document", pk=made.pk)


@require_POST
@staff_page(Permission.DOCUMENT_ISSUE)
def rectification(request: StaffRequest, pk: int) -> HttpResponse:
    """A rectification notice for what is open in a home now."""
    try:
        made = flow.request_rectification(unit_id=pk, by=request.user, at=timezone.now())
    except OutOfScope:
        raise
    except DomainError as refused:
        messages.info(request, str(refused))
        return redirect("review:home", pk=pk)
    messages.success(
        request, _("Notice %(number)s is issued; its file is being made.") % {"number": made.number}
    )
    return redirect("review:document", pk=made.pk)
