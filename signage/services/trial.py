"""Which items of a part cannot be drawn: found out in a process of its own, so that no worker dies of it.

A worker that was killed says nothing about the item it was at. Before a second attempt the part is therefore
drawn here in small blocks; the block that ends its process (or raises) is drawn again item by item, and what
ends it then is guilty: three attempts in all. `python -m signage.services.trial ORDER` is that process.
"""

import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy

Range = tuple[int, int]
BLOCK = 50
SILENCE = 120.0  # seconds without a word: it hangs
DIED = gettext_lazy("Drawing it ended the printing program three times.")


class TrialFailed(ConnectionError):
    """The trial itself could not run; the part is tried again later."""


def what_cannot_be_drawn(run_id: int, first: int, last: int, *, on: date) -> dict[int, str]:
    """Ordinals and reasons."""
    todo: deque[Range] = deque((n, min(n + BLOCK - 1, last)) for n in range(first, last + 1, BLOCK))
    reasons: dict[int, str] = {}
    while todo:
        ended = _try(run_id, on, list(todo))
        reasons |= ended.reasons
        for _ in range(ended.passed):
            todo.popleft()
        if not todo:
            break
        if ended.at is None:
            raise TrialFailed(ended.words)
        if todo[0][0] == todo[0][1]:
            reasons[todo.popleft()[0]] = str(DIED)
        else:
            block = todo.popleft()
            todo.extendleft((n, n) for n in range(block[1], block[0] - 1, -1))
    return reasons


@dataclass
class _Ended:
    """What a trial told until it ended: ranges that it passed, the one it was at, items that raise."""

    passed: int = 0
    at: Range | None = None
    reasons: dict[int, str] = field(default_factory=dict)
    words: str = ""


def _try(run_id: int, on: date, ranges: list[Range]) -> _Ended:
    order = {
        "run": run_id,
        "on": on.isoformat(),
        "ranges": ranges,
        "database": connection.settings_dict["NAME"],
    }
    child = subprocess.Popen(  # noqa: S603  our own Python, numbers only
        [sys.executable, "-m", "signage.services.trial", json.dumps(order)],
        cwd=settings.BASE_DIR,
        env={"DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE, **os.environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    ended = _Ended()
    try:
        for line in _lines(child):
            _note(ended, json.loads(line))
    finally:
        child.kill()
        ended.words = child.communicate()[1][-500:]
    return ended


def _note(ended: _Ended, told: dict[str, object]) -> None:
    match told:
        case {"at": [int(first), int(last)]}:
            ended.at = (first, last)
        case {"passed": _}:
            ended.passed, ended.at = ended.passed + 1, None
        case {"item": int(ordinal), "raises": str(words)}:
            ended.reasons[ordinal] = words


def _lines(child: "subprocess.Popen[str]") -> Iterator[str]:
    """What it says until it ends; one that says nothing for long is ended."""
    while child.stdout is not None:
        watchdog = threading.Timer(SILENCE, child.kill)
        watchdog.daemon = True
        watchdog.start()
        line = child.stdout.readline()
        watchdog.cancel()
        if not line.endswith("\n"):
            return
        yield line


def main() -> None:
    """Reads its order, draws range by range, tells each before and after."""
    import django

    order = json.loads(sys.argv[1])
    settings.DATABASES["default"]["NAME"] = order["database"]
    django.setup()
    from signage.models import PrintRun

    run = PrintRun.objects.get(pk=order["run"])
    on = date.fromisoformat(order["on"])
    for first, last in order["ranges"]:
        _tell(at=[first, last])
        try:
            _draw(run, first, last, on)
        except Exception:
            for ordinal in range(first, last + 1):
                _draw_alone(run, ordinal, on)
        _tell(passed=True)


def _draw(run: object, first: int, last: int, on: date) -> None:
    from signage.services import rendering

    rendering.render(run, first, last, on=on)  # type: ignore[arg-type]


def _draw_alone(run: object, ordinal: int, on: date) -> None:
    from core.outages import is_outage

    try:
        _draw(run, ordinal, ordinal, on)
    except Exception as error:
        if is_outage(error):
            raise
        _tell(item=ordinal, raises=f"{type(error).__name__}: {error}")


def _tell(**words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
