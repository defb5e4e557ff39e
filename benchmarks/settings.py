"""As on one machine, with files and doorbell of its own: nothing here reaches the demonstration's workers."""

from fucheng.settings.environment import broker
from fucheng.settings.local import *  # noqa: F403
from fucheng.settings.local import VAR_DIR

ROOT_URLCONF = "benchmarks.urls"
BENCH_DIR = VAR_DIR / "bench"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(BENCH_DIR / "media")},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
globals().update(broker("", str(BENCH_DIR / "broker")))
