"""A service that is told to stop stops, also where a task forgets that it was cancelled."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest

from sekali import bus
from sekali.bus import Bus, Worker
from sekali.testing import eventually
from tests.sekali.town import Town


async def test_a_task_that_forgets_its_cancellation_is_told_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus, "AGAIN_SECONDS", 0.1)
    told = 0

    async def forgetful(_: Bus) -> None:
        nonlocal told
        told += 1
        if told > 1:
            await asyncio.Event().wait()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    async def works() -> bool:
        return told == 1

    async with town.open_land([Worker("forgetful", timedelta(0), forgetful)]):
        await eventually(works, "it works")
    assert told == 2
