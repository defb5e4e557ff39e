"""What the suite changes in its processes: shorter leases, longer chunks, items that end whoever draws them."""

import os
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings


class FaultsConfig(AppConfig):
    name = "tests.faults"
    label = "faults"

    def ready(self) -> None:
        _run_faster(settings.SCALE)
        _stretch(float(os.environ.get("FAULTS_STRETCH", "0")))
        _poison(
            {int(pk) for pk in os.environ.get("FAULTS_POISON", "").split(",") if pk},
            {int(pk) for pk in os.environ.get("FAULTS_BROKEN", "").split(",") if pk},
        )
        _write_down_claims()


def _run_faster(scale: float) -> None:
    from jobs import services, tasks
    from signage.services import printing

    services.LEASE, services.PAUSE = timedelta(seconds=60 / scale), timedelta(seconds=15 / scale)
    tasks.TURN_SECONDS = 60 / scale
    printing.PART_SIZES["sticker"] = int(os.environ.get("FAULTS_PART", "5000"))


def _around(module: Any, name: str, wrapper: Callable[..., Any]) -> None:
    original = getattr(module, name)
    setattr(module, name, wraps(original)(lambda *a, **kw: wrapper(original, *a, **kw)))


def _stretch(seconds: float) -> None:
    """A chunk takes as long as one ten times its size would, before, between and after its writes."""
    from signage.services import printing

    def slowly(original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        time.sleep(seconds / 3)
        return result

    if seconds:
        for name in ("_set_aside", "_record_signs"):
            _around(printing, name, slowly)
        _around(printing.rendering, "render", slowly)


def _poison(killers: set[int], broken: set[int]) -> None:
    """Homes whose drawing kills the process, as running out of memory does, or raises. Each time is written down."""
    from signage.services import rendering

    def drawn(original: Callable[..., Any], run: Any, first: int, last: int, **more: Any) -> Any:
        units = set(
            run.items.filter(ordinal__range=(first, last), refused="").values_list("unit_id", flat=True)
        )
        if units & killers:
            _note("poison", *sorted(units & killers))
            os.kill(os.getpid(), signal.SIGKILL)
        if units & broken:
            raise ValueError("a home that no sheet can hold")
        return original(run, first, last, **more)

    if killers or broken:
        _around(rendering, "render", drawn)


def _write_down_claims() -> None:
    from jobs import services

    def claimed(original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        chunk = original(*args, **kwargs)
        if chunk is not None:
            _note("claims", chunk.pk, chunk.attempts, os.getpid())
        return chunk

    if os.environ.get("FAULTS_FOLDER"):
        _around(services, "claim", claimed)


def _note(name: str, *words: object) -> None:
    line = " ".join(map(str, (f"{time.time():.3f}", *words)))
    with (Path(os.environ["FAULTS_FOLDER"]) / f"{name}.log").open("a") as out:
        out.write(line + "\n")
