"""How a print run grows: ten thousand stickers, the whole street, then the street again until a million are printed.

Each run is ordered, frozen, rendered in parts, filed and proved as any other; a later one also voids the stickers of
the one before that nobody has posted. The street is worn out afterwards and made anew for what comes next.
"""

from datetime import timedelta
from typing import Any

from benchmarks import hands
from benchmarks.figures import Figure
from benchmarks.street import Bench, said

PARTS = (10_000, 30_000, 100_000)
ENOUGH = 1_000_000


def measure(bench: Bench) -> tuple[list[Figure], dict[str, Any]]:
    bench.at("graded")
    bench.reached("worn")
    from rentals.models import Unit

    homes = list(Unit.objects.filter(standing__isnull=False).order_by("pk").values_list("pk", flat=True))
    with hands.second_process() as hand:
        parts = [size for size in PARTS if size < len(homes)]
        seconds = [(size, _printed(bench, {"units": homes[:size]})) for size in parts]
        whole = 0
        while whole < (ENOUGH if len(homes) > PARTS[-1] else 2 * len(homes)):
            seconds.append((len(homes), _printed(bench, {})))
            whole += len(homes)
    figures = [
        Figure(f"run {number}: {size:,} stickers, each", taken / size * 1e6, "us")
        for number, (size, taken) in enumerate(seconds, 1)
    ]
    figures += [
        Figure("stickers in all", sum(size for size, _ in seconds)),
        Figure("larger of the two processes, peak", max(hands.peak_mb(), hand.peak_mb), "MB", at_most=512),
    ]
    return figures, {"runs": seconds}


def _printed(bench: Bench, wanted: dict[str, Any]) -> float:
    """Seconds of one run by two processes."""
    from fucheng.flows import print_run

    with said("A run of the whole street" if not wanted else "A run"), hands.watched() as watch:
        run = print_run.order(
            product="sticker",
            wanted=wanted,
            by=bench.office,
            at=bench.graded_at + timedelta(days=2),
            title="bench",
        )
        assert run.job_id is not None
        hands.drained(run.job_id)
    return watch.seconds
