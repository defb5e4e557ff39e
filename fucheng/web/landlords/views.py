"""The landlord's pages: the own homes, one home, a proof, the way back from red."""

from collections.abc import Callable

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import Permission
from core.errors import Conflict, DomainError, Invalid
from fucheng.flows import delisting, documents, objection, proof
from fucheng.web.landlords import queries
from fucheng.web.landlords.forms import DelistingForm, ObjectionForm, ProofForm, ReplyForm, VisitRequestForm
from fucheng.web.landlords.story import next_steps, steps_of
from fucheng.web.pdf import pdf_answer
from fucheng.web.photos import uploads
from fucheng.web.staff import StaffRequest, staff_page
from grading.models import DelistingRequest, Hazard
from grading.services import self_inspections
from rentals.models import Unit


@require_safe
@staff_page(Permission.DELISTING_REQUEST)
def home_list(request: StaffRequest) -> HttpResponse:
    """All own homes, the worst first. Who owns one home sees it at once."""
    counts = queries.counts(request.user)
    page, rows = queries.homes(request.user, request.GET.get("page", "1"))
    context = {
        "rows": rows,
        "page": page,
        "counts": counts,
        "total": sum(counts.values()),
        "today": timezone.localdate(),
    }
    return render(request, "landlords/home_list.html", context)


@require_safe
@staff_page(Permission.DELISTING_REQUEST)
def home(request: StaffRequest, pk: int) -> HttpResponse:
    found = queries.home_page(request.user, pk)
    context = {
        "home": found,
        "today": timezone.localdate(),
        "steps": next_steps(found),
        "self_inspection": self_inspections.offer(found.unit, on=timezone.localdate()),
        "stations": steps_of(found.open_request) if found.open_request else [],
        "past_requests": [(row, steps_of(row)) for row in found.requests if row.ended_at],
    }
    return render(request, "landlords/home.html", context)


@require_safe
@staff_page(Permission.DELISTING_REQUEST)
def document(request: StaffRequest, pk: int) -> HttpResponse:
    """An issued document addressed to this landlord; the first look is noted as read."""
    found, pdf = documents.take_out(document_id=pk, by=request.user, at=timezone.now())
    return pdf_answer(found, pdf)


@require_http_methods(["GET", "POST"])
@staff_page(Permission.PROOF_SEND)
def proof_send(request: StaffRequest, pk: int) -> HttpResponse:
    """Words and photos for one hazard; a second sending finds the first and says so."""
    hazard = Hazard.objects.visible_to(request.user).select_related("item", "unit", "building").one(pk=pk)
    unit = _home_to_return_to(request, hazard)
    form = ProofForm(request.POST or None)
    received = uploads.receive(request, "photos", request.user)
    if request.method == "POST" and form.is_valid() and not received.errors:
        note = form.cleaned_data["note"]
        if not note and not received.digests:
            form.add_error("note", _("Write what was done, or add a photo of it."))
        elif _sent(request, hazard.pk, note, received):
            return redirect("landlords:home", pk=unit.pk)
    is_bad = request.method == "POST"
    context = {
        "hazard": hazard,
        "unit": unit,
        "form": form,
        "received": received,
        "today": timezone.localdate(),
    }
    return render(request, "landlords/proof_send.html", context, status=422 if is_bad else 200)


def _sent(request: StaffRequest, hazard_id: int, note: str, received: uploads.Received) -> bool:
    try:
        proof.send(
            hazard_id=hazard_id,
            by=request.user,
            at=timezone.now(),
            note=note,
            photo_digests=received.digests,
        )
        messages.success(
            request, _("Your proof has arrived. The community checks it; the answer appears here.")
        )
    except Conflict as error:
        messages.info(request, str(error))
    return True


def _home_to_return_to(request: StaffRequest, hazard: Hazard) -> Unit:
    """The home of the hazard; for the common parts the home the landlord came from, or any own one."""
    own = queries.own_homes(request.user).filter(building=hazard.building_id)
    if hazard.unit_id:
        return own.one(pk=hazard.unit_id)
    key = request.GET.get("home", "")
    came_from = own.filter(pk=key).first() if key.isdecimal() else None
    return came_from or own.order_by("code").one()


