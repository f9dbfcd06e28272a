"""The checker's own way to the registry: what is out of order for a while is no word on a schema."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from faults.checker import wire
from faults.checker.wire import Wire, fingerprint

USE = {"name": "use", "type": "int"}
SCHEMA = {"type": "record", "name": "Parcel", "namespace": "north.parcel.v1", "fields": [USE]}
USE_OF_2 = b"\x04"


class Recovering(BaseHTTPRequestHandler):
    """Knows schema 7 only, and answers its first two questions with an error of its own."""

    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        if self.asked <= 2:
            self.send_error(500)
        elif not self.path.endswith("/7"):
            self.send_error(404)
        else:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"schema": json.dumps(SCHEMA)}).encode())

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Recovering, "asked", 0)
    monkeypatch.setattr(wire, "LOOK_SECONDS", 0.0)
    server = HTTPServer(("127.0.0.1", 0), Recovering)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    serving.join(5)


def frame(number: int) -> bytes:
    return b"\0" + number.to_bytes(4, "big") + USE_OF_2


def opened(registry: str, tmp_path: Path, number: int) -> object:
    mark = fingerprint(SCHEMA).encode()
    return Wire(registry, tmp_path).opened("north.parcel.v1", b"", b"", frame(number), mark)


def test_a_registry_that_recovers_is_asked_again(registry: str, tmp_path: Path) -> None:
    assert opened(registry, tmp_path, 7) == {"use": 2}
    assert Recovering.asked == 3


def test_an_unknown_schema_is_said_at_once(registry: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the registry knows no schema 8"):
        opened(registry, tmp_path, 8)
    assert Recovering.asked == 3


def test_a_registry_that_stays_away_is_no_finding(
    registry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "REGISTRY_SECONDS", 0.0)
    with pytest.raises(OSError, match="500"):
        opened(registry, tmp_path, 7)
