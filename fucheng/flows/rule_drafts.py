"""A version of the rules from draft to publication; what it would do is in flows/what_if.py."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.services import audit
from accounts.services.people import system_user
from core.dates import day_of
from grading.models import RuleItem, RuleSet
from grading.services import rule_drafts, rule_sets


@transaction.atomic(durable=True)
def make(*, based_on: str, version: str, title: str, by: User, at: datetime) -> RuleSet:
    return rule_drafts.make(based_on=based_on, version=version, title=title, by=by, at=at)


@transaction.atomic(durable=True)
def change_settings(*, version: str, values: Mapping[str, Any], by: User, at: datetime) -> RuleSet:
    return rule_drafts.change_settings(version=version, values=values, by=by, at=at)


@transaction.atomic(durable=True)
def save_item(*, version: str, code: str, values: Mapping[str, Any], by: User, at: datetime) -> RuleItem:
    return rule_drafts.save_item(version=version, code=code, values=values, by=by, at=at)


@transaction.atomic(durable=True)
def retire_item(*, version: str, code: str, by: User, at: datetime) -> RuleSet:
    return rule_drafts.retire_item(version=version, code=code, by=by, at=at)


@transaction.atomic(durable=True)
def restore_item(*, version: str, code: str, by: User, at: datetime) -> RuleItem:
    return rule_drafts.restore_item(version=version, code=code, by=by, at=at)


@transaction.atomic(durable=True)
def discard(*, version: str, by: User, at: datetime) -> None:
    rule_drafts.discard(version=version, by=by, at=at)


@transaction.atomic(durable=True)
def publish(*, version: str, effective_on: date, reason: str, by: User, at: datetime) -> RuleSet:
    """From its day on visits are bound to it. Homes move by the bulk assessment that people start then."""
    return rule_drafts.publish(version=version, effective_on=effective_on, reason=reason, by=by, at=at)


@transaction.atomic(durable=True)
def retire_superseded(*, at: datetime) -> list[RuleSet]:
    """What the clock does: the version before the one in force is retired."""
    audit.act_as(system_user())
    return rule_sets.retire_superseded(day_of(at))
