"""What Sekali promises and what it does not, and the rows of the table of faults that test each promise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from faults.checker.invariants.i5_alive import LONGEST as PARITY
from sekali.waiting import LONGEST as AWAITED

TABLE: Mapping[str, str] = {
    "F1": "kill -9 at named points of service, relay, inbox, dead letters and redrive",
    "F2": "kill -9 of the only broker",
    "F2B": "kill -9 of one broker of three, with replication 3 and min ISR 2",
    "F3": "broker, relay or subscriber stopped for a while",
    "F4": "the database stopped, sessions ended, no connections, idle in transaction",
    "F5": "duplicate delivery",
    "F6": "reordered and late versions, tombstones before creates, a death that is corrected while the log compacts",
    "F7": "a storm of rebalances",
    "F8": "two and three relays at once, and a late write",
    "F9": "commits out of order, some undone",
    "F10": "the network: slow, silent, cut, one way",
    "F11": "a full disk at the broker and at the database",
    "F12": "poison from outside, records of 50 MB among it",
    "F13": "the registry is down, hangs, answers wrongly, or is given an incompatible schema",
    "F14": "clocks an hour off, and jumping",
    "F15": "a slow and a dead subscriber",
    "F16": "kill -9 of a new copy while it is filled, and of one away for longer than tombstones are kept while it is "
    "read anew",
    "F17": "persons erased while other things fail",
    "F18": "rolling upgrade and rollback",
    "F19": "a database restored to an earlier point",
    "S1": "simulation of relay, inbox, dead letters and erasure with a seeded scheduler",
    "S2": "property tests of codec, compatibility and inbox",
    "M1": "bugs planted on purpose",
}
"""All rows of the suite; the page says of each whether it was run."""
GENERATED = frozenset({"S1", "S2"})
"""Their simulations and examples are no faults, and are not counted as such."""


@dataclass(frozen=True, slots=True)
class Promise:
    """`broken_by`: the invariants that speak against it; without any, whatever its rows find does."""

    name: str
    words: str
    rows: Sequence[str]
    broken_by: Sequence[str] = ()


PROMISES = (
    Promise(
        "Nothing is lost",
        "What an agency has committed reaches every agency with a contract, and each copy ends equal to its source, "
        "whatever dies, stops or is cut off in between. Each delivered record was applied, was there already, or is a "
        "dead letter; a restart asks for no cleaning up.",
        ("F1", "F2", "F2B", "F3", "F4", "F7", "F8", "F9", "F10", "F11", "F12", "F13", "F16", "F18", "S1"),
        ("I1", "I6"),
    ),
    Promise(
        "Nothing is made up",
        "What was rolled back is never said: fact and outbox row are one transaction.",
        ("F1", "F2", "F2B", "F3", "F4", "F9", "F10", "S1"),
        ("I2",),
    ),
    Promise(
        "An effect happens once",
        "An event may be delivered often; what a subscriber does with it in its own database is done once.",
        ("F1", "F2", "F2B", "F3", "F4", "F5", "F7", "F8", "F10", "F12", "F14", "F15", "S1"),
        ("I3",),
    ),
    Promise(
        "A copy never goes back",
        "Of each key the applied versions only rise, and the last is the source's, in whatever order they come.",
        ("F1", "F2", "F2B", "F3", "F4", "F5", "F6", "F7", "F8", "F10", "F12", "F14", "F18", "S1"),
        ("I4",),
    ),
    Promise(
        "It comes back by itself",
        f"When the cause is gone, everything has arrived everywhere within {PARITY:.0f} s, the rate is what it was, "
        "and nobody had to do anything.",
        ("F2", "F2B", "F3", "F4", "F7", "F10", "F11", "F13", "F15", "S1"),
        ("I5",),
    ),
    Promise(
        "One broker of three may be lost",
        "On three brokers a record is acknowledged when all that are in sync have it, at least two. When one dies, "
        "with its log or without, what was acknowledged is on the others, which go on by themselves; when it is back "
        "it takes from them what it lacks.",
        ("F2B",),
        ("I1", "I5", "I6"),
    ),
    Promise(
        "A bad record stops nobody",
        "A record that cannot be read or applied goes to the dead letters once, with its cause and its place, and the "
        "partition goes on. Run again after a fix, it is applied once.",
        ("F1", "F12"),
        ("I3", "I5", "I6"),
    ),
    Promise(
        "One agency delays no other",
        "A subscriber that is slow, dead or stopped holds up neither the source nor the other subscribers.",
        ("F15",),
    ),
    Promise(
        "Two relays do no harm",
        "A relay that was paused and writes late is noticed: what compaction leaves in the log is the last version.",
        ("F8",),
        ("I1", "I4"),
    ),
    Promise(
        "The erased stay erased",
        "A tombstone reaches every copy, and neither a late write, a rebuilt copy nor a long absence brings anybody "
        "back.",
        ("F6", "F8", "F16", "F17", "S1"),
        ("I1", "I4"),
    ),
    Promise(
        "No personal value in clear",
        "Sealed facts stand in clear neither in the broker's segments nor in outboxes, dead letters, logs or errors.",
        ("F1", "F12", "F17"),
        ("I7",),
    ),
    Promise(
        "Every use is written down",
        "Who was shown a fact stands in the record of uses before the answer is given, once, and the chain is whole.",
        ("F1", "F17"),
        ("I8",),
    ),
    Promise(
        "Nothing grows without end",
        "Memory, connections, open files and the outbox stay within stated bounds while a part is away.",
        ("F4", "F10", "F11", "F12", "F15"),
        ("I9",),
    ),
    Promise(
        "A schema is taken whole or not at all",
        "What is incompatible is refused when it is published or when a service starts, and a registry that is down or "
        "answers wrongly lets nothing wrong through.",
        ("F13", "F18"),
    ),
    Promise(
        "No wall clock decides",
        "Order and doubles are judged by versions and ids; how long a subscriber was away, by the clock of its "
        "database.",
        ("F14",),
        ("I3", "I4"),
    ),
    Promise(
        "A database that was set back is noticed",
        "An owner restored from a backup sees from its own topics that it is behind, says nothing, and says how to go "
        "on. A subscriber catches up by itself.",
        ("F19",),
    ),
    Promise(
        "The net holds what it says it holds",
        "Bugs planted one at a time are caught; the seed that is printed gives the same faults again; codec, "
        "compatibility and inbox hold for generated input.",
        ("M1", "S1", "S2"),
    ),
)

Limit = tuple[str, str]
"""What somebody could take for promised, and what is so instead."""
NOT_PROMISED: Sequence[Limit] = (
    (
        "Power loss on a single broker",
        "A broker does not fsync before it acknowledges. What it had in memory is gone when the machine loses power, "
        "though the outbox row was deleted by then; kill -9, as tested here, leaves that memory to the kernel and "
        "proves nothing about it. On three brokers the others have it, unless all lose power at once. "
        "A log that ends before what its owner expects is told (`sekali_relay_holes`), and not filled again by itself.",
    ),
    (
        "Power loss of a disk that lies",
        "A commit is as durable as PostgreSQL's fsync. Faults here end processes, not machines.",
    ),
    (
        "Once outside of the database",
        "A letter sent, another service called: a handler that does so may do it twice. Once holds for what stands in "
        "the transaction.",
    ),
    (
        "Order between keys",
        "Versions of one key are in order. Two keys, or two topics, may be heard in any; an effect that needs another "
        f"record waits for it, at most {AWAITED.days} days.",
    ),
    (
        "Delivery while a part is down",
        "Facts wait in the outbox until the broker is back, and forms are filled from the copy, which says how old it "
        "is. There is no bound on how long an outage lasts.",
    ),
    (
        "A bad record that heals itself",
        "A dead letter waits for a person. What follows under its key waits too where it is an effect, so that order "
        "holds.",
    ),
    (
        "A source that is wrong",
        "What an agency commits is carried, right or wrong. It is corrected by the next version.",
    ),
    (
        "A carrier with ill will",
        "Whoever has the administrator's rights at the broker can delete and withhold. Forged records do not open; see "
        "the [threat model](threat-model.md).",
    ),
    (
        "Backups",
        "An erasure does not reach into backups of brokers and databases. A restored owner is noticed; what it had "
        "committed since the backup is in the others' copies, and no longer its own.",
    ),
    (
        "Exact times",
        "Deadlines, beats and keeping times go by the machine's clock, a subscriber's absence by that of its database. "
        "Order goes by none.",
    ),
)
