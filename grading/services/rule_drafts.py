"""A draft's life: made from a published version, edited, discarded, or published by a second person."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from accounts.services import audit
from communities import access
from core.dates import day_of
from core.errors import Conflict, Invalid, NotAllowed
from grading.models import RuleItem, RuleSet
from grading.models.rule_sets import DIMENSION_NAMES, GRADE_NAMES
from grading.services import rule_checks, rule_sets
from grading.services.rule_comparison import ITEM_FIELDS, SETTINGS
from grading.states import RuleSetState

VERSION = re.compile(r"\d[0-9A-Za-z.\-]{0,15}")


@transaction.atomic
def make(*, based_on: str, version: str, title: str, by: User, at: datetime) -> RuleSet:
    """A draft with everything of a published version, under a new number."""
    access.authorize(by, Permission.RULES_EDIT)
    base = RuleSet.objects.visible_to(by).binding().one(version=based_on)
    if not VERSION.fullmatch(version):
        raise Invalid(_("A version is a number such as 1.1: digits, letters, dots, 16 characters at most."))
    if not title.strip():
        raise Invalid(_("Give the version a title."))
    items = list(base.items.order_by("code"))
    draft = RuleSet.objects.get(pk=base.pk)
    draft.pk, draft._state.adding = None, True
    draft.version, draft.title, draft.state, draft.based_on = version, title, RuleSetState.DRAFT, base
    draft.revision, draft.publish_reason = 0, ""
    draft.published_at = draft.published_by = None
    draft.drafted_at, draft.drafted_by, draft.edited_at, draft.edited_by = at, by, at, by
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError:
        raise Conflict(_("There is a version %(version)s already."), version=version) from None
    for item in items:
        item.pk, item._state.adding, item.rule_set = None, True, draft
    RuleItem.objects.bulk_create(items)
    audit.record(
        "draft-made",
        by=by,
        subject="rule_set",
        subject_id=draft.pk,
        data={"version": version, "based_on": base.version},
    )
    return draft


@transaction.atomic
def change_settings(*, version: str, values: Mapping[str, Any], by: User, at: datetime) -> RuleSet:
    """Title, thresholds, caps, intervals and watch periods, under the names of SETTINGS."""
    draft = _opened(version, by)
    take_settings(draft, values)
    _refuse_faulty(rule_checks.of_settings(draft, draft.items.all()))
    _edited(draft, by=by, at=at, settings=sorted(values))
    draft.save()
    return draft


def take_settings(rule_set: RuleSet, values: Mapping[str, Any]) -> None:
    """Puts typed values into a version in memory."""
    letters, grades = DIMENSION_NAMES, GRADE_NAMES
    rule_set.dimension_caps = {d: values.get(f"cap_{d}", rule_set.dimension_caps.get(d, 0)) for d in letters}
    rule_set.interval_days = {
        g.value: values.get(f"days_{g}", rule_set.interval_days.get(g, 0)) for g in grades
    }
    rule_set.star_points = [
        values.get(f"stars_{n}", points) for n, points in enumerate(rule_set.star_points, 1)
    ]
    for name in SETTINGS.keys() & values.keys():
        if not name.startswith(("cap_", "days_", "stars_")):
            setattr(rule_set, name, values[name])


@transaction.atomic
def save_item(*, version: str, code: str, values: Mapping[str, Any], by: User, at: datetime) -> RuleItem:
    """Changes an item of a draft; with a code that it does not have yet, adds one."""
    draft = _opened(version, by)
    item = draft.items.filter(code=code).first() or RuleItem(rule_set=draft, code=code)
    for field in ITEM_FIELDS.keys() & values.keys():
        setattr(item, field, values[field])
    _refuse_faulty(rule_checks.of_item(item, draft.dimension_caps))
    _edited(draft, by=by, at=at, item=code)
    item.save()
    return item


@transaction.atomic
def retire_item(*, version: str, code: str, by: User, at: datetime) -> RuleSet:
    """Takes an item out of the draft; open hazards of it weigh nothing once the draft is in force."""
    draft = _opened(version, by)
    item = _item_of(draft, code)
    _edited(draft, by=by, at=at, item=code)
    item.delete()
    return draft


@transaction.atomic
def restore_item(*, version: str, code: str, by: User, at: datetime) -> RuleItem:
    """Puts an item back as it is in the version the draft was made from."""
    draft = _opened(version, by)
    item = _item_of(draft.based_on, code) if draft.based_on else RuleItem()
    present = draft.items.filter(code=code).first()
    _edited(draft, by=by, at=at, item=code)
    item.pk = None if present is None else present.pk
    item._state.adding, item.rule_set = present is None, draft
    item.save()
    return item


@transaction.atomic
def discard(*, version: str, by: User, at: datetime) -> None:
    """Deletes a draft; what was ever published stays for ever."""
    draft = _opened(version, by)
    _edited(draft, by=by, at=at)
    audit.record("draft-discarded", by=by, subject="rule_set", subject_id=draft.pk, data={"version": version})
    draft.delete()


@transaction.atomic
def publish(*, version: str, effective_on: date, reason: str, by: User, at: datetime) -> RuleSet:
    """Binding from its day on. By a second person, after a what-if of exactly this content, with a reason."""
    draft = _opened(version, by)
    if by.pk in (draft.drafted_by_id, draft.edited_by_id):
        raise NotAllowed(_("Whoever made or last edited a draft does not publish it. Ask a colleague."))
    if draft.state != RuleSetState.SIMULATED:
        raise Conflict(_("First see what it would do: run the what-if over all homes."))
    if not reason.strip():
        raise Invalid(_("Give a reason; it is kept with the version."))
    _check_day(draft, effective_on, day_of(at))
    audit.act_as(by)
    draft.state, draft.effective_on = RuleSetState.PUBLISHED, effective_on
    draft.published_by, draft.published_at, draft.publish_reason = by, at, reason.strip()
    draft.save(update_fields=["state", "effective_on", "published_by", "published_at", "publish_reason"])
    rule_sets.retire_superseded(day_of(at))
    return draft


def _check_day(draft: RuleSet, effective_on: date, today: date) -> None:
    """Not in the past, after every version there is, and on top of the newest one."""
    if effective_on < today:
        raise Invalid(_("The first day lies in the past. No visit is judged by rules that came after it."))
    newest = RuleSet.objects.binding().order_by("-effective_on").select_for_update(no_key=True)[0]
    if newest.pk != draft.based_on_id:
        raise Conflict(
            _("Version %(version)s was published after this draft was made. Make a new draft from it."),
            version=newest.version,
        )
    if effective_on <= newest.effective_on:
        raise Invalid(
            _("Version %(version)s grades from %(day)s on; choose a later day."),
            version=newest.version,
            day=newest.effective_on,
        )


def _opened(version: str, by: User) -> RuleSet:
    """The draft, locked, for someone who may edit it."""
    access.authorize(by, Permission.RULES_EDIT)
    found = RuleSet.objects.visible_to(by).one(version=version)
    draft = RuleSet.objects.visible_to(by).lock(found.pk)
    if not draft.is_open:
        raise Conflict(_("A published version never changes. Make a draft from it."))
    return draft


def _item_of(rule_set: RuleSet, code: str) -> RuleItem:
    found = rule_set.items.filter(code=code).first()
    if found is None:
        raise Conflict(_("This item is not in the version (any more). Look at the list again."))
    return found


def _edited(draft: RuleSet, *, by: User, at: datetime, **what: Any) -> None:
    """Back to draft: its what-if speaks of an older revision now."""
    audit.act_as(by)
    draft.state, draft.revision = RuleSetState.DRAFT, draft.revision + 1
    draft.edited_by, draft.edited_at = by, at
    draft.save(update_fields=["state", "revision", "edited_by", "edited_at"])
    if what:
        audit.record("draft-edited", by=by, subject="rule_set", subject_id=draft.pk, data=what)


def _refuse_faulty(faults: list[rule_checks.Fault]) -> None:
    wrong = [str(fault.text) for fault in faults if not fault.is_hint]
    if wrong:
        raise Invalid(" ".join(wrong))
