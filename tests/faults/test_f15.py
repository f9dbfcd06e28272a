"""Row F15 tells a neighbour who was felt from one who was not, and its faults are really inflicted."""

import asyncio
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import psutil
import pytest
from faststream.kafka import KafkaBroker

from faults.child import patience
from faults.row import Blow
from faults.rows import f15
from faults.stand import country
from faults.stand.children import Child
from faults.stand.delays import Seen
from faults.stand.folders import Folders
from sekali.testing import eventually

BLOW = Blow(f15.DEAD, "archive")


def seen(milliseconds: float, waiting: int = 3, facts: int = 400) -> Seen:
    """One of fifty is three times as slow as the others."""
    slow = facts // 50
    seconds = [milliseconds / 3000] * (facts - slow) + [milliseconds / 1000] * slow
    return Seen(seconds, Counter(dict.fromkeys(country.OWNERS, waiting)))


def test_a_fifth_more_at_the_slow_end_is_let_pass_and_no_more() -> None:
    assert seen(60).p99 == pytest.approx(0.06)
    pairs = [f15.Pair(seen(60), seen(71)), f15.Pair(seen(90), seen(20)), f15.Pair(seen(60), seen(600))]
    assert f15.wrong(BLOW, pairs) == ""
    told = f15.wrong(BLOW, [*pairs, f15.Pair(seen(60), seen(120)), f15.Pair(seen(60), seen(120))])
    assert told == "beside a dead subscriber (archive) the others' p99 was 2.00 times what it was right before"
    noted = f15.noted(BLOW, pairs)
    assert noted == "beside a dead subscriber (archive) the others' p99 went from 60 to 71, 90 to 20, 60 to 600 ms"


def test_others_who_hear_next_to_nothing_are_told_whatever_their_p99_is() -> None:
    told = f15.wrong(BLOW, [f15.Pair(seen(60), seen(10, facts=100))])
    assert told == "beside a dead subscriber (archive) the others heard 100 facts, before 400"
    assert f15.wrong(BLOW, [f15.Pair(seen(60), Seen())]) != ""
    assert f15.noted(BLOW, [f15.Pair(seen(60), Seen())])


def test_an_outbox_that_grows_is_told() -> None:
    def grown(waiting: int) -> list[str]:
        sizes = f15.sizes(BLOW, [f15.Pair(seen(60), seen(60, waiting))], rate=20.0)
        return [one.what for one in sizes if one.found > one.most]

    assert grown(43) == []
    assert grown(44) == [f"outbox rows of {owner} beside a dead subscriber (archive)" for owner in country.OWNERS]


def test_each_kind_comes_in_turn_and_who_enters_payments_is_blocked() -> None:
    for seed in range(20):
        blows = f15.plan(Random(seed), 6)
        assert Counter(blow.what for blow in blows) == dict.fromkeys(f15.INFLICTED, 2)
        assert sorted(blow.whom for blow in blows if blow.what == f15.BLOCKED) == sorted(country.ENTERING)


async def test_a_slow_process_stands_still_again_and_again_and_goes_on_at_the_end(tmp_path: Path) -> None:
    sleeping = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])  # noqa: ASYNC220
    child, stopped = Child(Folders(tmp_path), "archive", process=sleeping), list[bool]()
    rounds = asyncio.create_task(f15.by_rounds(child, 0.5, stopped))

    async def twice() -> bool:
        return stopped[:2] == [True, True]

    try:
        await eventually(twice, "it stood still twice")
        rounds.cancel()
        await asyncio.gather(rounds, return_exceptions=True)
        assert psutil.Process(sleeping.pid).status() != psutil.STATUS_STOPPED
    finally:
        sleeping.kill()
        sleeping.wait()


def test_all_consumers_that_are_declared_get_the_shorter_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    declared: list[dict[str, Any]] = []
    monkeypatch.setattr(KafkaBroker, "subscriber", lambda *_, **named: declared.append(named))
    patience.of(6.0)
    KafkaBroker().subscriber("north.parcel.v1", group_id="archive")
    assert declared == [{"group_id": "archive", "max_poll_interval_ms": 6_000}]
