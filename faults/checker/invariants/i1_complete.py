"""I1: each copy equals the projection of its source; what the log holds is what the source has said.

Of the erased there is nothing but their graves.
"""

from collections.abc import Iterator

from faults.checker import people
from faults.checker.books import Books, Heard, Source


def check(books: Books) -> Iterator[str]:
    for topic, owner in books.states.items():
        yield from _log(books, topic, books.sources[owner])
        yield from _compacted(books, topic, books.sources[owner])
    for name, heard in books.heard.items():
        for owner in heard.copies:
            yield from _copy(name, owner, heard, books.sources[owner])
    if books.people is not None:
        yield from people.copies(books.people)
        yield from people.compacted(books.people, books.log.get(books.people.topic, []))


def _log(books: Books, topic: str, source: Source) -> Iterator[str]:
    for entry in books.log.get(topic, []):
        state = source.history.get((entry.key, entry.version))
        if entry.broken or entry.value is None or state is None:
            continue  # told by others: a foreign record is a letter, a version that nobody wrote a phantom
        person = entry.value["owner"]
        assert isinstance(person, dict)
        if person["name"] != state.owner or (not state.poison and entry.value["use"] != state.use):
            yield f"{topic} at {entry.partition}@{entry.offset} differs from what its owner holds as that version"


def _compacted(books: Books, topic: str, source: Source) -> Iterator[str]:
    """Compaction keeps the last record of a key, so that must be its highest version: else a new copy is an old one."""
    last = {entry.key: entry for entry in books.log.get(topic, [])}
    highest: dict[str, int] = {}
    for key, version in source.history:
        highest[key] = max(version, highest.get(key, 0))
    for key, version in highest.items():
        entry = last.get(key)
        if entry is not None and not source.pending and (entry.broken or entry.version != version):
            held = entry.broken or f"version {entry.version}"
            place = f"{entry.partition}@{entry.offset}"
            yield f"{topic} at {place} is the last record of a parcel at version {version}, and holds {held}"


def _copy(name: str, owner: str, heard: Heard, source: Source) -> Iterator[str]:
    """The last version that a copy can hold."""
    last: dict[str, int] = {}
    for (key, version), state in source.history.items():
        if not state.poison:
            last[key] = max(version, last.get(key, 0))
    copy = heard.copies[owner]
    for key, version in last.items():
        row, state = copy.get(key), source.history[key, version]
        if row is None:
            yield f"{name} lacks a parcel of {owner} whose version is {version}"
        elif row.version != version or row.gone:
            yield f"{name} has version {row.version} of a parcel of {owner} that is at {version}"
        elif any(value != getattr(state, column) for column, value in row.values.items()):
            yield f"{name} holds other values than {owner} for version {version} of a parcel"
    for key in copy.keys() - last.keys():
        yield f"{name} has version {copy[key].version} of a parcel that {owner} has not"
