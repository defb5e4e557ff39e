"""For pytest: as on one machine, with a database server of its own that may forget when the power goes."""

from .local import *  # noqa: F403
from .local import VAR_DIR

PUBLIC_BASE_URL = "https://fc.example.gov.cn"
SMS_BACKEND = f"file://{VAR_DIR}/test-sms.jsonl"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
