"""A header whose name is no text: the client library raises at it, and the partition goes on all the same."""

from typing import Any
from uuid import uuid4

from aiokafka.record._crc32c import crc

from sekali import outbox
from sekali.testing import eventually
from tests.sekali.test_inbox import Stranger, causes, headers_of, survey_rows
from tests.sekali.test_relay import partition_of
from tests.sekali.town import Town, counting, rows

NAME, NO_TEXT = b"a-header", b"a-h\xff\xfeder"
CRC, CHECKED = slice(17, 21), slice(21, None)  # Kafka's record batch, version 2


class NoText:
    """Builds a batch, and puts other bytes into a header's name: the library's own takes text only."""

    def __init__(self, builder: Any) -> None:
        self._builder = builder

    def __getattr__(self, name: str) -> Any:
        return getattr(self._builder, name)

    def build(self) -> bytearray:
        made = bytearray(bytes(self._builder.build()).replace(NAME, NO_TEXT))
        made[CRC] = crc(bytes(made[CHECKED])).to_bytes(4, "big")
        return made


async def test_it_goes_to_the_dead_letters_and_what_is_around_it_arrives_once(town: Town) -> None:
    parcel_id = uuid4()
    headers, prefix = await headers_of(town, town.surveys)
    place = partition_of(town, parcel_id)
    async with town.open_land() as land, Stranger(town) as stranger:
        async with land.transaction() as session:
            await town.register(session, "garden", "MELATI CONTOH", parcel_id)
            await outbox.put(session, town.survey(parcel_id, 1), town.survey(parcel_id, 2))
        await eventually(lambda: _empty(land), "two surveys are in the log")
        batch = stranger.producer.create_batch()
        strange = [*headers, (NAME.decode(), b"1")]
        batch.append(key=str(uuid4()).encode(), value=prefix + b"x", timestamp=None, headers=strange)
        batch._builder = NoText(batch._builder)
        await (await stranger.producer.send_batch(batch, town.surveys, partition=place))
        async with town.open_bank() as bank:
            await eventually(counting(bank, "dead_letter", 1), "it is a dead letter")
            async with land.transaction() as session:
                await outbox.put(session, town.survey(parcel_id, 3))
            await eventually(counting(bank, "survey", 3), "what comes behind it arrives")
            assert await survey_rows(bank) == [1, 2, 3]
            (letter,) = await rows(bank, "dead_letter")
            assert (letter.partition, letter.record_offset, letter.payload) == (place, 2, prefix + b"x")
            assert await causes(bank) == ["NO_ID"]


async def _empty(land: Any) -> bool:
    return await rows(land, "outbox") == []
