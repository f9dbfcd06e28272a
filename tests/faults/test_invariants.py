"""Each invariant can fail: books with exactly one thing wrong are told by the one invariant whose business it is."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import pytest

from faults.checker.books import (
    Answer,
    Applied,
    Books,
    Entered,
    Entry,
    Letter,
    Payment,
    People,
    PeopleHeard,
    Person,
    Revoked,
    Said,
    Size,
    State,
    Use,
)
from faults.checker.judging import found, judged
from tests.faults.books import FACTS, KEY, OTHER, STATES, in_order, payment, row

Break = Callable[[Books], None]
BREAKS: list[tuple[str, set[str], Break]] = []


def broken(words: str, *names: str) -> Callable[[Break], Break]:
    def keep(one: Break) -> Break:
        BREAKS.append((words, set(names), one))
        return one

    return keep


@broken("a copy lacks a parcel", "I1", "I6")
def _lacks(books: Books) -> None:
    archive = books.heard["archive"]
    del archive.copies["north"][OTHER]
    archive.applied.pop()


@broken("a copy is one version behind", "I1", "I6")
def _behind(books: Books) -> None:
    archive = books.heard["archive"]
    archive.copies["north"][KEY] = row(KEY, 1, books.sources["north"].history)
    del archive.applied[1]


@broken("a copy holds another value", "I1")
def _other_value(books: Books) -> None:
    copy = books.heard["archive"].copies["north"]
    copy[KEY] = copy[KEY]._replace(values={"use": "CASTLE", "owner": "CONTOH B"})


@broken("the log holds another owner than the source", "I1")
def _other_owner(books: Books) -> None:
    entry = books.log[STATES][0]
    books.log[STATES][0] = entry._replace(value={"use": "FIELD", "owner": {"name": "CONTOH Z"}})


@broken("an old version stands last in the log", "I1")
def _late_write(books: Books) -> None:
    books.log[STATES].append(books.log[STATES][0]._replace(offset=3))
    books.heard["archive"].offsets[STATES, 0] = books.ends[STATES, 0] = 4


@broken("a copy holds a parcel that nobody wrote", "I1")
def _resurrected(books: Books) -> None:
    archive = books.heard["archive"]
    archive.copies["north"]["key-9"] = row(OTHER, 1, books.sources["north"].history)
    archive.applied.append(Applied("north", "key-9", None, 1))


@broken("an event that was undone is in the log", "I2")
def _phantom(books: Books) -> None:
    books.log[FACTS].append(payment(2, 3, Payment(KEY, 5))._replace(value={"number": 3, "note": "phantom"}))


@broken("a payment that was undone is in the ledger", "I2")
def _phantom_entered(books: Books) -> None:
    treasury = books.heard["treasury"]
    treasury.ledger.append(Entered("north", 9, KEY, 5))
    treasury.accounts["north", KEY] = (35, 3)


@broken("a payment was entered twice", "I3")
def _twice(books: Books) -> None:
    treasury = books.heard["treasury"]
    treasury.ledger.append(treasury.ledger[-1])
    treasury.accounts["north", KEY] = (50, 3)


@broken("a payment was never entered, though its mark is there", "I3")
def _never(books: Books) -> None:
    treasury = books.heard["treasury"]
    treasury.ledger.pop()
    treasury.accounts["north", KEY] = (10, 1)


@broken("an account is not its lines' sum", "I3")
def _account(books: Books) -> None:
    books.heard["treasury"].accounts["north", KEY] = (50, 3)


@broken("an old version was applied behind a newer one", "I4")
def _order(books: Books) -> None:
    applied = books.heard["archive"].applied
    applied[0:2] = [Applied("north", KEY, None, 2), Applied("north", KEY, 2, 1), Applied("north", KEY, 1, 2)]


@broken("a row changed without being applied", "I4")
def _unseen(books: Books) -> None:
    del books.heard["archive"].applied[1]


@broken("payments of a key were entered in another order", "I4")
def _ledger_order(books: Books) -> None:
    books.heard["treasury"].ledger.reverse()


@broken("parity came too late", "I5")
def _late(books: Books) -> None:
    books.parity.append(30.5)


@broken("a subscriber stands still", "I5")
def _stands(books: Books) -> None:
    books.ends[STATES, 0] = 4


@broken("a parked event was not woken", "I5")
def _not_woken(books: Books) -> None:
    books.heard["archive"].awaited.append((STATES, KEY))


@broken("a committed event is neither published nor pending", "I6")
def _lost(books: Books) -> None:
    books.sources["north"].said["state-9"] = Said(STATES, KEY, 9)


def _parked_and_again(books: Books) -> None:
    """A payment that is parked, and a dead letter where it came again."""
    source, treasury = books.sources["north"], books.heard["treasury"]
    source.payments[3] = Payment(OTHER, 5)
    source.said["fact-3"] = Said(FACTS, OTHER, 0)
    once = payment(2, 3, source.payments[3])
    books.log[FACTS] += [once, once._replace(offset=3)]
    treasury.parked.append(once.place)
    treasury.letters.append(Letter(FACTS, 0, 3, "fact-3", "BEHIND", "WAITING"))
    treasury.offsets[FACTS, 0] = books.ends[FACTS, 0] = 4


@broken("a fact is applied and a dead letter", "I6")
def _both(books: Books) -> None:
    treasury = books.heard["treasury"]
    treasury.letters.append(Letter(FACTS, 0, 0, "fact-1", "NOT_APPLICABLE", "WAITING"))
    treasury.ledger.pop(0)
    treasury.accounts["north", KEY] = (20, 1)


@broken("a fact is parked and a dead letter", "I6")
def _parked_and_dead(books: Books) -> None:
    _parked_and_again(books)
    books.heard["treasury"].letters.append(Letter(FACTS, 0, 2, "fact-3", "BEHIND", "WAITING"))


@broken("a fact was delivered and is nowhere", "I3", "I6")
def _nowhere(books: Books) -> None:
    treasury = books.heard["treasury"]
    treasury.marks.remove("fact-2")
    treasury.ledger.pop()
    treasury.accounts["north", KEY] = (10, 1)


@broken("a good record is a dead letter", "I6")
def _letter_for_nothing(books: Books) -> None:
    books.heard["archive"].letters.append(Letter(STATES, 0, 0, "state-0", "NOT_APPLICABLE", "WAITING"))


@broken("a beat is a dead letter", "I6")
def _dead_beat(books: Books) -> None:
    _beaten(books)
    books.heard["archive"].letters.append(Letter(STATES, 0, 3, "beat", "NOT_APPLICABLE", "WAITING"))


@broken("a tombstone of somebody was delivered and is nowhere", "I6")
def _lost_tombstone(books: Books) -> None:
    _beaten(books, str(uuid5(NAMESPACE_URL, "urn:sekali:beat:somebody")))


@broken("a broken record has no letter", "I6")
def _swallowed(books: Books) -> None:
    entry = books.log[STATES][0]
    books.log[STATES].append(entry._replace(offset=3, key="key-9", value=None, broken="not framed"))
    books.heard["archive"].offsets[STATES, 0] = books.ends[STATES, 0] = 4


@broken("a letter of a record that is not there", "I6")
def _letter_of_nothing(books: Books) -> None:
    books.heard["archive"].letters.append(Letter(STATES, 0, 77, "", "NOT_AVRO", "WAITING"))


@broken("a name stands in a dead letter", "I7")
def _kept(books: Books) -> None:
    books.kept.append(("treasury.dead_letter", b"\0\0owner CONTOH 4711"))


@broken("an agency opened what was said after it had lost its key", "I7")
def _opened(books: Books) -> None:
    books.revoked.append(Revoked("archive", STATES, {(STATES, 0): 1}, frozenset({(KEY, 2)})))


@broken("a desk has shown what stands in no entry", "I8")
def _not_recorded(books: Books) -> None:
    books.uses["archive"], books.answers["archive"] = [used(1, "desk-1")], [ANSWER, ANSWER._replace(officer="desk-2")]


@broken("a use is written down twice", "I8")
def _recorded_twice(books: Books) -> None:
    first = used(1, "desk-1")
    books.uses["archive"], books.answers["archive"] = [first, used(2, "desk-1", first.hash)], [ANSWER]


@broken("a name of an erased person was left", "I7")
def _name_left(books: Books) -> None:
    people(books).heard["archive"].copy["gone"] = Person(2, "CONTOH A", gone=True)


@broken("an erased person waits in a queue", "I7")
def _queued(books: Books) -> None:
    people(books).heard["archive"].queued.append("gone")


@broken("an erasure did not reach an agency", "I1")
def _not_erased(books: Books) -> None:
    people(books).heard["archive"].erased.clear()


@broken("an erased person came back", "I1", "I7")
def _came_back(books: Books) -> None:
    people(books).heard["archive"].copy["gone"] = Person(1, "CONTOH A", gone=False)


@broken("a living person was erased", "I1")
def _erased_by_mistake(books: Books) -> None:
    people(books).heard["archive"].copy["alive"] = Person(1, None, gone=True)


@broken("compaction would bring an erased person back", "I1")
def _late_name(books: Books) -> None:
    people(books)
    tombstone = books.log[PERSONS][-1]
    books.log[PERSONS].append(tombstone._replace(offset=2, version=1, value={"identity": {"name": "CONTOH A"}}))


@broken("an entry of the record of uses was changed", "I8")
def _use_changed(books: Books) -> None:
    books.uses["north"] = [Use(1, bytes(32), hashlib.sha256(b"as it was").digest(), b"as it is")]


@broken("an entry of the record of uses is gone", "I8")
def _use_gone(books: Books) -> None:
    first, third = hashlib.sha256(b"1").digest(), hashlib.sha256(b"3").digest()
    books.uses["north"] = [Use(1, bytes(32), first, b"1"), Use(3, first, third, b"3")]


@broken("a process has grown", "I9")
def _grown(books: Books) -> None:
    books.sizes.append(Size("megabytes of archive-1", 301.0, 300.0))


@broken("another schedule was carried out", "I10")
def _schedule(books: Books) -> None:
    books.schedules = ("this", "that")


PERSONS = "north.person.v1"


def people(books: Books) -> People:
    """One who lives and one who was erased, as the archive holds them too."""
    own = {"alive": Person(1, "CONTOH B", gone=False), "gone": Person(2, None, gone=True)}
    books.people = People(PERSONS, own, {"north": PeopleHeard(erased={"gone"})})
    books.people.heard["archive"] = PeopleHeard(dict(own), {"gone"})
    said = [
        Entry(PERSONS, 0, place, key, f"person-{place}", place + 1, None) for place, key in ((0, "alive"), (1, "gone"))
    ]
    books.log[PERSONS] = said
    books.sources["north"].said |= {one.event_id: Said(PERSONS, one.key, one.version) for one in said}
    return books.people


def test_the_erased_and_the_living_as_they_should_be_are_left_in_peace() -> None:
    books = in_order()
    people(books)
    assert judged(books) == {}


ANSWER = Answer("desk-1", STATES, KEY)


def used(number: int, officer: str, previous: bytes = bytes(32)) -> Use:
    said = json.dumps({"number": number, "officer": officer, "topic": STATES, "resident_id": KEY}).encode()
    return Use(number, previous, hashlib.sha256(said).digest(), said)


def _beaten(books: Books, key: str = str(uuid5(NAMESPACE_URL, f"urn:sekali:beat:{STATES}:0:0"))) -> None:
    """The only partition has got a tombstone, by default nobody's."""
    books.log[STATES].append(Entry(STATES, 0, 3, key, "beat", 1, None))
    books.sources["north"].said["beat"] = Said(STATES, key, 1)
    books.heard["archive"].offsets[STATES, 0] = books.ends[STATES, 0] = 4


