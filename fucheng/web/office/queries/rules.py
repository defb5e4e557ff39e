"""Rule sets as people read them: versions, items by dimension, and what a draft still needs."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Permission
from communities import access
from grading.models import RuleItem, RuleSet, Simulation
from grading.models.rule_sets import DIMENSION_NAMES
from grading.querysets import RuleSetQuerySet
from grading.services import rule_checks, rule_comparison
from grading.services.rule_checks import Fault
from grading.services.rule_comparison import Comparison
from jobs.models import Job


@dataclass(frozen=True, slots=True)
class Dimension:
    letter: str
    name: str
    cap: int
    items: list[RuleItem]


@dataclass(frozen=True, slots=True)
class Version:
    """A line of the list. `until` is the day a later version came or comes into force."""

    rule_set: RuleSet
    until: date | None
    is_in_force: bool


@dataclass(frozen=True, slots=True)
class DraftFile:
    """Where a draft stands: what it changes, what is wrong with it, what it would do."""

    changes: Comparison
    faults: list[Fault]
    hints: list[Fault]
    simulation: Simulation | None
    running: Job | None
    is_second_person: bool


def rule_set_of(user: User, version: str) -> RuleSet:
    people = ("published_by", "drafted_by", "edited_by", "based_on")
    return RuleSet.objects.visible_to(user).select_related(*people).one(version=version)


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


def versions(user: User, *, today: date) -> list[Version]:
    """All binding versions, the newest first, with how many items each has."""
    rows = list(_counted(user).binding().order_by("-effective_on", "-pk"))
    found = []
    later: date | None = None
    for row in rows:
        in_force = row.effective_on <= today and (later is None or later > today)
        found.append(Version(row, later, in_force))
        later = row.effective_on
    return found


def drafts(user: User) -> RuleSetQuerySet[RuleSet]:
    return _counted(user).open().select_related("based_on", "drafted_by", "edited_by").order_by("-pk")


def _counted(user: User) -> RuleSetQuerySet[RuleSet]:
    return RuleSet.objects.visible_to(user).annotate(n_items=Count("items"))


def next_number(bases: list[RuleSet], taken: set[str]) -> str:
    """The first free version after the newest: 1.1 after 1.0."""
    head, _dot, tail = bases[0].version.rpartition(".") if bases else ("1", ".", "0")
    number = int(tail) if tail.isdigit() else 0
    while (version := f"{head or '1'}.{number}") in taken or (bases and version == bases[0].version):
        number += 1
    return version


def draft_file(rule_set: RuleSet, user: User) -> DraftFile:
    """Six queries."""
    faults = rule_checks.of_version(rule_set, rule_set.items.order_by("code"))
    simulation, running = last_run(rule_set)
    assert rule_set.based_on is not None  # noqa: S101 - an open version is a draft of another
    return DraftFile(
        changes=rule_comparison.compare(rule_set.based_on, rule_set),
        faults=[fault for fault in faults if not fault.is_hint],
        hints=[fault for fault in faults if fault.is_hint],
        simulation=simulation,
        running=running,
        is_second_person=user.pk not in (rule_set.drafted_by_id, rule_set.edited_by_id),
    )


def last_run(rule_set: RuleSet) -> tuple[Simulation | None, Job | None]:
    """The newest finished what-if of a version, and the job of one that runs."""
    runs = list(rule_set.simulations.select_related("job", "compared_with").order_by("-pk")[:5])
    for run in runs:
        run.rule_set = rule_set
    finished = next((run for run in runs if run.finished_at is not None), None)
    return finished, next((run.job for run in runs if run.job.is_unfinished), None)


def next_steps(rule_set: RuleSet, file: DraftFile, user: User) -> list[dict[str, Any]]:
    """From draft to publication, with what is done and what comes now."""
    may_edit = access.can(user, Permission.RULES_EDIT)

    def step(text: str, done: bool, name: str, button: str) -> dict[str, Any]:
        url = reverse(f"office:{name}", args=[rule_set.version]) if may_edit and not done else ""
        return {"text": text, "done": done, "url": url, "button": button}

    is_simulated = rule_set.state == "simulated"
    return [
        step(
            _("Change what is to be changed"),
            bool(file.changes.count) and not file.faults,
            "rule-edit",
            _("Edit the draft"),
        ),
        step(_("See what it would do to every home"), is_simulated, "rule-what-if", _("What it would do")),
        step(
            _("A second person of the office publishes it, with a reason and a day"),
            False,
            "rule-publish",
            _("Publish"),
        )
        if is_simulated
        else {"text": _("A second person of the office publishes it, with a reason and a day")},
    ]


def steps_after(rule_set: RuleSet, user: User, *, today: date) -> list[dict[str, Any]]:
    """What follows a publication; empty once it was done, and for who may not do it."""
    if rule_set.state != "published" or not access.can(user, Permission.GRADE_BULK_ASSESS):
        return []
    is_in_force = rule_set.effective_on <= today
    applied = Job.objects.filter(
        kind="grading.bulk_assessment", params__rule_set=rule_set.pk, state="done"
    ).exists()
    if rule_set.based_on_id is None or applied:
        return []
    return [
        {"text": _("Wait for its first day"), "done": is_in_force, "due": rule_set.effective_on},
        {
            "text": _("Start the bulk assessment: every home that moves becomes a proposal"),
            "url": reverse("office:assessment") if is_in_force else "",
            "button": _("Bulk assessment"),
        },
        {
            "text": _("The communities and the panel decide the proposals, many at once, with a reason"),
            "url": reverse("review:queue") if is_in_force else "",
            "button": _("Grade changes"),
        },
    ]
