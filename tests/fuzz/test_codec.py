"""A million records of strangers, thieves and careless owners: each is read rightly or refused in words, at once.

`make fuzz` runs the million; here is a share of it.
"""

import asyncio
import time
from collections import Counter
from typing import Any, cast

import pytest

from sekali.codec import Heard, Poison, Record, SchemaMismatch
from sekali.sealing import KeyNotKnownYet
from tests.fuzz.chance import PLANTED, Lot
from tests.fuzz.wire import Letter, Reader, Sent, Wire, spoil

SHARE = 4_000


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Wire:
    return Wire(tmp_path_factory.mktemp("rings"))


async def heard(reader: Reader, sent: Sent) -> tuple[str, Heard | None]:
    """What became of it, and the event as a dict; read as a row it is heard, refused or waited for alike."""
    found: list[tuple[str, str, Heard | None]] = []
    for decoder in (reader.whole, reader.row):
        try:
            (one,) = await decoder.decode_all([cast(Record, sent)])
        except (SchemaMismatch, KeyNotKnownYet) as stopped:
            found.append((type(stopped).__name__, str(stopped), None))
        else:
            found.append((one.cause, str(one), None) if isinstance(one, Poison) else ("HEARD", "", one))
    (outcome, told, event), (of_row, told_of_row, _) = found
    assert (outcome == "HEARD") == (of_row == "HEARD"), (outcome, of_row)
    assert PLANTED not in told + told_of_row
    assert not isinstance(sent.key, bytes) or len(sent.key) < 10 or sent.key.decode("latin-1") not in told
    return outcome, event


def nothing_forged(event: Heard, letter: Letter, reader: Reader, true: Heard) -> None:
    """Whatever a stranger did to the record, a sealed group reads as its owner sealed it, or as nothing."""
    for group in reader.contract.sealed:
        if event.value is not None and event.value.get(group.name) is not None:
            assert event.value[group.name] == true.value[group.name], group.name


async def try_case(wire: Wire, chance: Any) -> str:
    reader: Reader = chance.choice(wire.readers)
    letter: Letter = chance.choice(wire.letters[reader.contract.topic])
    inside = chance.random() < 0.2
    sent = wire.written(letter, chance, inside=inside)
    if inside:
        outcome, _ = await heard(reader, sent)
        return outcome
    outcome, true = await heard(reader, sent)
    assert outcome == "HEARD", "what nobody touched is heard"
    assert true is not None
    way = spoil(sent, wire, letter, chance)
    outcome, event = await heard(wire.reader(reader.contract) if way == "schema" else reader, sent)
    if event is not None and way != "schema":
        nothing_forged(event, letter, reader, true)
    return outcome


def test_no_record_crashes_or_holds_up_who_hears_it(wire: Wire) -> None:
    lot, outcomes, began = Lot("CODEC", SHARE), Counter[str](), time.monotonic()

    async def all_of_them() -> None:
        for number in lot.numbers():
            with lot.case(number) as chance:
                outcomes[await try_case(wire, chance)] += 1

    asyncio.run(all_of_them())
    lot.told(outcomes, began)
    if lot.only is None:
        assert outcomes["HEARD"] > 0
        assert outcomes["SEAL_BROKEN"] > 0
        assert len(outcomes) > 8, "the cases are of many kinds"
