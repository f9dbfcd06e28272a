import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from sekali.local import ports
from sekali.local.ports import Ports, is_free


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program holds."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_the_usual_port_is_taken_where_it_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: int) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free: int = probe.getsockname()[1]
    monkeypatch.setitem(ports.USUAL, "kafka", free)
    monkeypatch.setitem(ports.USUAL, "postgres", taken)
    chosen = Ports(tmp_path, usual=True)
    assert chosen.choose("kafka", running=False) == free
    other = chosen.choose("postgres", running=False)
    assert other != taken
    assert is_free(other)


def test_a_port_stays_over_a_restart_unless_someone_took_it(tmp_path: Path, taken: int) -> None:
    first = Ports(tmp_path, usual=False)
    kept, lost = first.choose("kafka", running=False), first.choose("registry", running=False)
    first.save()
    with socket.socket() as other:
        other.bind(("127.0.0.1", lost))
        other.listen()
        later = Ports(tmp_path, usual=False)
        assert later.choose("kafka", running=False) == kept
        assert later.choose("registry", running=False) != lost
        assert Ports(tmp_path, usual=False).choose("registry", running=True) == lost
    assert not is_free(taken)


def test_no_two_parts_get_the_same_port(tmp_path: Path) -> None:
    chosen = Ports(tmp_path, usual=True)
    assert len({chosen.choose(f"service-{number}", running=False) for number in range(20)}) == 20
