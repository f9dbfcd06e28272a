"""Kafka takes nothing for a while: the client says no word of it, so the relay's flight does."""

import asyncio
import gc

import pytest

from sekali import flight
from sekali.flight import Flight
from sekali.sending import Sending
from sekali.testing import eventually

SILENCE = "Kafka has acknowledged nothing"


def soon(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr(flight, "SILENT_SECONDS", seconds)


def sending(rows: int) -> Sending:
    return Sending("land.parcel.v1", 0, list(range(rows)))


async def test_it_is_said_once_how_many_rows_wait(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon(monkeypatch, 0.05)
    flying = Flight()
    await flying.put([sending(3)])
    await flying.put([sending(4)])

    async def said() -> bool:
        return SILENCE in caplog.text

    await eventually(said, "somebody says it")
    assert "7 rows wait" in caplog.text
    await asyncio.sleep(0.15)
    assert caplog.text.count(SILENCE) == 1


async def test_nothing_is_said_while_some_of_it_lands_or_nothing_flies(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon(monkeypatch, 0.5)
    flying = Flight()
    taken = [sending(1) for _ in range(6)]
    await flying.put(taken)
    for one in taken:
        await asyncio.sleep(0.1)
        flying.landed([one])
    await asyncio.sleep(0.6)
    assert SILENCE not in caplog.text


async def test_a_relay_that_has_failed_says_nothing_more(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon(monkeypatch, 0.05)
    flying = Flight()
    await flying.put([sending(1)])
    del flying
    gc.collect()
    await asyncio.sleep(0.15)
    assert SILENCE not in caplog.text
