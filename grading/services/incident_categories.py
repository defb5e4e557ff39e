"""What each kind of incident does to a grade, as the office sets it. A protected kind stays protected for ever."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from accounts.services import audit
from communities import access
from core.errors import Conflict, Invalid
from grading.models import Incident, IncidentCategory, RuleItem

FIELDS = ("name_zh", "name_en", "item_code", "needs_landlord_fault", "is_protected")


@dataclass(frozen=True, slots=True)
class CategoryTold:
    """What the office typed; `item_code` empty where it counts for nothing."""

    code: str
    name_zh: str
    name_en: str
    item_code: str = ""
    needs_landlord_fault: bool = False
    is_protected: bool = False


@transaction.atomic
def save(told: CategoryTold, *, by: User) -> IncidentCategory:
    """Adds a category or changes one; incidents that came in before keep what they did."""
    access.authorize(by, Permission.RULES_EDIT)
    known = IncidentCategory.objects.select_for_update().filter(pk=told.code).first()
    _refuse(told, known)
    category = known or IncidentCategory(code=told.code)
    before = {name: getattr(category, name) for name in FIELDS} if known else None
    for name in FIELDS:
        setattr(category, name, getattr(told, name))
    category.save()
    audit.record(
        "incident-category-saved",
        by=by,
        subject="incident_category",
        subject_id=category.pk,
        data={"before": before, "after": {name: getattr(category, name) for name in FIELDS}},
    )
    return category


def _refuse(told: CategoryTold, known: IncidentCategory | None) -> None:
    if known is not None and known.is_protected and not told.is_protected:
        raise Conflict(_("A protected category stays protected: people must be able to call for help."))
    if told.is_protected and told.item_code:
        raise Invalid(_("A protected category opens no checklist item. Leave the item empty."))
    is_new_protection = told.is_protected and known is not None and not known.is_protected
    if is_new_protection and Incident.objects.filter(category=known).exists():
        raise Conflict(
            _("Incidents of this category are tied to homes already. Add a protected category of its own.")
        )
    if told.item_code and not RuleItem.objects.filter(code=told.item_code).exists():
        raise Invalid(_("No version of the rules has this checklist item."))
    same_name = IncidentCategory.objects.filter(name_zh=told.name_zh).exclude(pk=told.code)
    if same_name.exists():
        raise Conflict(_("Another category has this name; files name categories by it."))
