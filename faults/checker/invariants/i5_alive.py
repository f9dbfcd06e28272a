"""I5: within 30 s of the last fault's healing everything has arrived, and nobody had to do anything."""

from collections.abc import Iterator

from faults.checker.books import Books

LONGEST = 30.0


def check(books: Books) -> Iterator[str]:
    for seconds in books.parity:
        if seconds > LONGEST:
            yield f"parity took {seconds:.1f} s, not {LONGEST:.0f}"
    for name, heard in books.heard.items():
        for place, end in books.ends.items():
            stored = heard.offsets.get(place)
            if stored is not None and stored < end:
                yield f"{name} stands still {end - stored} records before the end of {place[0]}[{place[1]}]"
        for topic, key in heard.awaited:
            if key in heard.copies.get(books.states[topic], {}):
                yield f"{name} has parked an event for a record of {topic} that it holds: nobody woke it"
