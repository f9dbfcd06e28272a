"""Hearing: effects once, waiting for what has not arrived, dead letters that hold nobody up, zombies fenced off."""

import json
import struct
from typing import Any
from uuid import UUID, uuid4

from aiokafka import AIOKafkaProducer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import outbox
from sekali.bus import Bus
from sekali.contracts import Catalogue
from sekali.kafka import connection
from sekali.registry import Registry
from sekali.testing import eventually
from tests.sekali.town import Town, counting, rows

Headers = list[tuple[str, bytes]]


async def headers_of(town: Town, topic: str, event_id: UUID | None = None) -> tuple[Headers, bytes]:
    """A record's right headers and the 5 bytes before its body."""
    revision = Catalogue.load(town.root).latest(topic)
    registry = Registry(town.platform.endpoints.registry.url)
    schema_id = await registry.id_of(f"{topic}-value", revision.schema)
    await registry.close()
    headers = [("ce_id", str(event_id or uuid4()).encode()), ("schema-fingerprint", revision.fingerprint.encode())]
    return headers, struct.pack(">bI", 0, schema_id)


class Stranger:
    """Writes to land's topics what land's relay never would."""

    def __init__(self, town: Town, **told: Any) -> None:
        """`told`: more for the producer."""
        self.producer = AIOKafkaProducer(**connection(town.settings(town.land)), **told)

    async def __aenter__(self) -> "Stranger":
        await self.producer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.producer.stop()

    async def write(self, topic: str, key: bytes | None, value: bytes | None, headers: Any, partition: int = 0) -> None:
        await self.producer.send_and_wait(topic, value, key=key, headers=headers, partition=partition)


async def survey_rows(bank: Bus) -> list[int]:
    return [row.square_metres for row in await rows(bank, "survey")]


async def causes(bank: Bus) -> list[str]:
    return sorted(row.cause for row in await rows(bank, "dead_letter"))


async def test_a_survey_that_comes_before_its_parcel_waits_for_it(town: Town) -> None:
    parcel_id = uuid4()
    async with town.open_land() as land, town.open_bank() as bank:
        async with land.transaction() as session:
            await outbox.put(session, town.survey(parcel_id, 250), town.survey(parcel_id, 251))
        parked = await eventually(counting(bank, "parked", 2), "both surveys wait")
        assert [row.ready for row in parked] == [False, True]
        assert await survey_rows(bank) == []
        async with land.transaction() as session:
            await town.register(session, "garden", "MELATI CONTOH", parcel_id)
        surveys = await eventually(counting(bank, "survey", 2), "both are entered when the parcel has arrived")
        assert [(row.square_metres, row.owner) for row in surveys] == [(250, "MELATI CONTOH"), (251, "MELATI CONTOH")]
        assert await rows(bank, "parked") == []


async def test_a_survey_that_waited_too_long_goes_to_the_dead_letters(town: Town) -> None:
    from datetime import timedelta

    async with town.open_land() as land, town.open_bank() as bank:
        async with land.transaction() as session:
            await outbox.put(session, town.survey(uuid4(), 250))
        await eventually(counting(bank, "parked", 1), "the survey waits")
        town.now += timedelta(days=8)
        (letter,) = await eventually(counting(bank, "dead_letter", 1), "it is put aside after its time")
        assert letter.cause == "AWAITED_TOO_LONG"
        assert await rows(bank, "parked") == []


async def test_the_same_survey_delivered_twice_is_entered_once(town: Town) -> None:
    async with town.open_land() as land:
        async with town.open_bank() as bank:
            async with land.transaction() as session:
                parcel_id = await town.register(session, "garden", "MELATI CONTOH")
                await outbox.put(session, town.survey(parcel_id, 250))
            await eventually(counting(bank, "survey", 1), "the survey is entered")
            async with bank.transaction() as session:
                await session.execute(text("update inbox_offset set next_offset = 0"))
        async with town.open_bank() as bank:
            async with land.transaction() as session:
                await outbox.put(session, town.survey(parcel_id, 300))
            await eventually(counting(bank, "survey", 2), "a later survey is entered")
            assert await survey_rows(bank) == [250, 300]


