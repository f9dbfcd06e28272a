"""All that was read, as plain values: what the invariants compare."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

Place = tuple[str, int, int]
"""Topic, partition, offset."""


class Entry(NamedTuple):
    """A record of the log. `value`: as decoded and opened with the owner's keys; None for a tombstone.

    `broken`: why it is no event of ours, or empty.
    """

    topic: str
    partition: int
    offset: int
    key: str
    event_id: str
    version: int
    value: Mapping[str, object] | None
    broken: str = ""

    @property
    def place(self) -> Place:
        return self.topic, self.partition, self.offset


class State(NamedTuple):
    """A version of a parcel as its owner holds it. `poison`: no copy can hold it."""

    use: str
    owner: str
    poison: bool


class Payment(NamedTuple):
    key: str
    amount: int


class Said(NamedTuple):
    topic: str
    key: str
    version: int


class Row(NamedTuple):
    """Of a copy; `values` are the contract's columns."""

    version: int
    gone: bool
    values: Mapping[str, object]


class Applied(NamedTuple):
    """A change of a copy's row, in the order of the database. `before`: the version that stood there, or None."""

    owner: str
    key: str
    before: int | None
    version: int


class Letter(NamedTuple):
    topic: str
    partition: int
    offset: int
    event_id: str
    cause: str
    state: str

    @property
    def place(self) -> Place:
        return self.topic, self.partition, self.offset


class Entered(NamedTuple):
    """A line of a ledger."""

    owner: str
    number: int
    key: str
    amount: int


class Use(NamedTuple):
    """An entry of the record of uses: its number, the hash that it names as the one before, its own, and its text."""

    number: int
    previous: bytes
    hash: bytes
    text: bytes


class Answer(NamedTuple):
    """What a desk has shown; each answer has an officer of its own."""

    officer: str
    topic: str
    key: str


class Revoked(NamedTuple):
    """An agency whose key was taken away. `since`: where the log stood when it could open nothing any more.

    `opened`: key and version of what stood opened in its copy later, before it got its key back.
    """

    agency: str
    topic: str
    since: Mapping[tuple[str, int], int]
    opened: frozenset[tuple[str, int]]


@dataclass
class Source:
    """What an owner has committed. `pending`: event ids that wait in its outbox."""

    history: dict[tuple[str, int], State] = field(default_factory=dict)
    payments: dict[int, Payment] = field(default_factory=dict)
    said: dict[str, Said] = field(default_factory=dict)
    pending: set[str] = field(default_factory=set)


@dataclass
class Heard:
    """What a subscriber holds. `copies` by owner and key; `offsets` by topic and partition."""

    copies: dict[str, dict[str, Row]] = field(default_factory=dict)
    applied: list[Applied] = field(default_factory=list)
    ledger: list[Entered] = field(default_factory=list)
    accounts: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)
    letters: list[Letter] = field(default_factory=list)
    parked: list[Place] = field(default_factory=list)
    awaited: list[tuple[str, str]] = field(default_factory=list)
    """Topic and key of each state that a parked event still waits for."""
    offsets: dict[tuple[str, int], int] = field(default_factory=dict)
    gaps: int = 0


class Person(NamedTuple):
    """`name`: None of one who was erased, or in whose row nothing is left."""

    version: int
    name: str | None
    gone: bool


@dataclass
class PeopleHeard:
    """At one agency. `erased`: whom it has confirmed as erased. `queued`: erased persons who wait in some queue."""

    copy: dict[str, Person] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    queued: list[str] = field(default_factory=list)


@dataclass
class People:
    """`own`: by key, as the owner holds them; `gone` are those whose erasure it has ordered."""

    topic: str
    own: dict[str, Person] = field(default_factory=dict)
    heard: dict[str, PeopleHeard] = field(default_factory=dict)

    @property
    def owner(self) -> str:
        return self.topic.partition(".")[0]

    @property
    def erased(self) -> list[str]:
        return sorted(key for key, person in self.own.items() if person.gone)


class Size(NamedTuple):
    """What a process or a database has in use, beside what it may."""

    what: str
    found: float
    most: float


@dataclass
class Books:
    """`states`, `facts`: topic -> owner. `parity`: seconds that each fault's healing took."""

    sources: dict[str, Source]
    log: dict[str, list[Entry]]
    heard: dict[str, Heard]
    states: dict[str, str]
    facts: dict[str, str]
    ends: dict[tuple[str, int], int] = field(default_factory=dict)
    """Behind the last record, where somebody hears the partition."""
    kept: list[tuple[str, bytes]] = field(default_factory=list)
    """What stands in tables where nothing personal may be in clear: where, and the bytes."""
    scanned: Sequence[Path] = ()
    uses: dict[str, list[Use]] = field(default_factory=dict)
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    revoked: list[Revoked] = field(default_factory=list)
    people: People | None = None
    sizes: list[Size] = field(default_factory=list)
    parity: list[float] = field(default_factory=list)
    schedules: tuple[str, str] = ("", "")
    """The schedule of faults that was carried out, and the one that the printed seed gives."""

    def hears(self, subscriber: str) -> Iterator[str]:
        """The topics that a subscriber has offsets of."""
        return iter(sorted({topic for topic, _ in self.heard[subscriber].offsets}))
