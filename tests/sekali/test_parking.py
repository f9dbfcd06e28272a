"""Parked effects: what cannot be run now holds up nobody else."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import outbox, waiting
from sekali.applying import Applying
from sekali.bus import Bus
from sekali.codec import SchemaMismatch
from sekali.parking import Parked
from sekali.sealing import KeyNotKnownYet
from sekali.testing import eventually
from tests.sekali.letterbox import a_parcel, not_running, say, surveys
from tests.sekali.test_inbox import survey_rows
from tests.sekali.town import Town, counting, rows

BEFORE_THEM = text("""
    with moved as (update parked set ready = true returning *)
    insert into parked (id, topic, key, awaited_topic, awaited_key, ready, partition, record_offset, record_timestamp,
                        header_names, header_values, payload, parked_at, deadline)
    overriding system value
    select -1, 'other', key, awaited_topic, awaited_key, true, 0, 0, 0, '{}', '{}', payload, parked_at, deadline
    from moved limit 1
""")


class Other:
    """A topic whose effects end as told."""

    def __init__(self, end: Exception) -> None:
        self._end = end

    async def lock_stored(self, *_: object) -> None: ...

    async def run_stored(self, *_: object, **__: object) -> None:
        raise self._end


async def tried(parked: Parked, bank: Bus) -> bool:
    try:
        async with bank.transaction() as session:
            return await parked.run_next(session)
    except ConnectionError:
        return True


async def test_an_effect_that_cannot_run_holds_up_no_other(town: Town) -> None:
    """Its registry is away, its key was taken away, its schema is another: it stays, and is tried again."""
    parcel_id = uuid4()
    async with town.open_land() as land, town.open_bank() as bank:
        async with land.transaction() as session:
            await outbox.put(session, *(town.survey(parcel_id, area) for area in (250, 251, 252)))
        await eventually(counting(bank, "parked", 3), "the surveys wait for their parcel")
    async with not_running(town) as bank:
        async with bank.transaction() as session:
            await session.execute(text("insert into parcel values (:id, 1)"), {"id": parcel_id})
            await session.execute(BEFORE_THEM)
        for number, end in enumerate((ConnectionError(), KeyNotKnownYet("no key"), SchemaMismatch("another")), 1):
            topics: dict[str, Any] = {"other": Other(end), **bank.applying}
            parked = Parked(cast(dict[str, Applying], topics))
            assert await tried(parked, bank)
            assert await tried(parked, bank)
            assert len(await survey_rows(bank)) == number
        assert await survey_rows(bank) == [250, 251, 252]
        assert not await tried(parked, bank)
        assert [row.topic for row in await rows(bank, "parked")] == ["other"]


async def test_an_event_behind_one_that_has_run_meanwhile_is_entered(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its batch had asked who is parked just before: there is nobody any more to park it behind."""

    async def a_moment_ago(_: AsyncSession, __: str, keys: Sequence[bytes]) -> set[bytes]:
        return set(keys)

    monkeypatch.setattr(waiting, "blocked", a_moment_ago)
    async with town.open_land() as land, town.open_bank() as bank:
        parcel_id = await a_parcel(town, land, bank)
        await say(town, land, parcel_id, 250, 251)
        await eventually(surveys(bank, 250, 251), "both are entered")
        assert await rows(bank, "parked") == []