async def test_what_cannot_be_read_goes_to_the_dead_letters_and_the_partition_goes_on(town: Town) -> None:
    headers, prefix = await headers_of(town, town.surveys)
    key = str(uuid4()).encode()
    async with town.open_land() as land, town.open_bank() as bank, Stranger(town) as stranger:
        for partition in (0, 1):
            await stranger.write(town.surveys, b"not a uuid", prefix + b"x", headers, partition)
            await stranger.write(town.surveys, key, b"\x07 not framed", headers, partition)
            await stranger.write(town.surveys, key, prefix + b"\xff\xff\xff", headers, partition)
            await stranger.write(town.surveys, key, struct.pack(">bI", 0, 2_000_000_000) + b"x", headers, partition)
            await stranger.write(town.surveys, key, prefix + b"x", [*headers, ("odd", b"\xff\xfe")], partition)
            await stranger.write(town.surveys, key, None, headers, partition)
            await stranger.write(town.surveys, key, prefix + b"x", [headers[0]], partition)
        async with land.transaction() as session:
            parcel_id = await town.register(session, "garden", "MELATI CONTOH")
            await outbox.put(session, town.survey(parcel_id, 250))
        await eventually(counting(bank, "survey", 1), "the good survey behind them is entered")
        await eventually(counting(bank, "dead_letter", 14), "all of them are put aside")
        assert await causes(bank) == sorted(
            2 * ["NO_ID", "NOT_FRAMED", "NOT_AVRO", "UNKNOWN_SCHEMA", "NOT_AVRO", "TOMBSTONE_OF_FACT", "NO_FINGERPRINT"]
        )


async def test_a_seal_moved_to_another_parcel_does_not_open(town: Town) -> None:
    moved = uuid4()
    async with town.open_land() as land, town.open_bank() as bank, Stranger(town) as stranger:
        async with land.transaction() as session:
            await town.register(session, "garden", "MELATI CONTOH")
            row = (await session.execute(text("select payload from outbox"))).one()
        headers, prefix = await headers_of(town, town.parcels)
        versioned = [*headers, ("ce_entityversion", b"1")]
        # The body's key is not looked at by the seal; the record's is.
        await stranger.write(town.parcels, str(moved).encode(), prefix + row.payload, versioned, 1)
        (letter,) = await eventually(counting(bank, "dead_letter", 1), "the moved seal is refused")
        assert letter.cause == "SEAL_BROKEN"
        assert "MELATI" not in letter.detail
        assert bytes(letter.payload) == prefix + row.payload
        await eventually(counting(bank, "parcel", 1), "the true parcel stands")


async def test_a_survey_that_cannot_be_applied_holds_up_only_its_own_parcel(town: Town) -> None:
    async with town.open_land() as land, town.open_bank() as bank:
        async with land.transaction() as session:
            bad = await town.register(session, "garden", "SARI CONTOH")
            good = await town.register(session, "field", "MELATI CONTOH")
        await eventually(counting(bank, "parcel", 2), "both parcels arrive")
        async with land.transaction() as session:
            await outbox.put(session, town.survey(bad, -1), town.survey(bad, 10), town.survey(good, 20))
        await eventually(counting(bank, "survey", 1), "the good survey is entered")
        letters = await eventually(counting(bank, "dead_letter", 2), "the bad one and what is behind it wait")
        assert [row.cause for row in letters] == ["NOT_APPLICABLE", "BEHIND"]
        assert letters[0].detail.startswith("ValueError at town.py:")
        assert await survey_rows(bank) == [20]


async def test_what_was_entered_and_is_read_again_behind_a_letter_makes_none(town: Town) -> None:
    async with town.open_land() as land:
        async with town.open_bank() as bank:
            async with land.transaction() as session:
                parcel_id = await town.register(session, "garden", "SARI CONTOH")
            await eventually(counting(bank, "parcel", 1), "the parcel arrives")
            async with land.transaction() as session:
                await outbox.put(session, town.survey(parcel_id, 10), town.survey(parcel_id, -1))
            await eventually(counting(bank, "dead_letter", 1), "the second survey is a dead letter")
            async with bank.transaction() as session:
                await session.execute(text("update inbox_offset set next_offset = 0"))
        async with land.transaction() as session:
            await outbox.put(session, town.survey(parcel_id, 30))
        async with town.open_bank() as bank:

            async def waiting() -> bool:
                return [row.record_offset for row in await rows(bank, "dead_letter", "record_offset")] == [1, 2]

            await eventually(waiting, "the third waits behind the second, and the first does not")
            assert await survey_rows(bank) == [10]


