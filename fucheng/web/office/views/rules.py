"""Versions of the rules: the list, one to read, two compared, a new draft, its publication or its end."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.roles import Permission
from fucheng.flows import rule_drafts
from fucheng.web.office.queries import rules
from fucheng.web.office.rule_forms import DraftForm, PublishForm
from fucheng.web.staff import StaffRequest, carried_out, posted, staff_page, status_of
from grading.models import RuleSet
from grading.services import rule_comparison


@require_safe
@staff_page(Permission.RULES_READ)
def rule_list(request: StaffRequest) -> HttpResponse:
    today = timezone.localdate()
    context = {
        "versions": rules.versions(request.user, today=today),
        "drafts": rules.drafts(request.user),
        "today": today,
    }
    return render(request, "office/rule_list.html", context)


@require_safe
@staff_page(Permission.RULES_READ)
def rule_set(request: StaffRequest, version: str) -> HttpResponse:
    """One version with all its items, by dimension; a draft with what it still needs."""
    found = rules.rule_set_of(request.user, version)
    context = head_of(request, found) | {"dimensions": rules.dimensions(found)}
    return render(request, "office/rule_detail.html", context)


def head_of(request: StaffRequest, found: RuleSet) -> dict[str, Any]:
    """What the head of every page of a version shows."""
    today = timezone.localdate()
    if not found.is_open:
        steps = rules.steps_after(found, request.user, today=today)
        return {"rule_set": found, "today": today, "steps": steps}
    file = rules.draft_file(found, request.user)
    steps = rules.next_steps(found, file, request.user)
    return {"rule_set": found, "today": today, "file": file, "steps": steps}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.RULES_EDIT)
def draft_new(request: StaffRequest) -> HttpResponse:
    """A draft of a published version."""
    bases = list(RuleSet.objects.visible_to(request.user).binding().order_by("-effective_on"))
    taken = set(RuleSet.objects.visible_to(request.user).values_list("version", flat=True))
    first = {"version": rules.next_number(bases, taken), "title": bases[0].title if bases else ""}
    form = DraftForm(bases, posted(request), initial=first | {"based_on": request.GET.get("from", "")})
    if request.method == "POST":
        made = carried_out(
            form, lambda: rule_drafts.make(**form.cleaned_data, by=request.user, at=timezone.now())
        )
        if made:
            messages.success(request, _("The draft is made; nothing in force changes by it."))
            return redirect("office:rule-edit", made.version)
    return render(request, "office/rule_new.html", {"form": form}, status=status_of(form))


@require_safe
@staff_page(Permission.RULES_READ)
def compare(request: StaffRequest, version: str) -> HttpResponse:
    """Line by line with the version it came from, or with `?with=` another one."""
    found = rules.rule_set_of(request.user, version)
    other_version = request.GET.get("with", "")
    other = rules.rule_set_of(request.user, other_version) if other_version else found.based_on
    others = RuleSet.objects.visible_to(request.user).exclude(pk=found.pk).order_by("-effective_on", "-pk")
    context = head_of(request, found) | {
        "other": other,
        "others": others,
        "changes": rule_comparison.compare(other, found) if other else None,
    }
    return render(request, "office/rule_compare.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.RULES_EDIT)
def publish(request: StaffRequest, version: str) -> HttpResponse:
    """What the second person sees before it becomes binding."""
    found = rules.rule_set_of(request.user, version)
    form = PublishForm(posted(request), earliest=timezone.localdate())
    if request.method == "POST":
        made = carried_out(
            form,
            lambda: rule_drafts.publish(
                version=version, **form.cleaned_data, by=request.user, at=timezone.now()
            ),
        )
        if made:
            messages.success(request, _("Published. What follows stands below."))
            return redirect("office:rule-set", version)
        found = rules.rule_set_of(request.user, version)
    context = head_of(request, found) | {"form": form}
    return render(request, "office/rule_publish.html", context, status=status_of(form))


@require_POST
@staff_page(Permission.RULES_EDIT)
def discard(request: StaffRequest, version: str) -> HttpResponse:
    rule_drafts.discard(version=version, by=request.user, at=timezone.now())
    messages.success(request, _("The draft is gone."))
    return redirect("office:rules")
