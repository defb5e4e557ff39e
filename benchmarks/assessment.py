"""Promise 2: every home of a surveyed street through the rules, by two processes; then everybody's decisions."""

from typing import Any

from benchmarks import hands
from benchmarks.figures import Figure
from benchmarks.street import Bench, said


def measure(bench: Bench) -> tuple[list[Figure], dict[str, Any]]:
    bench.at("surveyed")
    from fucheng.demo import replay
    from fucheng.flows import bulk_assessment
    from grading.models import Hazard, Standing
    from jobs.models import Job

    with hands.second_process() as hand:
        with said("Assessment"), hands.watched() as assessed:
            asked = bulk_assessment.ask(by=bench.office, at=bench.graded_at)
            job = hands.drained(asked.pk)
        with said("Decisions"), hands.watched() as decided:
            replay.decide_everything(bench.graded_at)
    bench.reached("graded")
    standings = Standing.objects.filter(unit__left_on__isnull=True)
    figures = [
        Figure("assessment of all homes", assessed.seconds, "s", at_most=30, full_size=True),
        Figure("homes per second", bench.units / assessed.seconds, "homes/s"),
        Figure("processor time, this process and its session", assessed.python + assessed.database, "s"),
        Figure("open hazards read", Hazard.objects.open().count()),
        Figure("changes proposed", job.result["proposed"]),
        Figure("homes without assessment", standings.filter(assessment=None).count(), exactly=0),
        Figure("decisions on all of them", decided.seconds, "s"),
        Figure("homes without grade", standings.filter(grade=None).count(), exactly=0),
        Figure("jobs that failed", Job.objects.filter(state="failed").count(), exactly=0),
    ]
    details = {
        "peak_mb": [round(hands.peak_mb()), round(hand.peak_mb)],
        "cpu_seconds_of_second_process": hand.cpu_seconds,
    }
    return figures, details
