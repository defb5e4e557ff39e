"""The Celery application. Messages are doorbells: what is to be done stands in the jobs tables."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fucheng.settings.local")

TRANSPORT_ALIASES["filesystem"] = "fucheng.bells:Transport"
app = Celery("fucheng")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
