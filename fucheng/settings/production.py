"""A real deployment: nothing is guessed, a missing value stops the start."""

from .base import *
from .base import BASE_DIR, VAR_DIR
from .environment import (
    broker,
    cache,
    databases,
    env,
    personal_data_keys,
    public_base_url,
    required,
    second_step,
    storage,
)

DEBUG = False
DEMO = False
SECRET_KEY = required("SECRET_KEY", "is missing; 50 random characters or more")
DATABASES = databases(required("DATABASE_URL", "is missing"))
ALLOWED_HOSTS = [
    h.strip() for h in required("ALLOWED_HOSTS", "is missing; host names with commas").split(",")
]
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PUBLIC_BASE_URL = public_base_url()
PERSONAL_DATA_KEYS = personal_data_keys(env.str("PERSONAL_DATA_KEYS", default=""))
SMS_BACKEND = env.str("SMS_BACKEND", default="console")
MAP_TILE_URL = env.str("MAP_TILE_URL", default="")
STORAGES = {
    "default": storage(env.str("STORAGE_URL", default=""), str(VAR_DIR / "media")),
    "staticfiles": {"BACKEND": "fucheng.staticfiles.HashedStorage"},
}
BROKER_URL = required("CELERY_BROKER_URL", "is missing; redis://HOST:6379/0")
globals().update(broker(BROKER_URL, str(VAR_DIR / "broker")))
CACHES = cache(BROKER_URL)
SECOND_STEP_REQUIRED = second_step(default="required")
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=1)

SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
FONT_DIR = BASE_DIR / "static" / "vendor" / "fonts"
LOGGING_CONFIG = "fucheng.logs.configure"
LOGGING = {"version": 1}  # Django calls LOGGING_CONFIG only when there is something in LOGGING
