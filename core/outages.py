"""Was it the world that failed (disk full, database or storage away), or the work itself?"""

import errno

import psycopg2
from django.db import InterfaceError, OperationalError

_NO_ROOM_OR_NO_ANSWER = frozenset(
    {
        errno.EAGAIN,
        errno.EDQUOT,
        errno.EIO,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOMEM,
        errno.ENOSPC,
        errno.EROFS,
        errno.ESTALE,
    }
)


def is_outage(error: BaseException) -> bool:
    """True when the same work may succeed later without anybody changing it."""
    if isinstance(error, OperationalError | InterfaceError | ConnectionError | TimeoutError):
        return True
    if isinstance(
        error, psycopg2.OperationalError | psycopg2.InterfaceError
    ):  # COPY passes by Django's names
        return True
    if isinstance(error, OSError):
        return error.errno in _NO_ROOM_OR_NO_ANSWER
    return type(error).__module__.split(".")[0] in {"boto3", "botocore"}
