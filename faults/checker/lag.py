"""How far the subscribers are behind, asked of the databases and the broker, whatever fails meanwhile."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from typing import Any

import asyncpg
from confluent_kafka import KafkaException

from faults.checker.log import Log
from faults.checker.scene import Scene
from faults.checker.tables import Connection

LOOK_SECONDS = 0.1
ASK_SECONDS = 30.0
WAITING = "select coalesce(max(position), 0) from outbox"
SENT = "select not exists (select from outbox where position <= $1)"
GONE_THROUGH = "select coalesce(sum(next_offset), 0)::bigint from inbox_offset"
BEGUN = "select last_value from payment_number_seq"
OFFSETS = "select topic, partition, next_offset from inbox_offset"
# What could go on at once. What awaits a parcel that no copy can hold stays parked, and its key's letters behind it.
STILL = """
    select (select count(*) from inbox_rebuild where ended_at is null)
         + (select count(*) from parked where ready and not exists (
                select from parked before where before.topic = parked.topic and before.key = parked.key
                                            and before.id < parked.id))
         + (select count(*) from dead_letter letter where state = 'WAITING' and asked_at is not null
                and not exists (select from parked where parked.topic = letter.topic and parked.key = letter.key)
                and not exists (select from dead_letter before
                                where before.topic = letter.topic and before.key = letter.key
                                  and before.state = 'WAITING'
                                  and (before.partition, before.record_offset)
                                      < (letter.partition, letter.record_offset)))
"""
AWAY = (
    OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, KafkaException, TimeoutError,
)  # fmt: skip
Ends = Mapping[tuple[str, int], int]


class NotInTime(Exception):
    """Parity was not reached; the text says who was behind."""


class Lag:
    """Looks again and again; connections are kept, and made anew where they broke."""

    def __init__(self, scene: Scene, log: Log) -> None:
        self._scene = scene
        self._log = log
        self._connections: dict[str, Connection] = {}

    async def close(self) -> None:
        for connection in self._connections.values():
            connection.terminate()
        self._connections.clear()

    async def parity(self, limit: float) -> float:
        """Seconds until all that was said by now has arrived everywhere, while more is said. Raises `NotInTime`."""
        begun = time.monotonic()
        until = begun + limit
        marks = {owner: await self._until(owner, WAITING, until) for owner in self._scene.states}
        for owner, mark in marks.items():
            await self._come(owner, SENT, until, f"{owner} has not said all", mark)
        ends = await self._ends(until)
        for subscriber in self._scene.subscribers:
            await self._arrived(subscriber, ends, until)
        return time.monotonic() - begun

    async def quiet(self, limit: float) -> float:
        """The same after the load has ended: nothing waits anywhere, nothing is parked either."""
        until, begun = time.monotonic() + limit, time.monotonic()
        await self.parity(limit)
        for agency in self._scene.subscribers:
            words = f"{agency} has parked events, letters or a rebuild that could run"
            await self._come(agency, f"select ({STILL}) = 0", until, words)
        return time.monotonic() - begun + await self.parity(limit)

    async def arrived(self) -> int:
        """Records that all subscribers have gone through."""
        until = time.monotonic() + ASK_SECONDS
        return sum([int(await self._until(one, GONE_THROUGH, until)) for one in self._scene.subscribers])

    async def begun(self) -> int:
        """Transactions that all owners have begun, undone ones too: each takes a payment's number."""
        until = time.monotonic() + ASK_SECONDS
        return sum([int(await self._until(one, BEGUN, until)) for one in self._scene.states])

    async def _arrived(self, subscriber: str, ends: Ends, until: float) -> None:
        wanted = {place: end for place, end in ends.items() if place[0] in self._scene.heard(subscriber)}
        while True:
            rows = await self._rows(subscriber, OFFSETS, until)
            stored = {(row["topic"], row["partition"]): row["next_offset"] for row in rows}
            behind = sorted(place for place, end in wanted.items() if stored.get(place, 0) < end)
            if not behind:
                return
            if time.monotonic() > until:
                raise NotInTime(f"{subscriber} is behind at {_places(behind)}")
            await asyncio.sleep(LOOK_SECONDS)

    async def _come(self, agency: str, query: str, until: float, words: str, *parameters: object) -> None:
        while not await self._until(agency, query, until, *parameters):
            if time.monotonic() > until:
                raise NotInTime(words)
            await asyncio.sleep(LOOK_SECONDS)

    async def _ends(self, until: float) -> Ends:
        while True:
            try:
                return await asyncio.to_thread(self._log.ends)
            except AWAY:
                if time.monotonic() > until:
                    raise NotInTime("Kafka does not answer") from None
                await asyncio.sleep(LOOK_SECONDS)

    async def _until(self, agency: str, query: str, until: float, *parameters: object) -> Any:
        return (await self._rows(agency, query, until, *parameters))[0][0]

    async def _rows(self, agency: str, query: str, until: float, *parameters: object) -> list[asyncpg.Record]:
        while True:
            try:
                connection = self._connections.get(agency)
                if connection is None or connection.is_closed():
                    connection = await asyncpg.connect(self._scene.databases[agency], timeout=5.0)
                    self._connections[agency] = connection
                return await connection.fetch(query, *parameters, timeout=5.0)
            except AWAY:
                broken = self._connections.pop(agency, None)
                if broken is not None:
                    broken.terminate()
                if time.monotonic() > until:
                    raise NotInTime(f"the database of {agency} does not answer") from None
                await asyncio.sleep(LOOK_SECONDS)


def _places(places: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{topic}[{partition}]" for topic, partition in places)
