"""A draft, edited in place. Every address works without scripts: a fragment for htmx, else a whole page."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.roles import Permission
from core.errors import Conflict, OutOfScope
from fucheng.flows import rule_drafts
from fucheng.web.office.queries import rules
from fucheng.web.office.rule_forms import ItemForm, SettingsForm
from fucheng.web.office.views.rules import head_of
from fucheng.web.staff import StaffRequest, carried_out, posted, staff_page, status_of
from grading.models import RuleItem, RuleSet
from grading.services import rule_comparison


@require_safe
@staff_page(Permission.RULES_EDIT)
def edit(request: StaffRequest, version: str) -> HttpResponse:
    """Settings, and the items by dimension, each with what differs from the version before."""
    found = _draft(request, version)
    context = head_of(request, found) | {
        "dimensions": rules.dimensions(found),
        "settings": rule_comparison.settings_lines(found),
        "changed": _changed(found),
    }
    return render(request, "office/rule_edit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.RULES_EDIT)
def settings(request: StaffRequest, version: str) -> HttpResponse:
    found = _draft(request, version)
    form = SettingsForm(found, posted(request))
    if request.method == "POST":
        saved = carried_out(
            form,
            lambda: rule_drafts.change_settings(
                version=version, values=form.cleaned_data, by=request.user, at=timezone.now()
            ),
        )
        if saved:
            messages.success(request, _("Saved. The draft has to be simulated (again)."))
            return redirect("office:rule-edit", version)
    context = {"rule_set": found, "form": form}
    return render(request, "office/rule_settings.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.RULES_EDIT)
def item(request: StaffRequest, version: str, code: str) -> HttpResponse:
    """One item: htmx puts the form into the list, and after saving the line again."""
    found = _draft(request, version)
    row = found.items.filter(code=code).first()
    if row is None:
        raise OutOfScope
    form = ItemForm(found, posted(request), item=row)
    if request.method == "POST":
        saved = carried_out(form, lambda: _save(request, version, code, form))
        if saved:
            return _line(request, found, saved)
    elif request.htmx and "line" in request.GET:
        return _line(request, found, row)
    context = {"rule_set": found, "form": form, "item": RuleItem.objects.get(pk=row.pk)}
    return _form(request, context, form)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.RULES_EDIT)
def item_new(request: StaffRequest, version: str) -> HttpResponse:
    found = _draft(request, version)
    form = ItemForm(found, posted(request))
    if request.method == "POST":
        saved = carried_out(form, lambda: _save(request, version, form.cleaned_data["code"], form))
        if saved:
            messages.success(request, _("Item %(code)s is added.") % {"code": saved.code})
            return redirect("office:rule-edit", version)
    return _form(request, {"rule_set": found, "form": form}, form)


def _save(request: StaffRequest, version: str, code: str, form: ItemForm) -> RuleItem:
    return rule_drafts.save_item(
        version=version, code=code, values=form.cleaned_data, by=request.user, at=timezone.now()
    )


def _form(request: StaffRequest, context: dict[str, Any], form: ItemForm) -> HttpResponse:
    part = "#form" if request.htmx else ""
    return render(request, f"office/rule_item.html{part}", context, status=status_of(form))


def _line(request: StaffRequest, found: RuleSet, row: RuleItem) -> HttpResponse:
    if not request.htmx:
        messages.success(request, _("Item %(code)s is saved.") % {"code": row.code})
        return redirect("office:rule-edit", found.version)
    context = {"rule_set": found, "item": row, "changed": _changed(found)}
    return render(request, "office/_rule_item.html", context)


@require_POST
@staff_page(Permission.RULES_EDIT)
def item_check(request: StaffRequest, version: str) -> HttpResponse:
    """While somebody types: what is wrong with an item. Saves nothing."""
    found = _draft(request, version)
    row = found.items.filter(code=request.GET.get("code", "")).first()
    form = ItemForm(found, request.POST, item=row)
    form.is_valid()
    return render(request, "office/_rule_check.html", {"form": form})


@require_POST
@staff_page(Permission.RULES_EDIT)
def settings_check(request: StaffRequest, version: str) -> HttpResponse:
    """The same for the settings."""
    form = SettingsForm(_draft(request, version), request.POST)
    form.is_valid()
    return render(request, "office/_rule_check.html", {"form": form})


@require_POST
@staff_page(Permission.RULES_EDIT)
def item_retire(request: StaffRequest, version: str, code: str) -> HttpResponse:
    rule_drafts.retire_item(version=version, code=code, by=request.user, at=timezone.now())
    messages.success(request, _("Item %(code)s is taken out of the draft.") % {"code": code})
    return redirect("office:rule-edit", version)


@require_POST
@staff_page(Permission.RULES_EDIT)
def item_restore(request: StaffRequest, version: str, code: str) -> HttpResponse:
    rule_drafts.restore_item(version=version, code=code, by=request.user, at=timezone.now())
    messages.success(request, _("Item %(code)s is as it was before.") % {"code": code})
    return redirect("office:rule-edit", version)


def _draft(request: StaffRequest, version: str) -> RuleSet:
    found = rules.rule_set_of(request.user, version)
    if not found.is_open:
        raise Conflict(_("A published version never changes. Make a draft from it."))
    return found


def _changed(found: RuleSet) -> dict[str, Any]:
    """What differs from the version before: code to its lines, to an empty list when the item is new."""
    assert found.based_on is not None  # noqa: S101 - an open version is a draft of another
    changes = rule_comparison.compare(found.based_on, found)
    return {change.new.code: change.lines for change in changes.changed} | {
        item.code: [] for item in changes.added
    }
