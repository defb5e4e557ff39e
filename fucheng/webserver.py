"""How Gunicorn serves the site (`gunicorn -c python:fucheng.webserver`): demonstration, container, benchmarks.

WEB_CONCURRENCY and PORT come from the environment. Two processes use two cores; the threads of each wait
for the database. A request that takes a minute is cut off: anything long is a job.
"""

import gc
import os
import shutil
from pathlib import Path
from typing import Any

METRICS = Path(
    os.environ.setdefault(
        "PROMETHEUS_MULTIPROC_DIR", str(Path(__file__).resolve().parents[1] / "var" / "metrics")
    )
)
shutil.rmtree(METRICS, ignore_errors=True)  # counters of processes of an earlier start would be added to ours
METRICS.mkdir(parents=True)

wsgi_app = "fucheng.wsgi:application"
bind = f"{os.environ.get('WEB_HOST') or '127.0.0.1'}:{os.environ.get('PORT') or 8000}"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
worker_class = "gthread"
threads = 8
backlog = 512
keepalive = 15
timeout = 60
graceful_timeout = 10
preload_app = True
control_socket_disable = True


def when_ready(_server: Any) -> None:
    """What is loaded by now stays for life: looking through it for garbage held up a request for a tenth of a second."""
    gc.collect()
    gc.freeze()


def child_exit(_server: Any, worker: Any) -> None:
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
