"""A database that came back from a backup: the owner says nothing until it has what its own topics have."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from sekali import outbox
from sekali.bus import Bus
from sekali.inbox import Inbox
from sekali.outbox import Tombstone
from sekali.testing import eventually
from tests.sekali.test_relay import empty, log_of
from tests.sekali.test_replay import execute
from tests.sekali.town import Town, counting, rows


async def backup(land: Bus) -> list[dict[str, Any]]:
    """The agency's own rows, and what its relay expects of the log."""
    return [dict(row._mapping) for table in ("parcel", "relay_offset") for row in await rows(land, table)]


async def restore(town: Town, kept: list[dict[str, Any]]) -> None:
    """While the agency is stopped."""
    land = Bus(town.settings(town.land), inbox=Inbox(), current={town.parcels: town._current})
    parcel = text("insert into parcel values (:parcel_id, :version, :use, :owner)")
    offset = text("update relay_offset set next_offset = :next_offset where topic = :topic and partition = :partition")
    try:
        async with land.transaction() as session:
            await session.execute(text("delete from parcel"))
            for row in kept:
                await session.execute(parcel if "parcel_id" in row else offset, row)
    finally:
        await land.stop()


async def said(town: Town, land: Bus, use: str, parcel_id: UUID | None = None) -> UUID:
    async with land.transaction() as session:
        key = await town.register(session, use, "MELATI CONTOH", parcel_id)
    await eventually(lambda: empty(land), "it is carried")
    return key


async def refuses(land: Bus) -> bool:
    return "is behind its own topic" in (await land.ready())["relay"]


async def carries(land: Bus) -> bool:
    return (await land.ready())["relay"] == "ok" and await empty(land)


async def test_an_owner_that_was_set_back_publishes_nothing_until_it_has_caught_up(town: Town) -> None:
    async with town.open_land() as land:
        old = await said(town, land, "garden")
        kept = await backup(land)
        await said(town, land, "house", old)
        new = await said(town, land, "shop")
    # The backup is older than both the change and the new parcel.
    async with town.open_bank() as bank:
        await eventually(counting(bank, "parcel", 2), "the bank has heard of both")
        before = await log_of(town)
        await restore(town, kept)
        async with town.open_land() as land:
            await eventually(lambda: refuses(land), "the relay says that it is behind")
            told = (await land.ready())["relay"]
            assert "docs/restored.md" in told and "of 2 records" in told and "MELATI" not in told
            async with land.transaction() as session:
                await town.register(session, "mill", "RANGGA CONTOH", old)  # version 2 once more, with other content
            await eventually(lambda: refuses(land), "it still is")
            assert await log_of(town) == before and len(await rows(land, "outbox")) == 1
            # Somebody takes back what was said: then it goes on by itself.
            await execute(land, "update parcel set version = 2 where parcel_id = :id", id=old)
            await execute(land, "insert into parcel values (:id, 1, 'shop', 'MELATI CONTOH')", id=new)
            await eventually(lambda: carries(land), "it goes on by itself", 40)


async def test_a_tombstone_that_the_backup_does_not_know_is_noticed_and_a_loss_can_be_accepted(town: Town) -> None:
    async with town.open_land() as land:
        ended = await said(town, land, "garden")
        kept = await backup(land)
        async with land.transaction() as session:
            await session.execute(text("delete from parcel"))
            await outbox.put(session, Tombstone(outbox.unnamed(town.parcels, 1), ended, 2))
        await eventually(lambda: empty(land), "its end is carried")
        lost = await said(town, land, "shop")
    await restore(town, kept)
    async with town.open_land() as land, town.open_bank() as bank:
        await eventually(lambda: refuses(land), "the relay says that it is behind")
        await execute(land, "update parcel set version = 3 where parcel_id = :id", id=ended)
        grave = "insert into own_grave (topic, key, version) values (:topic, :id, 2)"
        await execute(land, grave, topic=town.parcels, id=lost)
        await eventually(lambda: carries(land), "it goes on by itself", 40)

        async def corrected() -> bool:
            held = {row.parcel_id: (row.version, row.gone, row.use) for row in await rows(bank, "parcel")}
            return held == {ended: (3, False, "garden"), lost: (2, True, None)}

        await eventually(corrected, "everybody hears of the older state as a correction")
