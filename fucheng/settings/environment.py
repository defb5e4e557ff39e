"""Reads the environment. A missing or wrong value stops the start with one clear line."""

import base64
from typing import Any, NoReturn
from urllib.parse import parse_qs, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


def refuse(name: str, cure: str) -> NoReturn:
    raise ImproperlyConfigured(f"{name}: {cure} (see .env.example)")


def required(name: str, cure: str) -> str:
    value: str = env.str(name, default="").strip()
    return value or refuse(name, cure)


def public_base_url(default: str = "") -> str:
    """The address printed in every QR code, without a slash at its end."""
    value: str = env.str("PUBLIC_BASE_URL", default=default).rstrip("/")
    if urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).netloc:
        refuse("PUBLIC_BASE_URL", "must be the address that tenants reach, such as https://fc.example.gov.cn")
    return value


def databases(url: str) -> dict[str, dict[str, Any]]:
    """The primary, and where DATABASE_REPLICA_URL is set a replica for plain reads (`core.replica`)."""
    found = {"default": database(url)}
    if replica := env.str("DATABASE_REPLICA_URL", default="").strip():
        found["replica"] = database(replica, "DATABASE_REPLICA_URL")
        found["replica"]["OPTIONS"]["connect_timeout"] = (
            2  # pages do not wait long for what they can do without
        )
    return found


def database(url: str, name: str = "DATABASE_URL") -> dict[str, Any]:
    if not url.startswith(("postgres://", "postgresql://")):
        refuse(name, "must begin with postgresql://; no other database is supported")
    settings: dict[str, Any] = env.db_url_config(url)
    settings["CONN_MAX_AGE"] = 600
    settings["CONN_HEALTH_CHECKS"] = True
    # A database host that vanished is noticed within a minute; otherwise a socket may wait for hours.
    patience = {
        "connect_timeout": 5,
        "keepalives_idle": 20,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 50_000,
    }
    settings["OPTIONS"] = patience | settings.get("OPTIONS", {})
    return settings


def personal_data_keys(value: str) -> dict[int, bytes]:
    """`1:BASE64,2:BASE64` to {1: 32 bytes, 2: 32 bytes}; the highest number seals, all of them open."""
    keys: dict[int, bytes] = {}
    for part in filter(None, value.split(",")):
        number, _, text = part.partition(":")
        try:
            key = base64.b64decode(text, validate=True)
        except ValueError:
            key = b""
        if not number.isdecimal() or not 1 <= int(number) <= 255 or len(key) != 32:
            refuse("PERSONAL_DATA_KEYS", "must be number:base64 of 32 bytes, several with commas between")
        keys[int(number)] = key
    return keys or refuse("PERSONAL_DATA_KEYS", "is missing; make one with `openssl rand -base64 32`")


def second_step(default: str) -> bool:
    """Whether panel, office, auditors and superusers must have a second step at sign-in."""
    value = env.str("SECOND_STEP", default="") or default
    if value not in {"required", "optional"}:
        refuse("SECOND_STEP", "must be required or optional")
    return value == "required"


def storage(url: str, default_folder: str) -> dict[str, Any]:
    """`file:///folder`, or `s3://KEY:SECRET@HOST/BUCKET?region=...&tls=0`, to Django's storage settings."""
    parts = urlsplit(url or f"file://{default_folder}")
    if parts.scheme == "file" and parts.path:
        return {
            "BACKEND": "core.storage.WholeFileStorage",
            "OPTIONS": {"location": parts.path},
        }
    bucket = parts.path.strip("/")
    if parts.scheme == "s3" and parts.hostname and bucket:
        query = parse_qs(parts.query)
        from botocore.config import Config  # slow to import, needed only here

        scheme = "http" if query.get("tls") == ["0"] else "https"
        host = parts.hostname + (f":{parts.port}" if parts.port else "")
        return {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "access_key": parts.username,
                "secret_key": parts.password,
                "endpoint_url": f"{scheme}://{host}",
                "bucket_name": bucket,
                "region_name": query.get("region", ["us-east-1"])[0],
                "default_acl": None,
                "file_overwrite": True,
                "client_config": Config(
                    connect_timeout=3, read_timeout=30, retries={"total_max_attempts": 3, "mode": "standard"}
                ),
            },
        }
    refuse("STORAGE_URL", "must be file:///folder or s3://KEY:SECRET@HOST/BUCKET")


def cache(broker_url: str) -> dict[str, Any]:
    """The Redis of the broker, for counters that all web processes share; a cache that is away is an empty one."""
    if not broker_url:
        return {
            "default": {
                "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
                "OPTIONS": {"MAX_ENTRIES": 20_000},  # a throng of scans must not push out the counters
            }
        }
    return {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": broker_url,
            "KEY_PREFIX": "cache",
            "OPTIONS": {
                "IGNORE_EXCEPTIONS": True,
                "SOCKET_CONNECT_TIMEOUT": 0.3,
                "SOCKET_TIMEOUT": 0.3,
            },
        }
    }


def broker(url: str, folder: str) -> dict[str, Any]:
    """Celery settings: Redis where a URL is given, else message files in `folder` for one machine."""
    if url.startswith(("redis://", "rediss://", "unix://", "redis+socket://")):
        return {
            "CELERY_BROKER_URL": url,
            "CELERY_BROKER_TRANSPORT_OPTIONS": {
                "socket_timeout": 2,
                "socket_connect_timeout": 1,
                "visibility_timeout": 3600,
            },
        }
    if url:
        refuse("CELERY_BROKER_URL", "must begin with redis:// or rediss://, or be empty on a single machine")
    return {
        "CELERY_BROKER_URL": "filesystem://localhost//",
        "CELERY_BROKER_TRANSPORT_OPTIONS": {
            "data_folder_in": folder,
            "data_folder_out": folder,
            "processed_folder": f"{folder}-done",
            "control_folder": f"{folder}-control",
            "store_processed": False,
            "polling_interval": 0.2,
        },
    }
