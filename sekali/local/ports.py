"""Ports on loopback: the one used before, else the usual one, else any that is free; tried by binding."""

import json
import socket
from pathlib import Path

from sekali.local.secrets import write_private

USUAL = {"kafka": 9092, "kafka-controller": 9093, "postgres": 5432, "registry": 8081, "registry-management": 9000}
USUAL |= {"zipkin": 9411}
FIRST_SERVICE = 8101


class Ports:
    """Remembers in `<state>/ports.json`, so that addresses stay over a restart where nobody took them meanwhile."""

    def __init__(self, state: Path, *, usual: bool) -> None:
        self._file = state / "ports.json"
        self._usual = usual
        self._given: set[int] = set()
        self._kept: dict[str, int] = json.loads(self._file.read_text()) if self._file.exists() else {}

    def choose(self, name: str, *, running: bool) -> int:
        """`running`: our own part holds its port now, so that it keeps it unasked."""
        port = self._kept[name] if running and name in self._kept else self._pick(name)
        self._given.add(port)
        self._kept[name] = port
        return port

    def save(self) -> None:
        write_private(self._file, json.dumps(self._kept, indent=2))

    def _pick(self, name: str) -> int:
        wishes = [self._kept[name]] if name in self._kept else []
        if self._usual:
            wishes += [USUAL[name]] if name in USUAL else list(range(FIRST_SERVICE, FIRST_SERVICE + 100))
        taken = self._given | {port for other, port in self._kept.items() if other != name}
        for port in wishes:
            if port not in taken and is_free(port):
                return port
        return _any_free(taken)


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen here now; a connection in TIME_WAIT does not count, as for the servers."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def _any_free(taken: set[int]) -> int:
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port not in taken:
            return port
