"""The demonstration street as a job: register, survey, first grading, stickers, 17 weeks, today.

Each step is safe to do again; the long ones are ordinary jobs of their own, on which this one works along.
"""

import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.files import File
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Conflict
from fucheng.demo import replay, scenario
from fucheng.demo.organisation import GRADING_DAYS
from fucheng.demo.registry_rows import generate_registry
from fucheng.flows import bulk_assessment, registry_import
from grading.models import Standing, Visit
from jobs import running
from jobs import services as jobs
from jobs.models import Chunk, Job
from rentals.models import Building, ImportRun, Unit

SURVEY_DAYS = 60
HOUSES_A_CHUNK = 200
STEPS = (
    ("register", 10),
    ("survey", 15),
    ("grading", 10),
    ("stickers", 15),
    *((f"week {number}", 3) for number in range(scenario.WEEKS)),
    ("rounds", 10),
    ("today", 4),
)


def ask(*, units: int, seed: int, by: User, at: datetime) -> Job:
    """The job that fills an empty street; the same one when it has been asked for before."""
    known = Job.objects.filter(kind=Street.kind).exclude(state__in=["failed", "cancelled"]).first()
    if known is not None:
        return known
    job, _is_new = jobs.ask(
        kind=Street.kind,
        params={"units": units, "seed": seed, "at": at.isoformat()},
        by=by,
        at=at,
        dedupe_key="street",
    )
    return job


class Street:
    kind = "demo.street"
    in_order = True
    in_transaction = False

    def plan(self, job: Job) -> Sequence[tuple[int, dict[str, Any]]]:
        return [(weight, {"step": step}) for step, weight in STEPS]

    def work(self, job: Job, chunk: Chunk) -> dict[str, Any]:
        name, _space, number = chunk.payload["step"].partition(" ")
        now = datetime.fromisoformat(job.params["at"])
        if name == "week":
            self.week(job, now, int(number))
        else:
            getattr(self, name)(job, now)
        return {}

    def finish(self, job: Job) -> dict[str, Any]:
        return {"homes": Unit.objects.count()}

    def register(self, job: Job, now: datetime) -> None:
        """The register comes in as a workbook, through the real importer."""
        if Unit.objects.exists():
            return
        jobs.say(job.pk, _("Writing the register of %(count)s homes") % {"count": f"{job.params['units']:,}"})
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "福城街道出租屋台账.xlsx"
            generate_registry(path, units=job.params["units"], seed=job.params["seed"])
            jobs.say(job.pk, _("Importing the register"))
            with path.open("rb") as file:
                run = registry_import.upload(
                    file=File(file, name=path.name),
                    dry_run=False,
                    on_error=ImportRun.OnError.SKIP_ROWS,
                    by=job.requested_by,
                    at=now,
                )
        if run.job_id is None or running.drain(run.job_id, wait=True).state != "done":
            raise Conflict(_("The register was not imported."))

    def survey(self, job: Job, now: datetime) -> None:
        """Before the rules' day every building is visited once; nobody is graded yet."""
        jobs.say(job.pk, _("First survey of every building"))
        replay.make_colleagues()
        self._in_parallel(job, now, "survey")

    def grading(self, job: Job, now: datetime) -> None:
        """First grading of all homes, approved by the communities and the panel."""
        at = now - timedelta(days=GRADING_DAYS)
        jobs.say(job.pk, _("First grading of all homes"))
        if not Standing.objects.filter(assessment__isnull=False).exists():
            assessment = bulk_assessment.ask(by=job.requested_by, at=at)
            running.drain(assessment.pk, wait=True)
        jobs.say(job.pk, _("Decisions on the first grading"))
        replay.decide_everything(at)

    def stickers(self, job: Job, now: datetime) -> None:
        """The first stickers of all homes and the boards of all estates, printed and posted."""
        at = now - timedelta(days=GRADING_DAYS - 2)
        jobs.say(job.pk, _("Printing a sticker for every home"))
        replay.print_what_is_owed(at, title=_("First stickers of the street"))
        replay.print_what_is_owed(at, title=_("First no-rental notices"), product="no_rental")
        jobs.say(job.pk, _("Posting the stickers"))
        self._in_parallel(job, now, "posting")
        replay.print_what_is_owed(at, title=_("Boards of all estates"), product="estate_board")
        replay.post_boards(at)

    def week(self, job: Job, now: datetime, number: int) -> None:
        """One week of daily work: faults found, hazards mended, decisions, stickers replaced."""
        jobs.say(
            job.pk,
            _("Daily work, week %(number)s of %(all)s") % {"number": number + 1, "all": scenario.WEEKS},
        )
        plan = self._plan(job)
        week = plan.weeks[number]
        monday = now - timedelta(days=GRADING_DAYS - 7 * number - 1)
        replay.ask_for_delisting(week.delisted, monday)
        for building in replay.buildings({*week.found, *week.mended}):
            label, pk = f"week {number}", building.pk
            if pk in week.mended:
                replay.pay_visit(
                    building,
                    at=monday + timedelta(days=1 + pk % 2),
                    label=f"{label} mended",
                    mended=week.mended[pk],
                    kind=Visit.Kind.REINSPECTION,
                )
            if pk in week.found:
                found_at = monday + timedelta(days=3 + pk % 2)
                replay.pay_visit(building, at=found_at, label=label, found=week.found[pk])
        replay.decide_everything(monday + timedelta(days=5))
        if number < scenario.WEEKS - 1:
            printed_at = monday + timedelta(days=6)
            title = _("Stickers owed, week %(number)s") % {"number": number + 1}
            replay.print_what_is_owed(printed_at, title=title)
            title = _("No-rental notices owed, week %(number)s") % {"number": number + 1}
            replay.print_what_is_owed(printed_at, title=title, product="no_rental")
            replay.post_what_is_in_hand(printed_at + timedelta(hours=6))
            replay.take_down_notices(printed_at + timedelta(hours=7))

    def rounds(self, job: Job, now: datetime) -> None:
        """The rounds of the last three weeks; a few buildings are left out and show as stale."""
        jobs.say(job.pk, _("Rounds of the last weeks"))
        self._in_parallel(job, now, "rounds")

    def today(self, job: Job, now: datetime) -> None:
        """What is open this morning."""
        jobs.say(job.pk, _("This morning"))
        replay.leave_open_ends(self._plan(job), now - timedelta(hours=14))

    def _plan(self, job: Job) -> scenario.Plan:
        return replay.plan_of(job.params["seed"], Unit.objects.count())

    def _in_parallel(self, job: Job, now: datetime, what: str) -> None:
        """A job of its own over all buildings, so that every worker helps."""
        params = {"what": what, "at": now.isoformat(), "seed": job.params["seed"]}
        inner, _is_new = jobs.ask(
            kind=Houses.kind, params=params, by=job.requested_by, at=now, dedupe_key=what
        )
        if running.drain(inner.pk, wait=True).state != "done":
            raise Conflict(_("A step of the demonstration did not finish: %(step)s") % {"step": what})


