"""Persons and their erasure: what the owner holds, what others hold of them, and what does not agree."""

from collections.abc import Iterator

from faults.checker.books import Entry, People, PeopleHeard, Person
from faults.checker.tables import Connection

QUEUED = """
    select convert_from(key, 'UTF8') as key from dead_letter where key = any($1::bytea[])
    union all select convert_from(key, 'UTF8') from parked where key = any($1::bytea[])
    union all select aggregateid from outbox where payload is not null and aggregateid = any($2::text[])
"""


async def own(sql: Connection) -> dict[str, Person]:
    rows = await sql.fetch("select person_id, version, name, withdrawn from person")
    return {str(row["person_id"]): Person(row["version"], row["name"], row["withdrawn"]) for row in rows}


async def heard(sql: Connection, people: People, *, copies: bool) -> PeopleHeard:
    """`copies`: whether the agency has a copy of them; the owner has none."""
    found = PeopleHeard()
    if copies:
        rows = await sql.fetch("select person_id, version, name, gone from person_copy where version > 0")
        found.copy = {str(row["person_id"]): Person(row["version"], row["name"], row["gone"]) for row in rows}
    erased = await sql.fetch("select key from erasure where topic = $1", people.topic)
    found.erased = {str(row["key"]) for row in erased}
    queued = await sql.fetch(QUEUED, [one.encode() for one in people.erased], people.erased)
    found.queued = [row["key"] for row in queued]
    return found


def copies(people: People) -> Iterator[str]:
    """Living persons stand in each copy as their owner holds them; of the erased no value, and a confirmation."""
    for agency, heard in people.heard.items():
        for key in people.erased:
            if key not in heard.erased:
                yield f"{agency} has not erased a person whose erasure was ordered"
        if agency != people.owner:
            yield from _copy(agency, heard, people)


def _copy(agency: str, heard: PeopleHeard, people: People) -> Iterator[str]:
    for key, person in people.own.items():
        held = heard.copy.get(key)
        if person.gone:
            # Who was away until the tombstone was gone does not know its version: the grave stands behind its own.
            if held is not None and not (held.gone and held.version <= person.version):
                yield f"{agency} holds version {held.version} of a person who was erased as {person.version}"
        elif held != person:
            told = "nothing" if held is None else f"version {held.version}"
            yield f"{agency} holds {told} of a living person at version {person.version}, or another name"
    for _ in heard.copy.keys() - people.own.keys():
        yield f"{agency} holds a person whom nobody has registered"


def left(people: People) -> Iterator[str]:
    """Where something of an erased person still stands."""
    for agency, heard in people.heard.items():
        for key in people.erased:
            if key in heard.copy and heard.copy[key].name is not None:
                yield f"{agency} still holds the name of a person who was erased"
        if heard.queued:
            yield f"{agency} has {len(heard.queued)} rows of erased persons in its queues"


def compacted(people: People, log: list[Entry]) -> Iterator[str]:
    """What compaction will leave of the erased is the tombstone."""
    last = {entry.key: entry for entry in log}
    for key in people.erased:
        entry = last.get(key)
        if entry is None or entry.broken or entry.value is not None or entry.version != people.own[key].version:
            yield f"{people.topic}: the last record of an erased person is not the tombstone"
