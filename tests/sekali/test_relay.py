"""Saying: nothing is lost, order holds for each key, and what a zombie writes does not survive."""

import asyncio
import zlib
from collections import defaultdict
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from confluent_kafka.admin import AdminClient
from sqlalchemy import text

from sekali import outbox, relay, topics
from sekali.bus import Bus
from sekali.contracts import Catalogue
from sekali.kafka import connection
from sekali.registry import Registry, RegistryDown
from sekali.sending import acknowledged
from sekali.testing import eventually
from tests.sekali.test_inbox import Stranger, headers_of
from tests.sekali.town import Town, counting, rows

Said = tuple[UUID, int]
OTHERS_ENDED = text("""
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid != pg_backend_pid()
""")


async def log_of(town: Town) -> list[Said]:
    """(key, version) of every record of the parcels' topic, in the order of each partition."""
    consumer = AIOKafkaConsumer(**connection(town.settings(town.land)), group_id=None)
    await consumer.start()
    try:
        places = [TopicPartition(town.parcels, partition) for partition in (0, 1)]
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        ends = await consumer.end_offsets(places)
        found: list[Said] = []
        for place in places:
            while await consumer.position(place) < ends[place]:
                records = (await consumer.getmany(place, timeout_ms=500)).get(place, [])
                found += [(UUID(one.key.decode()), int(dict(one.headers)["ce_entityversion"])) for one in records]
        return found
    finally:
        await consumer.stop()


async def empty(bus: Bus) -> bool:
    return await rows(bus, "outbox") == []


async def test_two_relays_at_once_carry_each_parcel_once_and_in_order(town: Town) -> None:
    keys = [uuid4() for _ in range(50)]
    async with town.open_land() as first, town.open_land() as second:
        for version in range(1, 11):
            bus = first if version % 2 else second
            async with bus.transaction() as session:
                await outbox.put(session, *(town.parcel(key, version, "garden", "SARI CONTOH") for key in keys))
        await eventually(lambda: empty(first), "everything is carried", 40)
    of_key: dict[UUID, list[int]] = defaultdict(list)
    for key, version in await log_of(town):
        of_key[key].append(version)
    assert of_key == {key: list(range(1, 11)) for key in keys}


async def test_a_zombies_late_write_is_followed_by_the_present_state(town: Town) -> None:
    async with town.open_land() as land, town.open_bank() as bank, Stranger(town) as zombie:
        async with land.transaction() as session:
            parcel_id = await town.register(session, "garden", "MELATI CONTOH")
            row = (await session.execute(text("select payload from outbox"))).one()
        async with land.transaction() as session:
            await town.register(session, "house", "MELATI CONTOH", parcel_id)
        await eventually(lambda: empty(land), "both versions are carried")
        headers, prefix = await headers_of(town, town.parcels)
        late = [*headers, ("ce_entityversion", b"1")]
        place = partition_of(town, parcel_id)
        await zombie.write(town.parcels, str(parcel_id).encode(), prefix + row.payload, late, place)

        async def mended() -> bool:
            return (await log_of(town))[-1] == (parcel_id, 2) and len(await log_of(town)) == 4

        await eventually(mended, "the last record of the parcel has its present version again", 40)
        (copy,) = await eventually(counting(bank, "parcel", 1), "the bank holds it")
        assert (copy.version, copy.use) == (2, "house")