@require_http_methods(["GET", "POST"])
@staff_page(Permission.DELISTING_REQUEST)
def delisting_request(request: StaffRequest, pk: int) -> HttpResponse:
    """Asks for the re-inspection of a red home; pressed twice there is one request."""
    found = queries.home_page(request.user, pk)
    form, error = DelistingForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            asked = delisting.request(
                unit_id=pk, by=request.user, at=timezone.now(), words=form.cleaned_data["words"]
            )
            day = asked.inspect_by
            said = _("Your request has arrived. The re-inspection comes by %(day)s at the latest.")
            messages.success(request, said % {"day": f"{day:%Y-%m-%d}"})
            return redirect("landlords:home", pk=pk)
        except Conflict as conflict:
            messages.info(request, str(conflict))
            return redirect("landlords:home", pk=pk)
        except DomainError as refusal:
            error = refusal
    context = {"home": found, "form": form, "error": error}
    return render(request, "landlords/delisting_request.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@staff_page(Permission.DELISTING_REQUEST)
def delisting_withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    row = DelistingRequest.objects.visible_to(request.user).select_related("unit").one(pk=pk)
    if request.method != "POST":
        return render(request, "landlords/delisting_withdraw.html", {"row": row})
    try:
        delisting.withdraw(request_id=pk, by=request.user, at=timezone.now())
        messages.success(request, _("Your request is withdrawn. You may ask again at any time."))
    except Conflict as error:
        messages.info(request, str(error))
    return redirect("landlords:home", pk=row.unit_id)


@require_http_methods(["GET", "POST"])
@staff_page(Permission.OBJECTION_FILE)
def objection_file(request: StaffRequest, pk: int) -> HttpResponse:
    """Against the decision in force, within 21 days, once."""
    form = ObjectionForm(request.POST or None)
    received = uploads.receive(request, "photos", request.user)

    def send() -> str:
        made = objection.file(
            unit_id=pk,
            by=request.user,
            at=timezone.now(),
            words=form.cleaned_data["words"],
            photo_digests=received.digests,
        )
        said = _("Your objection has arrived. It is answered by %(day)s at the latest.")
        return said % {"day": f"{made.answer_by:%Y-%m-%d}"}

    return _asked(request, pk, form, send, "landlords/objection.html", received=received)


@require_http_methods(["GET", "POST"])
@staff_page(Permission.OBJECTION_FILE)
def reply(request: StaffRequest, pk: int) -> HttpResponse:
    form = ReplyForm(request.POST or None)

    def send() -> str:
        objection.reply(unit_id=pk, by=request.user, at=timezone.now(), text=form.cleaned_data["text"])
        return _("Your reply stands beside the grade now.")

    return _asked(request, pk, form, send, "landlords/reply.html")


@require_http_methods(["GET", "POST"])
@staff_page(Permission.VISIT_REQUEST)
def visit_request(request: StaffRequest, pk: int) -> HttpResponse:
    """The landlord of a yellow home asks for a visit."""
    form = VisitRequestForm(request.POST or None)

    def send() -> str:
        asked = objection.ask_for_green(
            unit_id=pk, by=request.user, at=timezone.now(), words=form.cleaned_data["words"]
        )
        return _("Somebody comes by %(day)s at the latest.") % {"day": f"{asked.visit_by:%Y-%m-%d}"}

    return _asked(request, pk, form, send, "landlords/visit_request.html")


def _asked(
    request: StaffRequest,
    pk: int,
    form: Form,
    send: Callable[[], str],
    template: str,
    received: uploads.Received | None = None,
) -> HttpResponse:
    """Sends once; what is under way already sends the landlord back to the home with a word about it."""
    found = queries.home_page(request.user, pk)
    if request.method == "POST" and form.is_valid() and not (received and received.errors):
        try:
            messages.success(request, send())
        except Conflict as conflict:
            messages.info(request, str(conflict))
        except Invalid as refused:
            form.add_error(None, str(refused))
        if not form.errors:
            return redirect("landlords:home", pk=pk)
    context = {"home": found, "form": form, "received": received or uploads.Received()}
    return render(request, template, context, status=422 if form.is_bound else 200)
