"""Template tags and filters of all pages: components with parameters, numbers, icons.

Built in: no `{% load %}` needed. What each one takes is told in docs/howto/add-a-page.md.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import accumulate
from typing import Any

import tablericons
from django import template
from django.core.paginator import Page
from django.forms import BoundField, Form
from django.template.context import Context
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from communities import access
from fucheng.web import progress
from fucheng.web.figures import number, percent, short_number
from jobs.models import Job

register = template.Library()
DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")
NO_FILTERS = frozenset({"tab", "page", "after", "before", "sort"})

GRADES = {
    "green": (_("Green"), _("Green: lenient supervision"), "filled/circle-check"),
    "yellow": (_("Yellow"), _("Yellow: strict supervision"), "filled/alert-triangle"),
    "red": (_("Red"), _("Red: letting prohibited"), "filled/alert-octagon"),
    "": (_("Not graded"), _("Not graded yet"), "circle-dashed"),
}


@cache
def _drawn(name: str, size: int) -> str:
    if "/" not in name:
        name = f"outline/{name}"
    return str(tablericons._render_icon(name, size, **{"class": "fc-icon", "aria-hidden": "true"}))


@register.simple_tag
def icon(name: str, size: int = 20) -> SafeString:
    """A Tabler icon: `home` (outline) or `filled/home`. Hidden from screen readers: put words beside it."""
    return mark_safe(_drawn(name, size))  # noqa: S308 - the library's own drawing


def _fill(context: Context, name: str, **values: Any) -> SafeString:
    """A component template with these values on top of the page's context."""
    assert context.template is not None  # noqa: S101 - it is while a page is being rendered
    found = context.template.engine.get_template(f"_components/{name}.html")
    with context.push(**values):
        return mark_safe(found.render(context))  # noqa: S308 - autoescaped there


@register.inclusion_tag("_components/grade_chip.html")
def grade_chip(
    grade: str | None, stale: bool = False, size: str = "md", full: bool = False
) -> dict[str, Any]:
    """● green, ▲ yellow, octagon red, dashed ring for none; size sm, md, lg; `full` adds what it means."""
    word, meaning, shape = GRADES.get(grade or "", GRADES[""])
    shown = {"grade": grade or "none", "word": meaning if full else word, "meaning": meaning}
    return {**shown, "shape": shape, "stale": stale, "size": size, "px": {"sm": 14, "lg": 28}.get(size, 16)}


@register.inclusion_tag("_components/kpi.html")
def kpi(
    label: str,
    value: int | None,
    *,
    unit: str = "",
    url: str = "",
    note: str = "",
    grade: str = "",
    tone: str = "",
) -> dict[str, Any]:
    """A figure: long numbers short (17.1万) with the full number beside; `tone` is danger or warn."""
    is_long = value is not None and abs(value) >= 100_000
    shown = {"label": label, "value": value, "is_long": is_long, "unit": unit, "url": url}
    return {**shown, "note": note, "grade": grade, "tone": tone}


@register.inclusion_tag("_components/stat_bar.html")
def stat_bar(counts: Mapping[str, int] | None, legend: bool = True, label: str = "") -> dict[str, Any]:
    """A stacked bar of {'green': n, 'yellow': n, 'red': n, 'none': n}; patterns and words, not colour alone."""
    order = ("green", "yellow", "red", "none")
    found = {key or "none": n or 0 for key, n in (counts or {}).items()}
    numbers = [max(found.get(grade, 0), 0) for grade in order]
    total = sum(numbers)
    shares = [n * 100 / total if total else 0 for n in numbers]
    starts = [0, *accumulate(shares)]
    parts = [
        {
            "grade": g,
            "word": GRADES.get(g, GRADES[""])[0],
            "n": n,
            "width": f"{s:.3f}",
            "x": f"{x:.3f}",
            "share": s,
        }
        for g, n, s, x in zip(order, numbers, shares, starts, strict=False)
    ]
    return {"parts": parts, "total": total, "legend": legend, "label": label}


register.filter(number)
register.filter(short_number)
register.filter(percent)


@register.filter(is_safe=True)
def whole_dates(text: Any) -> SafeString:
    """No line ends within a date: 2026-05-12 has two hyphens to break at."""
    return mark_safe(  # noqa: S308 - escaped above
        DATE.sub(r'<span class="text-nowrap">\g<0></span>', conditional_escape(text))
    )


@register.filter
def get(mapping: Mapping[Any, Any] | None, key: Any) -> Any:
    return (mapping or {}).get(key)


@register.inclusion_tag("_components/field.html")
def field(bound: BoundField, label: str = "", wide: bool = False) -> dict[str, Any]:
    """Label, control, help and error of one form field, tied together for screen readers."""
    widget = bound.field.widget
    kind = getattr(widget, "input_type", "") or ("select" if hasattr(widget, "choices") else "text")
    is_group = kind in ("radio",) or (
        kind == "checkbox" and getattr(widget, "allow_multiple_selected", False)
    )
    attrs: dict[str, str | bool] = {
        "class": f"{_control_class(kind, is_group)} {widget.attrs.get('class', '')}".strip()
    }
    if bound.errors:
        attrs |= {"aria-invalid": "true", "class": f"{attrs['class']} is-invalid"}
    shown = {"bound": bound, "kind": kind, "is_group": is_group, "wide": wide, "label": label or bound.label}
    return {**shown, "control": bound.as_widget(attrs=attrs)}


