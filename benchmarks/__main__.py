"""The promises in sequence, a table each; exit code 1 when one is missed.

    python -m benchmarks [import assessment what_if stickers pages public_page visits history scaling]
        [--deep] [--units N]

Without --deep the street has 20,000 homes, and promises that speak of the whole street are shown, not judged.
Figures are kept as JSON in var/bench/.
"""

import argparse
import fcntl
import importlib
import json
import os
import platform
import sys
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FULL = 170_699
PROMISES = {
    "import": "benchmarks.importing",
    "assessment": "benchmarks.assessment",
    "what_if": "benchmarks.what_if",
    "stickers": "benchmarks.printing",
    "pages": "benchmarks.pages",
    "public_page": "benchmarks.public_page",
    "visits": "benchmarks.visits",
    "history": "benchmarks.history",
    "scaling": "benchmarks.scaling",
}
FOLDER = Path(__file__).resolve().parents[1] / "var" / "bench"


def options_of(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("promises", nargs="*", metavar="promise", help=", ".join(PROMISES))
    parser.add_argument("--deep", action="store_true", help="the whole street")
    parser.add_argument("--units", type=int, help="homes; 20,000, with --deep 170,699")
    parser.add_argument("--fresh", action="store_true", help="make the street anew even if it could be used")
    parser.add_argument("--keep", action="store_true", help="use the street even if the code has changed")
    parser.add_argument("--requests", type=int, default=30, help="to each page")
    options = parser.parse_args(arguments)
    unknown = set(options.promises) - set(PROMISES)
    if unknown:
        parser.error(f"no such promise: {', '.join(sorted(unknown))}")
    options.units = options.units or (FULL if options.deep else 20_000)
    if options.units < 1000:
        parser.error("the half year needs a street of at least 1,000 homes")
    return options


def set_up() -> None:
    """Django with the benchmarks' settings and database; children inherit both."""
    for name in ("media", "broker", "broker-done"):
        (FOLDER / name).mkdir(parents=True, exist_ok=True)
    lock = (FOLDER / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SystemExit("Another benchmark is running; two at once would measure each other.") from None
    globals()["_lock"] = lock  # held until this process ends
    from benchmarks import database

    os.environ["DATABASE_URL"] = database.bench_url()
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    import django
    from django.conf import settings
    from django.utils import translation

    django.setup()
    import fucheng.celery  # noqa: F401

    translation.activate(settings.LANGUAGE_CODE)
    warnings.simplefilter("ignore")


def machine() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "cores": len(os.sched_getaffinity(0)),
        "load": [round(n, 2) for n in os.getloadavg()],
    }


def main(arguments: list[str]) -> int:
    options = options_of(arguments)
    set_up()
    from benchmarks.figures import kept, table
    from benchmarks.street import Bench

    bench = Bench(options.units, fresh=options.fresh, keep=options.keep, requests=options.requests)
    is_full = options.units >= FULL
    start = datetime.now(UTC)
    report: dict[str, Any] = {"at": start.isoformat(), "units": options.units, "machine": machine()}
    print(f"{options.units:,} homes, {report['machine']['cores']} cores, load {report['machine']['load'][0]}")
    if report["machine"]["load"][0] > 1:
        print("Other programs are at work on this machine: times are longer than they need be.")
    missed = 0
    path = FOLDER / f"{start:%Y-%m-%d-%H%M%S}.json"
    for name in options.promises or PROMISES:
        figures, details = importlib.import_module(PROMISES[name]).measure(bench)
        print(table(f"\n{name}", figures, is_full=is_full) + "\n", flush=True)
        missed += sum(figure.verdict(is_full=is_full) == "MISSED" for figure in figures)
        report[name] = {"figures": [kept(f, is_full=is_full) for f in figures], "details": details}
        path.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{missed} missed. {path.relative_to(FOLDER.parents[1])}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