async def test_where_the_broker_does_not_say_where_it_wrote_a_strangers_record_is_followed_all_the_same(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with town.open_land() as land, Stranger(town) as stranger:
        async with land.transaction() as session:
            first = await town.register(session, "garden", "MELATI CONTOH")
        await eventually(lambda: empty(land), "the first parcel is carried")
        place = partition_of(town, first)
        second = next(key for key in iter(uuid4, None) if partition_of(town, key) == place)

        async def unsaid(taken: Any) -> Any:
            """Another relay's record, of a parcel that this batch does not tell of, lies behind the batch."""
            monkeypatch.setattr(relay, "acknowledged", acknowledged)
            batches, failure = await acknowledged(taken)
            await stranger.write(town.parcels, str(first).encode(), b"\x07", [("ce_entityversion", b"7")], place)
            return [replace(batch, offset=-1) for batch in batches], failure

        monkeypatch.setattr(relay, "acknowledged", unsaid)
        async with land.transaction() as session:
            await town.register(session, "house", "SARI CONTOH", second)

        async def mended() -> bool:
            return (first, 1) in (await log_of(town))[3:]

        assert await eventually(lambda: empty(land), "all is carried")
        await eventually(mended, "the first parcel's last record has its present version again", 30)


async def test_a_strangers_record_with_a_key_of_nobody_does_not_stop_the_relay(town: Town) -> None:
    async with town.open_land() as land, town.open_bank() as bank, Stranger(town) as stranger:
        headers, prefix = await headers_of(town, town.parcels)
        for key in (b"no uuid at all", b"\xff\xfe"):
            await stranger.write(town.parcels, key, prefix + b"x", headers)
        async with land.transaction() as session:
            await town.register(session, "garden", "MELATI CONTOH")
        await eventually(counting(bank, "parcel", 1), "the parcel arrives")
        await eventually(counting(bank, "dead_letter", 2), "what the stranger wrote is put aside")

        async def goes_on() -> bool:
            return (await land.ready())["relay"] == "ok" and await empty(land)

        await eventually(goes_on, "the relay goes on", 30)


async def test_a_relay_that_begins_again_while_the_registry_is_away_says_on(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise RegistryDown("The schema registry does not answer.")

    async with town.open_land() as land, town.open_bank() as bank:
        async with land.transaction() as session:
            await town.register(session, "garden", "MELATI CONTOH")
        await eventually(counting(bank, "parcel", 1), "the first parcel arrives")
        monkeypatch.setattr(Registry, "_ask", away)
        async with land.transaction() as session:
            await session.execute(OTHERS_ENDED)
        async with land.transaction() as session:
            await town.register(session, "house", "MELATI CONTOH")
        await eventually(counting(bank, "parcel", 2), "the second parcel arrives", 30)


def partition_of(town: Town, parcel_id: UUID) -> int:
    return zlib.crc32(str(parcel_id).encode()) % 2


async def test_a_relay_that_died_between_acknowledgement_and_deletion_sends_again_without_harm(town: Town) -> None:
    async with town.open_bank() as bank:
        async with town.open_land() as land:
            async with land.transaction() as session:
                parcel_id = await town.register(session, "garden", "MELATI CONTOH")
                await outbox.put(session, town.survey(parcel_id, 250))
                kept = (await session.execute(text("select * from outbox order by position"))).all()
            await eventually(counting(bank, "survey", 1), "the survey is entered")
            await eventually(lambda: empty(land), "all is carried")
            # What the database looks like when the transaction after the acknowledgement never committed.
            async with land.transaction() as session:
                await session.execute(text("update relay_offset set next_offset = 0"))
                for row in kept:
                    await session.execute(
                        text("""insert into outbox (id, aggregatetype, aggregateid, type, payload, revision, version)
                                values (:id, :aggregatetype, :aggregateid, :type, :payload, :revision, :version)"""),
                        row._asdict(),
                    )
        async with town.open_land() as land:
            async with land.transaction() as session:
                other = await town.register(session, "field", "SARI CONTOH")
                await outbox.put(session, town.survey(other, 300))
            surveys = await eventually(counting(bank, "survey", 2), "what comes after arrives")
            assert [row.square_metres for row in surveys] == [250, 300]
            await eventually(lambda: empty(land), "all is carried")
        assert len(await rows(bank, "parcel")) == 2
        assert await rows(bank, "dead_letter") == []


async def test_a_topic_that_is_missing_is_waited_for_and_nothing_is_lost(town: Town) -> None:
    admin = town.platform.admin.confluent()
    client = AdminClient({**admin})
    async with town.open_land() as land:
        await eventually(lambda: empty(land), "it runs")
        for answer in client.delete_topics([town.surveys]).values():
            await asyncio.to_thread(answer.result)
        async with land.transaction() as session:
            await outbox.put(session, town.survey(uuid4(), 250))
            await town.register(session, "garden", "MELATI CONTOH")
        topics.apply(admin, Catalogue.load(town.root))
        await eventually(lambda: empty(land), "with the topic back, all is carried", 60)


async def test_under_an_id_that_the_registry_gives_back_as_another_schema_nothing_is_sent(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def another(_: int) -> dict[str, Any]:
        return {"type": "record", "name": "Another", "fields": []}

    async with town.open_land() as land:
        with monkeypatch.context() as wrong:
            wrong.setattr(land.registry, "schema_by_id", another)
            async with land.transaction() as session:
                await town.register(session, "garden", "MELATI CONTOH")

            async def is_said() -> bool:
                return "as another one than was published" in (await land.ready())["relay"]

            await eventually(is_said, "the relay says why it waits")
            assert await log_of(town) == []
        await eventually(lambda: empty(land), "with the right answer it goes on", 30)
        assert len(await log_of(town)) == 1
