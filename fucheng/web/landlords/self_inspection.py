"""The monthly look of a landlord at an own green home: all fine in one tap, or what is not."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.roles import Permission
from core.errors import Conflict
from fucheng.flows import self_inspection
from fucheng.web.landlords import queries
from fucheng.web.staff import StaffRequest, carried_out, posted, staff_page, status_of
from grading.models import RuleItem, SelfInspection
from grading.services import self_inspections


class SelfInspectionForm(forms.Form):
    """One tick for each point that is not in order, with a few words; `all_fine` sends it without any."""

    def __init__(self, data: Any, items: list[RuleItem]) -> None:
        super().__init__(data)
        self.items = items
        for item in items:
            self.fields[item.code] = forms.BooleanField(label=item.fault, required=False)
            self.fields[f"{item.code}-note"] = forms.CharField(
                label=_("What exactly"), max_length=200, required=False
            )

    def clean(self) -> dict[str, Any]:
        if "all_fine" not in self.data and not self.faults:
            raise forms.ValidationError(gettext_lazy("Tick what is not in order, or press “All is fine”."))
        return self.cleaned_data

    @property
    def faults(self) -> dict[str, str]:
        """Code to note of what was ticked; nothing when all is fine."""
        if "all_fine" in self.data:
            return {}
        said = self.cleaned_data
        return {i.code: said.get(f"{i.code}-note", "") for i in self.items if said.get(i.code)}

    @property
    def points(self) -> list[tuple[RuleItem, Any, Any]]:
        return [(item, self[item.code], self[f"{item.code}-note"]) for item in self.items]


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.PROOF_SEND)
def page(request: StaffRequest, pk: int) -> HttpResponse:
    """Sent twice it is one: the second is told that the first has arrived."""
    unit = queries.own_homes(request.user).select_related("building").one(pk=pk)
    offer = self_inspections.offer(unit, on=timezone.localdate())
    form = SelfInspectionForm(posted(request), offer.items)
    if request.method == "POST" and not offer.is_open:
        messages.info(request, str(Conflict(_("Nothing is asked of you for this home now."))))
        return redirect("landlords:home", pk)
    if request.method == "POST":
        sent = carried_out(
            form,
            lambda: self_inspection.send(unit_id=pk, by=request.user, at=timezone.now(), faults=form.faults),
        )
        if sent:
            messages.success(request, _thanks(sent))
            return redirect("landlords:home", pk)
    context = {"unit": unit, "offer": offer, "form": form}
    return render(request, "landlords/self_inspection.html", context, status=status_of(form))


def _thanks(sent: SelfInspection) -> str:
    if sent.gained_days:
        return _("Thank you. The next visit comes %(n)d days later.") % {"n": sent.gained_days}
    if sent.verify_by:
        return _("Thank you. Your answer was drawn by lot: someone comes to look.")
    return _("Thank you. The worker reads it before the next visit.")
