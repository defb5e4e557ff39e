"""Text messages: the backend is named by SMS_BACKEND (console, file:///path, or an HTTP gateway's URL)."""

import http.client
import json
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings


def send(phone: str, text: str) -> None:
    """Hands one message to the gateway; raises OSError when it cannot be reached."""
    backend: str = settings.SMS_BACKEND
    scheme = urlsplit(backend).scheme
    if backend == "console":
        sys.stderr.write(f"[SMS {phone}] {text}\n")
        sys.stderr.flush()
    elif scheme == "file":
        with Path(urlsplit(backend).path).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"phone": phone, "text": text}, ensure_ascii=False) + "\n")
    else:
        body = json.dumps({"phone": phone, "text": text}).encode()
        request = urllib.request.Request(  # noqa: S310 - the operator's own gateway
            backend, data=body, headers={"Content-Type": "application/json"}
        )
        urllib.request.urlopen(request, timeout=5).close()  # noqa: S310


class NotTaken(OSError):
    """The gateway was not reached, or says that it did not take the message now: it may be tried again."""


class Refused(OSError):
    """The gateway will never take this message (a wrong number, a forbidden word)."""


class Unclear(OSError):
    """The message was handed over and nothing certain came back: it may have been sent."""


NOT_NOW = (429, 500, 503)
TIMEOUT = 5  # seconds


def deliver(phone: str, text: str, *, reference: str) -> None:
    """One message of the outbox; the three errors say whether it may be sent again.

    `reference` is the same at every attempt, so that a gateway that knows references can drop a second one.
    """
    address = urlsplit(settings.SMS_BACKEND)
    if address.scheme not in ("http", "https"):
        send(phone, text)
        return
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.netloc, timeout=TIMEOUT)
    try:
        connection.connect()
    except OSError as error:
        raise NotTaken(f"not reached: {type(error).__name__}") from error
    try:
        status = _handed_over(connection, address.path or "/", phone, text, reference)
    except (OSError, http.client.HTTPException) as error:
        raise Unclear(f"no answer: {type(error).__name__}") from error
    finally:
        connection.close()
    if 200 <= status < 300:
        return
    if status in NOT_NOW:
        raise NotTaken(f"HTTP {status}")
    if 400 <= status < 500:
        raise Refused(f"HTTP {status}")
    raise Unclear(f"HTTP {status}")  # a proxy that lost its patience knows nothing either


def _handed_over(
    connection: http.client.HTTPConnection, path: str, phone: str, text: str, reference: str
) -> int:
    body = json.dumps({"phone": phone, "text": text, "reference": reference}).encode()
    connection.request("POST", path, body, {"Content-Type": "application/json", "Idempotency-Key": reference})
    return connection.getresponse().status