async def test_one_row_that_postgresql_refuses_does_not_lose_its_batch(town: Town) -> None:
    async with town.open_land() as land, town.open_bank() as bank:
        async with land.transaction() as session:
            for number in range(20):
                # PostgreSQL's text holds no NUL character; Avro's does.
                name = "NUL\0CONTOH" if number == 7 else "SARI CONTOH"
                await outbox.put(session, town.parcel(uuid4(), 1, "garden", name))
        await eventually(counting(bank, "parcel", 19), "nineteen parcels arrive")
        (letter,) = await rows(bank, "dead_letter")
        assert letter.cause == "NOT_APPLICABLE"


async def test_what_follows_from_a_row_is_done_in_the_same_transaction_and_once(town: Town) -> None:
    async def follow(session: AsyncSession, keys: list[UUID]) -> None:
        await session.execute(
            text("insert into followed select parcel_id, version from parcel where parcel_id = any(:keys)"),
            {"keys": keys},
        )

    async with town.open_land() as land:
        async with town.open_bank(then=follow) as bank:
            async with land.transaction() as session:
                parcel_id = await town.register(session, "garden", "MELATI CONTOH")
            await eventually(counting(bank, "followed", 1), "it follows")
            async with bank.transaction() as session:
                await session.execute(text("update inbox_offset set next_offset = 0"))
        async with town.open_bank(then=follow) as bank:
            async with land.transaction() as session:
                await town.register(session, "field", "MELATI CONTOH", parcel_id)
            followed = await eventually(counting(bank, "followed", 2), "it follows from the next version only")
            assert [row.version for row in followed] == [1, 2]


async def test_a_consumer_whose_offset_another_has_moved_applies_nothing(town: Town) -> None:
    async with town.open_land() as land, town.open_bank() as bank:
        async with land.transaction() as session:
            await town.register(session, "garden", "MELATI CONTOH")
        await eventually(counting(bank, "parcel", 1), "the first arrives")
        async with bank.transaction() as session:  # as if another consumer had applied one more record everywhere
            await session.execute(text("update inbox_offset set next_offset = next_offset + 1 where topic = :t"),
                                  {"t": town.parcels})  # fmt: skip
        async with land.transaction() as session:
            skipped = [await town.register(session, "field", "SARI CONTOH") for _ in range(8)]
            await town.register(session, "field", "RANGGA CONTOH")

        async def all_but_two() -> bool:
            # One record of each partition counts as applied by the other; the rest arrives.
            return len(await rows(bank, "parcel")) == 1 + len(skipped) + 1 - 2

        await eventually(all_but_two, "reading goes on at the database's offset")


async def test_a_contract_that_ends_stops_the_hearing_and_a_new_one_goes_on(town: Town) -> None:
    from datetime import UTC, datetime

    async with town.open_land() as land, town.open_bank() as bank:
        town.now = datetime(2099, 1, 1, tzinfo=UTC)
        async with land.transaction() as session:
            await town.register(session, "garden", "MELATI CONTOH")

        async def stopped() -> bool:
            return "ended on 2098-12-31" in (await bank.ready())[town.parcels]

        await eventually(stopped, "the subscription says why it stands still")
        assert await rows(bank, "parcel") == []
        town.now = datetime(2026, 11, 22, tzinfo=UTC)
        await eventually(counting(bank, "parcel", 1), "under a contract in force the parcel arrives")


async def test_a_key_that_arrives_later_is_waited_for(town: Town) -> None:
    ring = town.keys / f"{town.bank}.json"
    granted = ring.read_text()
    ring.write_text(json.dumps({"keysets": {}}))
    async with town.open_land() as land, town.open_bank() as bank:
        async with land.transaction() as session:
            await town.register(session, "garden", "MELATI CONTOH")

        async def says_why() -> bool:
            return "sekali rights apply" in (await bank.ready())[town.parcels]

        await eventually(says_why, "the bank says which right is missing")
        assert await rows(bank, "dead_letter") == []
        ring.write_text(granted)
        await eventually(counting(bank, "parcel", 1), "with the key it goes on")
