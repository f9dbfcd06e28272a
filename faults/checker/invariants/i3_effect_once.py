"""I3: the ledger, which stands no second entry, holds each payment once, but those that wait as dead letters."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from faults.checker.books import Books, Heard


def check(books: Books) -> Iterator[str]:
    for name, heard in books.heard.items():
        entered = Counter((line.owner, line.number) for line in heard.ledger)
        for topic in books.facts.keys() & set(books.hears(name)):
            yield from _payments(books, name, topic, entered)
        yield from _accounts(name, heard)


def _payments(books: Books, name: str, topic: str, entered: Counter[tuple[str, int]]) -> Iterator[str]:
    heard, owner = books.heard[name], books.facts[topic]
    broken = {entry.place for entry in books.log.get(topic, []) if entry.broken}
    dead = {
        letter.event_id
        for letter in heard.letters
        if letter.topic == topic and letter.state != "REDRIVEN" and letter.place not in broken
    }
    parked = set(heard.parked)
    numbers = {}
    for entry in books.log.get(topic, []):
        if entry.value is not None:
            numbers[entry.value["number"]] = entry.event_id in dead or entry.place in parked
    for number in books.sources[owner].payments:
        found, wanted = entered[owner, number], 0 if numbers.get(number, True) else 1
        if found != wanted:
            yield f"{name} has entered payment {number} of {owner} {found} times, not {wanted}"
    for line in heard.ledger:
        held = books.sources[owner].payments.get(line.number) if line.owner == owner else None
        if held is not None and (line.key, line.amount) != held:
            yield f"{name} has entered payment {line.number} of {owner} with other values"


def _accounts(name: str, heard: Heard) -> Iterator[str]:
    sums: defaultdict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for line in heard.ledger:
        total, entries = sums[line.owner, line.key]
        sums[line.owner, line.key] = total + line.amount, entries + 1
    for place in sums.keys() | heard.accounts.keys():
        if sums.get(place) != heard.accounts.get(place):
            yield f"{name}: an account of {place[0]} is not the sum of its ledger's lines"
