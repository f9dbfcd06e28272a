"""Parked effects: what cannot be run now holds up nobody else."""

from typing import Any, cast
from uuid import uuid4

import pytest
from sqlalchemy import text

from sekali import outbox
from sekali.applying import Applying
from sekali.parking import Parked
from sekali.testing import eventually
from tests.sekali.letterbox import not_running
from tests.sekali.test_inbox import survey_rows
from tests.sekali.town import Town, counting, rows

BEFORE_IT = text("""
    with moved as (update parked set id = default, ready = true returning *)
    insert into parked (id, topic, key, awaited_topic, awaited_key, ready, partition, record_offset, record_timestamp,
                        header_names, header_values, payload, parked_at, deadline)
    overriding system value
    select 0, 'other', key, awaited_topic, awaited_key, true, 0, 0, 0, '{}', '{}', payload, parked_at, deadline
    from moved
""")


class Away:
    """A topic whose registry is away."""

    async def lock_stored(self, *_: object) -> None: ...

    async def run_stored(self, *_: object, **__: object) -> None:
        raise ConnectionError("nobody answers")


async def test_a_topic_whose_effects_cannot_run_holds_up_no_other(town: Town) -> None:
    parcel_id = uuid4()
    async with town.open_land() as land, town.open_bank() as bank:
        async with land.transaction() as session:
            await outbox.put(session, town.survey(parcel_id, 250))
        await eventually(counting(bank, "parked", 1), "the survey waits for its parcel")
    async with not_running(town) as bank:
        async with bank.transaction() as session:
            await session.execute(text("insert into parcel values (:id, 1)"), {"id": parcel_id})
            await session.execute(BEFORE_IT)
        topics: dict[str, Any] = {"other": Away(), **bank.applying}
        parked = Parked(cast(dict[str, Applying], topics))
        with pytest.raises(ConnectionError):
            async with bank.transaction() as session:
                await parked.run_next(session)
        async with bank.transaction() as session:
            assert await parked.run_next(session)
            assert not await parked.run_next(session)
        assert await survey_rows(bank) == [250]
        assert [row.topic for row in await rows(bank, "parked")] == ["other"]
