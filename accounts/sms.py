"""Text messages: the backend is named by SMS_BACKEND (console, file:///path, or an HTTP gateway's URL)."""

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
