"""The rules, to read."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.roles import Permission
from fucheng.web.office.queries import rules
from fucheng.web.staff import StaffRequest, staff_page
from grading.models import RuleSet


@require_safe
@staff_page(Permission.RULES_READ)
def rule_list(request: StaffRequest) -> HttpResponse:
    context = {"rule_sets": rules.versions(), "today": timezone.localdate()}
    return render(request, "office/rule_list.html", context)


@require_safe
@staff_page(Permission.RULES_READ)
def rule_set(request: StaffRequest, version: str) -> HttpResponse:
    """One version with all its items, by dimension."""
    found: RuleSet = rules.rule_set_of(version)
    context = {"rule_set": found, "dimensions": rules.dimensions(found), "today": timezone.localdate()}
    return render(request, "office/rule_detail.html", context)
