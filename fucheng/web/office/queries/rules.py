"""Rule sets as people read them."""

from dataclasses import dataclass

from django.db.models import Count

from core.errors import OutOfScope
from grading.models import RuleItem, RuleSet
from grading.models.rule_sets import DIMENSION_NAMES


@dataclass(frozen=True, slots=True)
class Dimension:
    letter: str
    name: str
    cap: int
    items: list[RuleItem]


def rule_set_of(version: str) -> RuleSet:
    found = RuleSet.objects.filter(version=version).select_related("published_by").first()
    if found is None:
        raise OutOfScope
    return found


def dimensions(rule_set: RuleSet) -> list[Dimension]:
    """The items by dimension, in the order of the standard."""
    items = list(rule_set.items.order_by("code"))
    return [
        Dimension(
            letter,
            str(DIMENSION_NAMES[letter]),
            rule_set.dimension_caps.get(letter, 0),
            [item for item in items if item.dimension == letter],
        )
        for letter in DIMENSION_NAMES
    ]


def versions() -> list[RuleSet]:
    """All versions, the newest first, with how many items each has."""
    return list(RuleSet.objects.annotate(n_items=Count("items")).order_by("-effective_on", "-pk"))
