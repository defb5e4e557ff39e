"""WSGI entry point; loads the Celery application so that a page can ring the workers."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fucheng.settings.production")

application = get_wsgi_application()

import fucheng.celery  # noqa: E402, F401 - so that pages can ring the workers
