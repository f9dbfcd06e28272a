"""I8: the record of uses is whole: numbers without a gap, each entry hashes to what stands there and names the last.

Each answer of a desk has its entry, and one alone; an entry without an answer is a use that was written down and then
not shown, because somebody died in between.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator

from faults.checker.books import Answer, Books


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
        yield from _answers(books, agency)


def _answers(books: Books, agency: str) -> Iterator[str]:
    told = [json.loads(entry.text) for entry in books.uses[agency] if books.answers.get(agency)]
    entries = Counter(Answer(one["officer"], one["topic"], one["resident_id"]) for one in told)
    for answer in entries.keys() | set(books.answers.get(agency, ())):
        if entries[answer] != 1:
            yield f"{agency}: an answer of its desk on {answer.topic} has {entries[answer]} entries, not 1"
