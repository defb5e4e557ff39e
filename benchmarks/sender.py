"""A client as a phone is one: keeps its connection, tries again when the line broke or the server was busy."""

import contextlib
import http.client
import time

TRIES, PAUSE, TIMEOUT = 5, 0.5, 20
AGAIN = (409, 429, 500, 502, 503, 504)


class Sender:
    def __init__(self, port: int) -> None:
        self.port = port
        self.line: http.client.HTTPConnection | None = None

    def get(self, path: str, token: str) -> int:
        return self._once("GET", path, token, None)

    def post_until_answered(self, path: str, token: str, body: bytes) -> int:
        """The last status; 0 when the line broke every time."""
        status = 0
        for number in range(TRIES):
            if number:
                time.sleep(PAUSE)
            try:
                status = self._once("POST", path, token, body)
            except (OSError, http.client.HTTPException):
                self.close()
                status = 0
            if status and status not in AGAIN:
                break
        return status

    def close(self) -> None:
        if self.line is not None:
            with contextlib.suppress(OSError):
                self.line.close()
            self.line = None

    def _once(self, method: str, path: str, token: str, body: bytes | None) -> int:
        if self.line is None:
            self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
        self.line.request(method, path, body, headers)
        answer = self.line.getresponse()
        answer.read()
        return answer.status
