"""The three ways a text message leaves: to the console, into a file, to a gateway over HTTP."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from accounts import sms


class Gateway(HTTPServer):
    """A small gateway that keeps what it got and answers with `status`."""

    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.got: list[tuple[str | None, dict[str, str]]] = []


class Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.headers["Content-Type"], json.loads(body)))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def gateway(settings) -> Iterator[Gateway]:
    with Gateway() as server:
        settings.SMS_BACKEND = f"http://127.0.0.1:{server.server_port}/send"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_console_shows_the_message(settings, capsys: pytest.CaptureFixture[str]) -> None:
    settings.SMS_BACKEND = "console"
    sms.send("10012345678", "验证码 123456")
    assert capsys.readouterr().err == "[SMS 10012345678] 验证码 123456\n"


def test_the_file_gets_a_line_for_each_message(settings, tmp_path: Path) -> None:
    settings.SMS_BACKEND = f"file://{tmp_path}/sms.jsonl"
    for text in ("一", "二\n行"):
        sms.send("10012345678", text)
    lines = (tmp_path / "sms.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["text"] for line in lines] == ["一", "二\n行"]


def test_the_gateway_gets_phone_and_text_as_json(gateway: Gateway) -> None:
    sms.send("10012345678", "验证码 123456")
    assert gateway.got == [("application/json", {"phone": "10012345678", "text": "验证码 123456"})]


def test_a_gateway_that_refuses_or_is_away_is_an_os_error(gateway: Gateway, settings) -> None:
    gateway.status = 503
    with pytest.raises(OSError, match="503") as refused:
        sms.send("10012345678", "x")
    refused.value.close()
    settings.SMS_BACKEND = "http://127.0.0.1:1/send"
    with pytest.raises(OSError, match="refused"):
        sms.send("10012345678", "x")
