"""Promise 3: sticker sheets beside the usual ways and the floor; then the whole run with database and files."""

import json
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks import hands
from benchmarks.figures import Figure
from benchmarks.reading import WRONG, read_back
from benchmarks.stickers.run import table
from benchmarks.street import Bench, said

SHEETS = 50_000


def measure(bench: Bench) -> tuple[list[Figure], dict[str, Any]]:
    bench.at("graded")
    rows = _sheets(SHEETS)
    print(table(rows))
    figures = _ratios(rows)
    of_run, details = _run(bench)
    return [*figures, *of_run], {"sheets": rows, **details}


def _sheets(count: int) -> list[dict[str, Any]]:
    """The rows of `benchmarks.stickers.run`: fresh processes on one core."""
    with said(f"Sheets of {count:,} stickers and the usual ways"), tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "rows.json"
        command = [
            sys.executable,
            "-m",
            "benchmarks.stickers.run",
            "--stickers",
            str(count),
            "--json",
            str(out),
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        rows: list[dict[str, Any]] = json.loads(out.read_text())
    return rows


def _ratios(rows: list[dict[str, Any]]) -> list[Figure]:
    first = {row["way"]: row for row in reversed(rows)}
    rate = {way: row["stickers"] / row["seconds"] for way, row in first.items()}
    zlib, ours = rate["ours_zlib"], rate["ours_libdeflate"]
    file = next(row for row in rows if row["stickers"] == 5000)
    return [
        Figure("sheets, one core, libdeflate (what a run uses)", ours, "/s"),
        Figure("sheets, one core, zlib", zlib, "/s"),
        Figure("times the naive way, zlib", zlib / rate["naive"], "x", at_least=100),
        Figure("times WeasyPrint, zlib", zlib / rate["weasyprint_svg"], "x", at_least=300),
        Figure("times InvenTree's label sheet", ours / rate["inventree_sheet"], "x", at_least=500),
        Figure("times deflating whole codes, zlib 6", rate["whole_zlib6"] / zlib, "x", at_most=2.0),
        Figure(
            "times deflating whole codes, libdeflate 6", rate["whole_libdeflate6"] / ours, "x", at_most=2.3
        ),
        Figure("times deflating our own pages, zlib 6", rate["floor_zlib6"] / zlib, "x", at_most=2.0),
        Figure("times deflating our own pages, libdeflate 6", rate["floor_libdeflate6"] / ours, "x"),
        Figure("a file of 5,000: bytes a sticker", file["bytes"] / 5000, "B", at_most=400),
        Figure("its process, peak memory", file["peak_mb"], "MB", at_most=64),
    ]


def _run(bench: Bench) -> tuple[list[Figure], dict[str, Any]]:
    """From the order to the proof, for every sticker owed on the street."""
    from django.core.files.storage import default_storage

    from fucheng.flows import print_run

    with hands.second_process() as hand, said("The whole print run"), hands.watched() as watch:
        run = print_run.order(
            product="sticker",
            wanted={"owed": True},
            by=bench.office,
            at=bench.graded_at + timedelta(days=2),
            title="bench",
        )
        assert run.job_id is not None
        job = hands.drained(run.job_id)
    bench.reached("printed")
    size = sum(default_storage.size(file.file) for file in run.files.all())
    figures = [
        Figure(
            "whole run: freeze, chunks, files, signs, proof", watch.seconds, "s", at_most=40, full_size=True
        ),
        Figure("processor time, this process and its session", watch.python + watch.database, "s"),
        Figure("stickers", job.result["signs"], exactly=bench.units),
        Figure("stickers per second, two processes", job.result["signs"] / watch.seconds, "/s"),
        Figure("sheets", job.result["pages"], "pages"),
        Figure("files", size / 2**20, "MB"),
        Figure("larger of the two processes, peak", max(hands.peak_mb(), hand.peak_mb), "MB", at_most=512),
    ]
    with said("Every sheet read back"):
        found = read_back(run)
    figures += [
        Figure("codes decoded", found["codes"], exactly=bench.units),
        *(Figure(f"read back: {what}", found[what], exactly=0) for what in WRONG),
    ]
    return figures, {"second_process_cpu_seconds": hand.cpu_seconds}
