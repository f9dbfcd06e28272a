"""I6: committed = published + pending, and each delivered record was applied, was a duplicate, or is a dead letter."""

from collections import Counter
from collections.abc import Iterator

from faults.checker.beats import is_beat
from faults.checker.books import Books, Entry, Heard


def check(books: Books) -> Iterator[str]:
    for owner, source in books.sources.items():
        of_owner = [topic for topic, said_by in {**books.states, **books.facts}.items() if said_by == owner]
        published = {entry.event_id for topic in of_owner for entry in books.log.get(topic, [])}
        said = {event_id for event_id, one in source.said.items() if one.topic in of_owner}
        for missing in (said - published) - source.pending:
            yield f"{owner} committed an event of {source.said[missing].topic} that is neither published nor pending"
    for name, heard in books.heard.items():
        yield from _letters(books, name, heard)
        for topic in sorted({*books.states, *books.facts} & set(books.hears(name))):
            delivered = [
                entry for entry in books.log.get(topic, [])
                if entry.offset < heard.offsets.get((topic, entry.partition), 0)
            ]  # fmt: skip
            yield from (
                _facts(name, heard, delivered) if topic in books.facts else _states(books, name, heard, delivered)
            )


def _facts(name: str, heard: Heard, delivered: list[Entry]) -> Iterator[str]:
    parked = set(heard.parked)
    broken = {entry.place for entry in delivered if entry.broken}  # it may bear the id of an event that is whole
    letters = {
        letter.event_id: letter.state
        for letter in heard.letters
        if letter.state != "REDRIVEN" and letter.place not in broken
    }
    dead_places = {letter.place for letter in heard.letters}
    waiting_places = {letter.place for letter in heard.letters if letter.state != "REDRIVEN"}
    for entry in delivered:
        if entry.broken:
            if entry.place not in dead_places:
                yield f"{name} has no letter of {entry.topic} at {entry.partition}@{entry.offset}: {entry.broken}"
            continue
        state = letters.get(entry.event_id)
        marked = entry.event_id in heard.marks and state != "DISCARDED"
        is_parked = entry.place in parked
        # What is parked may have come again, behind a letter of its key: one of the two will be a duplicate.
        is_dead = entry.place in waiting_places if is_parked else state is not None
        ways = [marked, is_dead, is_parked]
        if sum(ways) != 1:
            yield f"{name}: an event of {entry.topic} was {_told(ways)} at {entry.partition}@{entry.offset}"


def _told(ways: list[bool]) -> str:
    names = [name for name, is_so in zip(("applied", "a dead letter", "parked"), ways, strict=True) if is_so]
    return " and ".join(names) or "delivered and is nowhere"


def _states(books: Books, name: str, heard: Heard, delivered: list[Entry]) -> Iterator[str]:
    dead = {letter.place for letter in heard.letters}
    owner = books.states[delivered[0].topic] if delivered else ""
    copy = heard.copies.get(owner, {})
    for entry in delivered:
        row = copy.get(entry.key)
        is_held = (row is not None and row.version >= entry.version) or is_beat(entry, books.ends)
        state = books.sources[owner].history.get((entry.key, entry.version))
        is_poison = bool(entry.broken) or (state is not None and state.poison)
        if not is_poison and (entry.place in dead or not is_held):
            what = "a dead letter for no reason" if entry.place in dead else "delivered and is nowhere"
            yield f"{name}: a record of {entry.topic} was {what} at {entry.partition}@{entry.offset}"
        if entry.broken and entry.place not in dead:
            yield f"{name} has no letter of {entry.topic} at {entry.partition}@{entry.offset}: {entry.broken}"


def _letters(books: Books, name: str, heard: Heard) -> Iterator[str]:
    known = {entry.place for entries in books.log.values() for entry in entries}
    for place, count in Counter(letter.place for letter in heard.letters).items():
        if count > 1:
            yield f"{name} has {count} letters of {place[0]} at {place[1]}@{place[2]}"
        if place not in known:
            yield f"{name} has a letter of {place[0]} at {place[1]}@{place[2]}, where the log has nothing"
