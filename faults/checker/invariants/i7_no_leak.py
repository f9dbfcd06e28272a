"""I7: no name and no number of a person stands in clear in the broker's log, in dead letters, logs and error texts.

An agency whose key was taken away opens nothing that is said later; of the erased nothing is left.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from faults.checker import people
from faults.checker.books import Books

CANARY = re.compile(rb"CONTOH [0-9]{1,6}\b|999999[0-9]{10}")
"""The suite's persons: their surname with a number behind it, and numbers of the region that does not exist."""
PIECE, OVERLAP = 1 << 22, 64


def check(books: Books) -> Iterator[str]:
    for where, content in books.kept:
        if CANARY.search(content):
            yield f"{where} holds a personal value in clear"
    for folder in books.scanned:
        for file in sorted(one for one in folder.rglob("*") if one.is_file()):
            if _leaks(file):
                yield f"{file.name} in {file.parent.name} holds a personal value in clear"
    yield from _opened(books)
    if books.people is not None:
        yield from people.left(books.people)


def _opened(books: Books) -> Iterator[str]:
    for one in books.revoked:
        for entry in books.log.get(one.topic, []):
            later = entry.offset >= one.since.get((entry.topic, entry.partition), 0)
            if later and (entry.key, entry.version) in one.opened:
                place = f"{entry.partition}@{entry.offset}"
                yield f"{one.agency} opened {entry.topic} at {place} when its key had been taken away"


def _leaks(file: Path) -> bool:
    """A part at a time: segments are long. A file that is removed meanwhile leaks nothing any more."""
    try:
        with file.open("rb") as content:
            rest = b""
            while piece := content.read(PIECE):
                if CANARY.search(rest + piece):
                    return True
                rest = piece[-OVERLAP:]
    except FileNotFoundError:
        pass
    return False
