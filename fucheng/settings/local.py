"""One machine: demonstration, development, tests. Makes up what production must be told."""

import base64
import contextlib
import os
import secrets
from tempfile import NamedTemporaryFile

from fucheng.onebox import postgres

from .base import *
from .base import BASE_DIR, VAR_DIR
from .environment import (
    broker,
    cache,
    databases,
    env,
    personal_data_keys,
    public_base_url,
    second_step,
    storage,
)


def _kept_secret(name: str) -> str:
    """32 random bytes in base64, made once and kept in var/; whole for every process from its first moment."""
    path = VAR_DIR / name
    if not path.exists():
        VAR_DIR.mkdir(exist_ok=True)
        with NamedTemporaryFile(mode="w", dir=VAR_DIR) as draft:  # readable by its owner only
            draft.write(base64.b64encode(secrets.token_bytes(32)).decode())
            draft.flush()
            with contextlib.suppress(FileExistsError):  # another process was first: its secret holds
                os.link(draft.name, path)
    return path.read_text()


CLUSTER = "test" if os.environ.get("DJANGO_SETTINGS_MODULE") == "fucheng.settings.test" else "demo"
DEBUG = env.bool("DEBUG", default=False)
DEMO = True
SECRET_KEY = env.str("SECRET_KEY", default="") or _kept_secret("secret-key") * 2
DATABASES = databases(env.str("DATABASE_URL", default="") or postgres.ensure(CLUSTER))
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PUBLIC_BASE_URL = public_base_url(default=f"http://127.0.0.1:{env.str('PORT', default='') or 8000}")
PERSONAL_DATA_KEYS = personal_data_keys(
    env.str("PERSONAL_DATA_KEYS", default="") or f"1:{_kept_secret('personal-data-key')}"
)
SMS_BACKEND = env.str("SMS_BACKEND", default="console")
MAP_TILE_URL = env.str("MAP_TILE_URL", default="")
STORAGES = {
    "default": storage(env.str("STORAGE_URL", default=""), str(VAR_DIR / "media")),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
BROKER_URL = env.str("CELERY_BROKER_URL", default="")
globals().update(broker(BROKER_URL, str(VAR_DIR / "broker")))
CACHES = cache(BROKER_URL)
SECOND_STEP_REQUIRED = second_step(default="optional")
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
FONT_DIR = BASE_DIR / "static" / "vendor" / "fonts"
DEMO_PASSWORD = env.str("DEMO_PASSWORD", default="") or "fucheng-2019"
LOGGING_CONFIG = "fucheng.logs.configure"
LOGGING = {"version": 1}  # Django calls LOGGING_CONFIG only when there is something in LOGGING
