"""The processes of the fault suite: production's parts, with time run faster where the suite says so."""

import os

from fucheng.settings.local import *
from fucheng.settings.local import CELERY_BEAT_SCHEDULE, INSTALLED_APPS

SCALE = float(os.environ.get("FAULTS_SCALE", "1"))
PUBLIC_BASE_URL = "https://fc.example.gov.cn"
INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.apps.FaultsConfig"]
CELERY_BEAT_SCHEDULE = {
    name: entry | {"schedule": entry["schedule"] / SCALE} for name, entry in CELERY_BEAT_SCHEDULE.items()
}
CELERY_BEAT_MAX_LOOP_INTERVAL = 1