class Houses:
    """Something that is done building by building: the survey, the rounds, the posting of all stickers."""

    kind = "demo.houses"
    in_order = False
    in_transaction = False

    def plan(self, job: Job) -> Sequence[tuple[int, dict[str, Any]]]:
        ids = list(Building.objects.order_by("pk").values_list("pk", flat=True))
        parts = [ids[start : start + HOUSES_A_CHUNK] for start in range(0, len(ids), HOUSES_A_CHUNK)]
        return [(len(part), {"ids": part}) for part in parts]

    def work(self, job: Job, chunk: Chunk) -> dict[str, Any]:
        getattr(self, job.params["what"])(job, datetime.fromisoformat(job.params["at"]), chunk.payload["ids"])
        return {}

    def finish(self, job: Job) -> dict[str, Any]:
        return {}

    def survey(self, job: Job, now: datetime, ids: list[int]) -> None:
        plan = replay.plan_of(job.params["seed"], Unit.objects.count())
        start = now - timedelta(days=GRADING_DAYS + SURVEY_DAYS)
        for building in replay.buildings(ids):
            replay.pay_visit(
                building,
                at=start + timedelta(days=building.pk % (SURVEY_DAYS - 1)),
                label="survey",
                found=plan.survey.get(building.pk, ()),
                kind=Visit.Kind.SURVEY,
            )

    def rounds(self, job: Job, now: datetime, ids: list[int]) -> None:
        for building in replay.buildings(ids):
            if building.pk % 16:
                replay.pay_visit(building, at=now - timedelta(days=1 + building.pk % 6), label="rounds")

    def posting(self, job: Job, now: datetime, ids: list[int]) -> None:
        replay.post_what_is_in_hand(now - timedelta(days=GRADING_DAYS - 4), ids)
