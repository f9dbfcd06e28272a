"""I2: nothing of a transaction that was rolled back is in the log, in a copy or in a ledger."""

from collections.abc import Iterator

from faults.checker.books import Books

PHANTOM = "phantom"


def check(books: Books) -> Iterator[str]:
    said = {event_id for source in books.sources.values() for event_id in source.said}
    for topic, entries in books.log.items():
        for entry in entries:
            if not entry.broken and entry.event_id not in said:
                yield f"{topic} at {entry.partition}@{entry.offset} was never committed by its owner"
            if entry.value is not None and PHANTOM in (entry.value.get("use"), entry.value.get("note")):
                yield f"{topic} at {entry.partition}@{entry.offset} is of a transaction that was undone"
    for name, heard in books.heard.items():
        for owner, copy in heard.copies.items():
            yield from (
                f"{name} holds an undone state of {owner}" for row in copy.values() if PHANTOM in row.values.values()
            )
        for line in heard.ledger:
            if line.number not in books.sources[line.owner].payments:
                yield f"{name} has entered a payment {line.number} that {line.owner} has not"
