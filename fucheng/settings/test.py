"""For pytest: as on one machine, with a database server of its own that may forget when the power goes."""

import os

from .local import *
from .local import DATABASES, VAR_DIR

PUBLIC_BASE_URL = "https://fc.example.gov.cn"
CELERY_BROKER_URL = "memory://localhost//"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {}
SMS_BACKEND = f"file://{VAR_DIR}/test-sms.jsonl"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATABASES.pop("replica", None)  # tests of it bring their own
if "FUCHENG_TEST_DB" in os.environ:  # several test runs at once on one machine
    DATABASES["default"]["TEST"] = {"NAME": f"test_fucheng_{os.environ['FUCHENG_TEST_DB']}"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # thousands of made-up people
WHITENOISE_AUTOREFRESH = True  # files are looked up when asked for, not listed at every start
