"""Documents that wait to be carried to landlords, and the form that records how one arrived."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import Permission
from fucheng.flows import documents as flow
from fucheng.web import listing
from fucheng.web.photos import uploads
from fucheng.web.staff import StaffRequest, carried_out, posted, staff_page, status_of
from letters.models import Delivery, Document
from letters.services.delivering import CARRIED

SIZE = 30


class DeliveryForm(forms.Form):
    how = forms.ChoiceField(
        label=gettext_lazy("How was it delivered?"),
        choices=[(how.value, how.label) for how in CARRIED],
        widget=forms.RadioSelect,
        initial=Delivery.How.IN_PERSON,
    )
    to = forms.CharField(
        label=gettext_lazy("To whom"),
        help_text=gettext_lazy("For example: the owner; a family member; the manager; the post number."),
        max_length=64,
        required=False,
    )
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)


@require_safe
@staff_page(Permission.DOCUMENT_DELIVER)
def document_list(request: StaffRequest) -> HttpResponse:
    """What nobody has carried yet, the oldest first."""
    waiting = Document.objects.visible_to(request.user).undelivered()
    rows = waiting.select_related("unit", "landlord", "building__grid", "building__community")
    page = listing.by_key(rows, request.GET, key="id", size=SIZE, read=int, counted=waiting)
    return render(request, "field/document_list.html", {"page": page, "today": timezone.localdate()})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.DOCUMENT_DELIVER)
def document(request: StaffRequest, pk: int) -> HttpResponse:
    """One document and how it arrived; a photo is asked for at the door."""
    found = (
        Document.objects.visible_to(request.user)
        .select_related("unit", "landlord", "building__community")
        .prefetch_related("deliveries")
        .one(pk=pk)
    )
    form = DeliveryForm(posted(request))
    received = uploads.receive(request, "photos", request.user)
    if request.method == "POST" and not received.errors:
        photo = received.digests[0] if received.digests else ""
        recorded = carried_out(
            form,
            lambda: flow.deliver(document_id=pk, by=request.user, at=timezone.now(), photo=photo, **form.cleaned_data),
        )  # fmt: skip
        if recorded:
            messages.success(request, _("Recorded: %(number)s was delivered.") % {"number": found.number})
            return redirect("field:documents")
    context = {"document": found, "form": form, "received": received}
    status = 422 if received.errors else status_of(form)
    return render(request, "field/document.html", context, status=status)
