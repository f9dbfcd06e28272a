"""A thousand dead letters of any content are run again: each is settled or refused in words, and none holds up another.

On a real database and registry, through the bank's own worker. `make fuzz` runs the thousand.
"""

import random
import struct
import time
from collections import Counter
from uuid import UUID, uuid4

from sqlalchemy import text

from sekali import deadletter, letters
from sekali.bus import Bus
from sekali.codec import Encoder, Poison
from sekali.contracts import Catalogue
from sekali.letters import Pick
from sekali.redriving import RUNNABLE
from sekali.sealing import Keyring, version_bytes
from sekali.testing import eventually
from tests.fuzz.chance import PLANTED, Lot, spoilt
from tests.fuzz.wire import Sent
from tests.sekali.letterbox import REASON, a_parcel
from tests.sekali.test_inbox import headers_of, survey_rows
from tests.sekali.town import Town, rows

SHARE = 60
ROUND = 100
FIRST = 1_000_000
"""Offsets of made-up letters, so that they meet none of the log's."""


class Writer:
    """Records of the town's two topics as land would say them, in bytes."""

    def __init__(self, town: Town, parcel_id: UUID) -> None:
        self._town, self._parcel = town, parcel_id
        self._ring = Keyring(town.keys / f"{town.land}.json")
        self._encoders = {topic: Encoder(Catalogue.load(town.root).latest(topic)) for topic in self.topics}

    @property
    def topics(self) -> list[str]:
        return [self._town.parcels, self._town.surveys]

    async def begin(self) -> None:
        self._heads = {topic: await headers_of(self._town, topic) for topic in self.topics}

    def survey(self, number: int) -> Sent:
        """Of the parcel that the bank knows; never below zero, so it can be entered."""
        value = {"parcel_id": str(self._parcel), "square_metres": number}
        return self._sent(self._town.surveys, uuid4(), 0, value, number)

    def parcel(self, number: int) -> Sent:
        key = uuid4()
        value = {"parcel_id": str(key), "version": 3, "use": "garden", "owner": {"name": "SARI CONTOH"}}
        return self._sent(self._town.parcels, key, 3, value, number)

    def _sent(self, topic: str, key: UUID, version: int, value: dict[str, object], number: int) -> Sent:
        head, prefix = self._heads[topic]
        event = uuid4()
        headers = [("ce_id", str(event).encode()), *head[1:]]
        if version:
            headers.append(("ce_entityversion", str(version).encode()))
        subject = version_bytes(version) if version else event.bytes
        name = str(key).encode()
        body = prefix + self._encoders[topic].encode(value, name, subject, self._ring)
        return Sent(topic, name, body, headers, 0, FIRST + number)


def spoil(sent: Sent, chance: random.Random) -> None:
    """As a database keeps it: text and bytes of any kind, no other shapes."""
    way = chance.choice(("value", "value", "header", "key", "schema", "none", "long"))
    if way == "value":
        sent.value = spoilt(sent.value, chance, PLANTED.encode())
    elif way == "header":
        at = chance.randrange(len(sent.headers))
        values = (b"", b"\xff\xfe", PLANTED.encode(), b"9" * 18, b"0", b"-1", b"\0", b"0" * 16)
        sent.headers[at] = (chance.choice((sent.headers[at][0], PLANTED, "")), chance.choice(values))
    elif way == "key":
        sent.key = chance.choice((None, b"", b"\0", PLANTED.encode(), sent.key.upper(), spoilt(sent.key, chance)))
    elif way == "schema":
        numbers = (0, 1, 7_000_000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF)
        sent.value = struct.pack(">bI", 0, chance.choice(numbers)) + sent.value[5:]
    elif way == "none":
        sent.value = None
    else:
        sent.value += PLANTED.encode() * 20_000


async def nothing_runs(bank: Bus) -> bool:
    """What was asked for is settled, counted as failed, or waits: for a key that nobody has, or behind another."""
    redriver = bank._redriving
    async with bank.transaction() as session:
        left = await session.execute(text(f"select id from dead_letter letter where {RUNNABLE}"), redriver._where())
    return set(left.scalars()) <= set(redriver._aside)


async def test_no_letter_crashes_or_holds_up_the_others(town: Town) -> None:
    lot, outcomes, began = Lot("REDRIVE", SHARE), Counter[str](), time.monotonic()
    async with town.open_land() as land, town.open_bank() as bank:
        writer = Writer(town, await a_parcel(town, land, bank))
        await writer.begin()
        good: list[int] = []
        numbers = lot.numbers()
        for first in range(numbers.start, numbers.stop, ROUND):
            async with bank.transaction() as session:
                for number in range(first, min(first + ROUND, numbers.stop)):
                    chance = lot.chance(number)
                    sent = writer.survey(number) if chance.random() < 0.6 else writer.parcel(number)
                    if chance.random() < 0.2:
                        good += [number] if sent.topic == town.surveys else []
                    else:
                        spoil(sent, chance)
                    contract = bank.applying[sent.topic].contract
                    await deadletter.bury(session, sent, contract, Poison("NOT_APPLICABLE", "Made up."))
                await letters.ask(session, Pick(topic=town.surveys), "joko", REASON)
                await letters.ask(session, Pick(topic=town.parcels), "joko", REASON)
            await eventually(lambda: nothing_runs(bank), f"all are run; repeat it: {lot.again()}", 60)
        for row in await rows(bank, "dead_letter"):
            outcomes[row.state if row.state != "WAITING" else row.cause] += 1
            assert PLANTED not in row.detail, lot.again()
        entered = await survey_rows(bank)
    lot.told(outcomes, began)
    assert {number: entered.count(number) for number in good} == dict.fromkeys(good, 1), "each good one once"
    assert max(Counter(entered).values(), default=0) <= 1
