"""The Celery application. Messages are doorbells: what is to be done stands in the jobs tables."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fucheng.settings.local")

app = Celery("fucheng")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