def _control_class(kind: str, is_group: bool) -> str:
    if is_group or kind in ("checkbox", "radio"):
        return "form-check-input"
    return "form-select" if kind == "select" else "form-control"


@register.inclusion_tag("_components/error_summary.html")
def error_summary(form: Form | None, *more: Form) -> dict[str, Any]:
    """All errors on top with links to their fields; nothing when there are none."""
    forms = [f for f in (form, *more) if f is not None and f.is_bound and f.errors]
    fields = [(b.id_for_label or b.auto_id, b.label, e) for f in forms for b in f for e in b.errors]
    return {"errors": fields, "general": [e for f in forms for e in f.non_field_errors()]}


@register.simple_block_tag(takes_context=True)
def filter_bar(context: Context, content: str, label: str = "", action: str = "") -> str:
    """A GET form of fields; submitting goes to page 1 of the same list."""
    asked = context["request"].GET
    is_set = any(value for name, value in asked.items() if name not in NO_FILTERS)
    values = {"label": label or gettext("Filter"), "action": action, "is_set": is_set}
    return _fill(context, "filter_bar", content=content, tab=asked.get("tab", ""), **values)


@register.simple_block_tag(takes_context=True)
def confirm_dialog(
    context: Context,
    content: str,
    *,
    id: str,  # noqa: A002
    title: str,
    object: str,  # noqa: A002
    action: str = "",
    button: str = "",
    tone: str = "primary",
    reason: str = "required",
    value: str = "",
) -> str:
    """A <dialog> that names the object; open it with `data-opens="id"` on a button. Content: further fields.

    Without `action` it belongs to the form around it (a bulk form) and sends `action=<value>`.
    `reason` is required, optional or none.
    """
    values = {"id": id, "title": title, "object": object, "action": action, "reason": reason, "tone": tone}
    values["value"] = value
    return _fill(context, "confirm_dialog", content=content, button=button or title, **values)


@register.simple_block_tag(takes_context=True)
def table_frame(
    context: Context,
    content: str,
    *,
    rows: Any,
    page: Page[Any] | None = None,
    title: str = "",
    empty: str = "",
    empty_hint: str = "",
    empty_url: str = "",
    empty_button: str = "",
) -> str:
    """A card around a <table> with pages below; when `rows` is empty, what to do next instead of the table."""
    values = {"rows": rows, "page": page, "title": title, "empty": empty, "empty_hint": empty_hint}
    return _fill(
        context, "table_frame", content=content, empty_url=empty_url, empty_button=empty_button, **values
    )


@register.simple_block_tag(takes_context=True)
def bulk_form(context: Context, content: str, *, action: str, total: int, unit: str = "") -> str:
    """A POST form around a table: tick boxes `name="ids"`, `data-tick-all` in the head, actions in the bar.

    Sends `ids` (the ticked) or `all=1` with the page's query string in `query` (all N of the filter).
    """
    return _fill(context, "bulk_form", content=content, action=action, total=total, unit=unit)


@register.inclusion_tag("_components/pagination.html", takes_context=True)
def pagination(context: Context, page: Page[Any]) -> dict[str, Any]:
    """共 N 条, with the query string kept."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {"page": page, "numbers": list(numbers), "request": context["request"]}


@register.inclusion_tag("_components/empty_state.html")
def empty_state(
    title: str, hint: str = "", url: str = "", button: str = "", picture: str = "clipboard-check"
) -> dict[str, Any]:
    return {"title": title, "hint": hint, "url": url, "button": button, "picture": picture}


@register.inclusion_tag("_components/tabs.html")
def tabs(items: Iterable[Any]) -> dict[str, Any]:
    """Items: (label, url, is_active[, count])."""
    rows = [
        {"label": i[0], "url": i[1], "active": i[2], "count": i[3] if len(i) > 3 else None} for i in items
    ]
    return {"items": rows, "label": gettext("Views of this page")}


@register.inclusion_tag("_components/job_progress.html")
def job_progress(
    job: Job, poll_url: str, cancel_url: str = "", title: str = "", done_url: str = ""
) -> dict[str, Any]:
    """State, percent, done of total, rate, since when nothing moved. `poll_url` answers with this tag alone."""
    shown = {"job": job, "poll_url": poll_url, "cancel_url": cancel_url, "title": title, "done_url": done_url}
    return {**shown, **progress.pace(job, now=timezone.now())}


@register.simple_tag(takes_context=True)
def may(context: Context, permission: str, community_id: int | None = None) -> bool:
    """`{% may 'grade.decide' unit.community_id as may_decide %}`"""
    user = context["request"].user
    return isinstance(user, User) and access.can(user, Permission(permission), community_id=community_id)
