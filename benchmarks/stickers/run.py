"""Sticker sheets against the usual ways and against the floor, one table in one run.

    python -m benchmarks.stickers.run [--stickers 50000] [--json FILE]

Every row is a fresh process on one core; its time holds imports, fonts, tables, drawing and writing the
file. Peers draw fewer stickers because they are slow; rates are per sticker.
"""

import argparse
import json
import os
import resource
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FONTS = ROOT / "static" / "vendor" / "fonts"
REGULAR, BOLD = FONTS / "NotoSansSC-Regular.ttf", FONTS / "NotoSansSC-Bold.ttf"
PEERS = {"naive": 480, "weasyprint_svg": 480, "inventree_sheet": 240}


def measure(way: str, count: int, out: str) -> dict[str, Any]:
    """Draw `count` stickers in this process; seconds, bytes and peak memory."""
    from benchmarks.stickers.sample import stickers

    sample = stickers(count)
    before = time.perf_counter()
    if way.startswith("ours"):
        if way == "ours_zlib":
            sys.modules["deflate"] = None  # type: ignore[assignment]
        from signage.engine import FontPaths, SheetGeometry, StickerTexts, render_stickers

        sheets = render_stickers(sample, SheetGeometry(), StickerTexts(), FontPaths(REGULAR, BOLD))
        assert not sheets.refused
        pdf = sheets.pdf
    else:
        from benchmarks.stickers import peers

        pdf = getattr(peers, way)(sample, REGULAR)
    Path(out).write_bytes(pdf)
    seconds = time.perf_counter() - before
    return {"way": way, "stickers": count, "seconds": seconds, "bytes": len(pdf), "peak_mb": peak_mb()}


def peak_mb() -> float:
    """Peak resident memory of this process; ru_maxrss keeps the parent's peak over exec, VmHWM does not."""
    try:
        status = Path("/proc/self/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def child(way: str, count: int, out: Path) -> dict[str, Any]:
    """One row in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.stickers.run", "--way", way, str(count), str(out)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    row: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return row


def best(way: str, count: int, out: Path) -> dict[str, Any]:
    """The fastest of three, for us as for the peers and the floors."""
    return min((child(way, count, out) for _ in range(3)), key=lambda row: float(row["seconds"]))


def floors(pdf: Path, folder: Path, count: int) -> list[dict[str, Any]]:
    """Page streams deflated and written, by a bare C loop with zlib and by libdeflate; nothing is drawn.

    `whole`: every sticker holds its whole code, as one writes it who does not share the modules that never
    change. The others: the streams of our own file, half as long.
    """
    import pikepdf

    with pikepdf.open(pdf) as document:
        shared = document.pages[0].Resources.XObject["/Q"].read_bytes().replace(b"f\n", b"")
        own = [page.Contents.read_bytes() for page in document.pages]
    subprocess.run(
        ["gcc", "-O2", "-o", str(folder / "floor"), str(Path(__file__).with_name("floor.c")), "-lz"],
        check=True,
    )
    rows = []
    for name, pages in (("floor", own), ("whole", [page.replace(b"/Q Do ", shared) for page in own])):
        for deflate, way in (("zlib6", by_zlib), ("libdeflate6", by_libdeflate)):
            seconds, written = min(way(pages, folder) for _ in range(3))
            rows.append({
                "way": f"{name}_{deflate}", "stickers": count, "seconds": seconds, "bytes": written, "peak_mb": 0.0
            })  # fmt: skip
    return rows


def by_zlib(pages: list[bytes], folder: Path) -> tuple[float, int]:
    """Seconds and bytes of `floor.c`."""
    with (folder / "pages").open("wb") as file:
        for content in pages:
            file.write(struct.pack("<I", len(content)) + content)
    command = [str(folder / "floor"), str(folder / "pages"), str(folder / "floor.out")]
    seconds, written = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(seconds), int(written)


def by_libdeflate(pages: list[bytes], folder: Path) -> tuple[float, int]:
    """Seconds and bytes of libdeflate, called for each page: a loop of 2,000 calls is as fast as C."""
    import deflate

    before = time.perf_counter()
    with (folder / "floor.out").open("wb") as file:
        written = sum(file.write(deflate.zlib_compress(content, 6)) for content in pages)
    return time.perf_counter() - before, written


def table(rows: list[dict[str, Any]]) -> str:
    """The rows with rates and how many times faster our zlib row is."""
    ours = next(row for row in rows if row["way"] == "ours_zlib" and row["stickers"] >= 20_000)
    rate = ours["stickers"] / ours["seconds"]
    head = (
        ("stickers", 9),
        ("seconds", 9),
        ("per second", 12),
        ("B/sticker", 11),
        ("peak MB", 9),
        ("ours is", 10),
    )
    lines = [f"{'way':<18}" + "".join(f"{name:>{width}}" for name, width in head)]
    for row in rows:
        own = row["stickers"] / row["seconds"]
        lines.append(
            f"{row['way']:<18}{row['stickers']:>9,}{row['seconds']:>9.2f}{own:>12,.0f}"
            f"{row['bytes'] / row['stickers']:>11,.0f}{row['peak_mb']:>9.0f}{rate / own:>9.2f}x"
        )
    return "\n".join(lines)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stickers", type=int, default=50_000)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--way", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        way, count, out = options.way
        print(json.dumps(measure(way, int(count), out)))
        return
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [best(way, options.stickers, folder / "ours.pdf") for way in ("ours_libdeflate", "ours_zlib")]
        rows += floors(folder / "ours.pdf", folder, options.stickers)
        rows.append(child("ours_libdeflate", 5000, folder / "five.pdf"))
        rows += [best(way, count, folder / f"{way}.pdf") for way, count in PEERS.items()]
    print(table(rows))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
