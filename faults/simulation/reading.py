"""The books of a story, for the checker's invariants: the log from memory, all else by the checker's own SQL."""

from collections.abc import Mapping
from typing import Any

from faults.checker import people, tables
from faults.checker.books import Books, People
from faults.checker.log import Log
from faults.checker.scene import Scene
from faults.simulation.broker import Broker
from faults.simulation.ground import OWNER, SUBSCRIBER, Ground
from faults.stand import country

PARCELS, PAYMENTS = country.parcels(OWNER), country.payments(OWNER)


class Message:
    """A record as confluent-kafka gives it."""

    def __init__(self, record: Any) -> None:
        self._record = record

    def topic(self) -> str:
        return str(self._record.topic)

    def partition(self) -> int:
        return int(self._record.partition)

    def offset(self) -> int:
        return int(self._record.offset)

    def key(self) -> bytes | None:
        key: bytes | None = self._record.key
        return key

    def value(self) -> bytes | None:
        value: bytes | None = self._record.value
        return value

    def headers(self) -> list[tuple[str, bytes]]:
        return list(self._record.headers)


def reader(ground: Ground, registry: str) -> Log:
    scene = Scene(
        databases={}, kafka={}, registry=registry, keys=ground.folders.keys, states={OWNER: PARCELS},
        facts={OWNER: PAYMENTS}, copying={SUBSCRIBER: [OWNER]}, entering={SUBSCRIBER: [OWNER]},
        with_owner=[SUBSCRIBER], people=country.people(), hearing_people=[SUBSCRIBER],
    )  # fmt: skip
    return Log(scene)


async def books(log: Log, broker: Broker, judges: Mapping[str, Any]) -> Books:
    read: dict[str, list[Any]] = {topic: [] for topic in broker.partitions}
    for place, records in broker.log.items():
        read[place.topic] += [log._entry(Message(record)) for record in records]  # type: ignore[arg-type]
    owner, subscriber = judges[OWNER], judges[SUBSCRIBER]
    found = Books(
        sources={OWNER: await tables.source(owner)},
        log=read,
        heard={SUBSCRIBER: await tables.heard(subscriber, [OWNER], enters=True, with_owner=True)},
        states={PARCELS: OWNER},
        facts={PAYMENTS: OWNER},
        ends={(place.topic, place.partition): len(records) for place, records in broker.log.items()},
        people=People(country.people(), await people.own(owner)),
    )
    assert found.people is not None
    found.people.heard = {
        OWNER: await people.heard(owner, found.people, copies=False),
        SUBSCRIBER: await people.heard(subscriber, found.people, copies=True),
    }
    for agency, sql in judges.items():
        found.kept += await tables.kept(sql, agency)
    return found
