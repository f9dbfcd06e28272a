"""I4: of each key the applied versions only rise and end with the copy's own; payments of a key keep their order."""

from collections.abc import Iterator

from faults.checker.books import Books, Heard


def check(books: Books) -> Iterator[str]:
    for name, heard in books.heard.items():
        last: dict[tuple[str, str], int] = {}
        for one in heard.applied:
            before = last.get((one.owner, one.key), 0)
            if one.version <= before or (one.before or 0) != before:
                yield f"{name} applied version {one.version} of a parcel of {one.owner} on {one.before}, after {before}"
            last[one.owner, one.key] = one.version
        for owner, copy in heard.copies.items():
            for key, row in copy.items():
                if last.get((owner, key)) != row.version:
                    yield f"{name} holds version {row.version} of a parcel of {owner}, which was never applied"
        yield from _ledger(name, heard)


def _ledger(name: str, heard: Heard) -> Iterator[str]:
    """A payment's number is taken under the lock of its parcel, so it rises along a key."""
    last: dict[tuple[str, str], int] = {}
    for line in heard.ledger:
        before = last.get((line.owner, line.key), 0)
        if line.number < before:
            yield f"{name} entered payment {line.number} of {line.owner} after {before} of the same parcel"
        last[line.owner, line.key] = max(before, line.number)