def test_a_beat_stands_in_no_copy_and_that_is_right() -> None:
    books = in_order()
    _beaten(books)
    assert judged(books) == {}


def test_books_in_order_are_left_in_peace() -> None:
    assert judged(in_order()) == {}


def test_what_was_opened_before_the_key_was_taken_and_uses_that_were_not_shown_are_left_in_peace() -> None:
    books = in_order()
    books.revoked.append(Revoked("archive", STATES, {(STATES, 0): 1}, frozenset({(KEY, 1)})))
    first = used(1, "desk-1")
    books.uses["archive"], books.answers["archive"] = [first, used(2, "desk-2", first.hash)], [ANSWER]
    assert judged(books) == {}


@pytest.mark.parametrize(("names", "break_it"), [one[1:] for one in BREAKS], ids=[one[0] for one in BREAKS])
def test_what_is_wrong_is_told(names: set[str], break_it: Break) -> None:
    books = in_order()
    break_it(books)
    assert judged(books).keys() == names


def test_every_invariant_has_been_seen_failing() -> None:
    assert set(found()) == {name for _, names, _ in BREAKS for name in names} == {f"I{n}" for n in range(1, 11)}


def test_what_waits_with_a_cause_is_no_violation() -> None:
    """A poison version, a dead letter of a payment, a duplicate delivery: the books say so, and balance."""
    books = in_order()
    source, archive, treasury = books.sources["north"], books.heard["archive"], books.heard["treasury"]
    source.history[KEY, 3] = State("HOUSE", "CONTOH B", poison=True)
    poison = books.log[STATES][1]._replace(offset=3, version=3, event_id="state-3")
    books.log[STATES] += [books.log[STATES][0]._replace(offset=4), poison]
    source.said["state-3"] = Said(STATES, KEY, 3)
    archive.letters.append(Letter(STATES, 0, 3, "state-3", "NOT_APPLICABLE", "WAITING"))
    archive.offsets[STATES, 0] = books.ends[STATES, 0] = 5
    source.payments[3] = Payment(OTHER, -5)
    books.log[FACTS].append(payment(2, 3, source.payments[3]))
    source.said["fact-3"] = Said(FACTS, OTHER, 0)
    treasury.letters.append(Letter(FACTS, 0, 2, "fact-3", "NOT_APPLICABLE", "WAITING"))
    books.log[FACTS].append(books.log[FACTS][0]._replace(offset=3, value=None, broken="not Avro"))
    treasury.letters.append(Letter(FACTS, 0, 3, "fact-1", "NOT_AVRO", "WAITING"))
    treasury.offsets[FACTS, 0] = books.ends[FACTS, 0] = 4
    assert judged(books) == {}


def test_what_is_parked_may_have_come_again_behind_a_letter_of_its_key() -> None:
    books = in_order()
    _parked_and_again(books)
    assert judged(books) == {}


def test_a_name_in_a_file_is_found_wherever_it_lies(tmp_path: Path) -> None:
    books = in_order()
    books.scanned = [tmp_path]
    segment = tmp_path / "log" / "north.parcel.v1-0" / "0.log"
    segment.parent.mkdir(parents=True)
    segment.write_bytes(bytes((1 << 22) - 3) + b"CONTOH 4711")  # across the border of two parts
    assert judged(books).keys() == {"I7"}
    segment.write_bytes(bytes(100))
    assert judged(books) == {}
