"""Saying a fact: rows in the caller's own transaction, encoded and sealed there, with no network."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar, Protocol, cast
from uuid import UUID

import uuid_utils.compat as uuids
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import spans
from sekali.codec import Encoder
from sekali.contracts import Catalogue
from sekali.database import after_commit, now
from sekali.errors import SekaliError
from sekali.sealing import Keyring, version_bytes

WRITER = "sekali.outbox"
LARGEST = 900_000  # bytes; the broker takes 1 MiB with key and headers

INSERT = text("""
    insert into outbox (id, aggregatetype, aggregateid, type, payload, revision, fingerprint, version,
                        tracingspancontext)
    select id, topic, key, topic, payload, revision, fingerprint, version, traceparent
    from unnest(cast(:ids as uuid[]), cast(:topics as text[]), cast(:keys as text[]), cast(:payloads as bytea[]),
                cast(:revisions as smallint[]), cast(:fingerprints as text[]), cast(:versions as bigint[]),
                cast(:traceparents as text[]))
         with ordinality as said (id, topic, key, payload, revision, fingerprint, version, traceparent, place)
    order by place
""")


class Event(Protocol):
    """What `sekali types` generates for each topic that an agency says."""

    TOPIC: ClassVar[str]
    REVISION: ClassVar[int]
    KIND: ClassVar[str]
    KEY: ClassVar[str]

    def record(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Tombstone:
    """The end of a state topic's key: the key's last version, nothing else."""

    event: type[Event]
    key: UUID
    version: int


def unnamed(topic: str, revision: int) -> type[Event]:
    """For tombstones of a topic whose class the library does not know."""
    return cast(type[Event], type("Unnamed", (), {"TOPIC": topic, "REVISION": revision}))


class NotOurs(SekaliError):
    """An agency says only its own topics."""


class TooLarge(SekaliError):
    """The broker would refuse the record, and every one behind it would wait."""


Row = tuple[UUID, str, str, bytes | None, int, str, int | None, str | None]


class Writer:
    """Encodes events into outbox rows; one for each agency, found by `put` in the session's info."""

    def __init__(self, agency: str, catalogue: Catalogue, keyring: Keyring, wake: Callable[[], None]) -> None:
        self.agency = agency
        self.catalogue = catalogue
        self._keyring = keyring
        self._encoders: dict[tuple[str, int], Encoder] = {}
        self._last_days = {card.topic: card.sunset.on for card in catalogue.says(agency) if card.sunset}
        self.wake = wake

    def silent(self, today: date) -> frozenset[str]:
        """The topics whose sunset is over on this day."""
        return frozenset(topic for topic, last in self._last_days.items() if today > last)

    def row(self, said: Event | Tombstone) -> Row:
        topic = said.event.TOPIC if isinstance(said, Tombstone) else said.TOPIC
        if self.catalogue.cards[topic].owner != self.agency:
            raise NotOurs(f"{self.agency} cannot say {topic}: its owner is {self.catalogue.cards[topic].owner}.")
        event_id = uuids.uuid7()
        with spans.created(topic, event_id) as traceparent:
            if isinstance(said, Tombstone):
                number, mark = said.event.REVISION, self._encoder(topic, said.event.REVISION).revision.fingerprint
                return event_id, topic, str(said.key), None, number, mark, said.version, traceparent
            return self._encoded(said, topic, event_id, traceparent)

    def _encoded(self, said: Event, topic: str, event_id: UUID, traceparent: str | None) -> Row:
        record = said.record()
        version = cast(int, record["version"]) if said.KIND == "state" else None
        key = str(record[said.KEY])
        subject = event_id.bytes if version is None else version_bytes(version)
        encoder = self._encoder(topic, said.REVISION)
        body = encoder.encode(record, key.encode(), subject, self._keyring)
        if len(body) > LARGEST:
            raise TooLarge(f"A record of {topic} has {len(body)} bytes; {LARGEST} is the most. Shorten what it holds.")
        return event_id, topic, key, body, said.REVISION, encoder.revision.fingerprint, version, traceparent

    def _encoder(self, topic: str, revision: int) -> Encoder:
        encoder = self._encoders.get((topic, revision))
        if encoder is None:
            encoder = self._encoders[topic, revision] = Encoder(self.catalogue.revision(topic, revision))
        return encoder


async def put(session: AsyncSession, *said: Event | Tombstone) -> None:
    """Say events in the caller's transaction, in this order.

    Call it after the locked update of the aggregate, so that the rows of one key stand in version order.
    A topic whose card's sunset is over is said no more; tombstones are, so that it can be emptied.
    Raises ValueError where a value does not fit the schema (the text names the place, not the value), `NotOurs`,
    `TooLarge`, `NoRightToKey`.
    """
    if not said:
        return
    writer = cast(Writer, session.info[WRITER])
    silent = writer.silent(now(session).date())
    rows = [writer.row(one) for one in said if isinstance(one, Tombstone) or one.TOPIC not in silent]
    if not rows:
        return
    await _insert(session, rows)
    after_commit(session, writer.wake)


def is_silent(session: AsyncSession, topic: str) -> bool:
    """Whether the topic's last day is over, by the session's clock."""
    return topic in cast(Writer, session.info[WRITER]).silent(now(session).date())


def kept_after_end(session: AsyncSession, topic: str) -> timedelta:
    """How long an ended case stays on the topic before its tombstone; the topic's card says it."""
    kept = cast(Writer, session.info[WRITER]).catalogue.cards[topic].ended_retention_ms
    if kept is None:
        raise SekaliError(f"The card of {topic} has no ended_retention: write how long an ended case is kept there.")
    return timedelta(milliseconds=kept)


async def bury(session: AsyncSession, said: type[Event], key: UUID, version: int) -> None:
    """Say that a key of a state topic has ended; `version` exceeds all before it."""
    await put(session, Tombstone(said, key, version))


async def _insert(session: AsyncSession, rows: Iterable[Row]) -> None:
    columns: Sequence[Sequence[Any]] = list(zip(*rows, strict=True))
    names = ("ids", "topics", "keys", "payloads", "revisions", "fingerprints", "versions", "traceparents")
    parameters: Mapping[str, list[Any]] = {name: list(column) for name, column in zip(names, columns, strict=True)}
    await session.execute(INSERT, parameters)
