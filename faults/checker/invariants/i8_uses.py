"""I8: the record of uses is whole: numbers without a gap, each entry hashes to what stands there and names the last."""

import hashlib
from collections.abc import Iterator

from faults.checker.books import Books


def check(books: Books) -> Iterator[str]:
    for agency, entries in books.uses.items():
        previous = bytes(32)
        for number, entry in enumerate(entries, 1):
            if entry.number != number:
                yield f"{agency}: entry {number} of the record of uses is missing"
            if entry.previous != previous or hashlib.sha256(entry.text).digest() != entry.hash:
                yield f"{agency}: entry {entry.number} of the record of uses does not fit"
                break
            previous = entry.hash
