"""Agencies change on their own calendars: revisions and contracts of two ages side by side, under live traffic."""

import os
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from secrets import token_hex
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from sekali.bus import Bus
from sekali.kafka import connection
from sekali.local.platform import Platform
from sekali.rights import keyrings
from sekali.testing import eventually
from tests.sekali.rolling import Rolling
from tests.sekali.town import rows

SEEDS = [int(one) for one in os.environ.get("ROLLING_SEEDS", "20261122").split(",")]
"""The fault suite tells the story several times, each with another one."""


@pytest.fixture
async def rolling(platform: Platform, tmp_path: Path, agency_database: Callable[[], str]) -> AsyncIterator[Rolling]:
    name = f"r{token_hex(3)}"
    databases = {f"{agency}{name}": agency_database() for agency in ("land", "bank", "court")}
    made = Rolling(platform, tmp_path, databases, name)
    yield made
    await made.close()


async def empty(bus: Bus) -> bool:
    return await rows(bus, "outbox") == []


async def versions_in_the_log(bus: Bus, topic: str) -> dict[UUID, list[int]]:
    """Plot -> versions of its records, in the order of its partition."""
    consumer = AIOKafkaConsumer(**connection(bus.settings), group_id=None)
    await consumer.start()
    found: dict[UUID, list[int]] = defaultdict(list)
    try:
        places = [TopicPartition(topic, partition) for partition in (0, 1)]
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        ends = await consumer.end_offsets(places)
        for place in places:
            while await consumer.position(place) < ends[place]:
                for one in (await consumer.getmany(place, timeout_ms=500)).get(place, []):
                    found[UUID(one.key.decode())].append(int(dict(one.headers)["ce_entityversion"]))
    finally:
        await consumer.stop()
    return found


async def nothing_is_lost_or_doubled(rolling: Rolling, land: Bus, bank: Bus) -> None:
    """Each version is in the log, the highest last; each survey was entered once."""
    log = await versions_in_the_log(land, rolling.plots)
    assert {key: sorted(set(found)) for key, found in log.items()} == {
        key: list(range(1, said[0] + 1)) for key, said in rolling.said.items()
    }
    assert {key: found[-1] for key, found in log.items()} == {key: said[0] for key, said in rolling.said.items()}

    async def surveyed() -> bool:
        return sorted(row.square_metres for row in await rows(bank, "survey")) == rolling.surveys

    await eventually(surveyed, "each survey is entered once", 40)


@pytest.mark.parametrize("seed", SEEDS)
async def test_owner_and_subscriber_go_to_revision_2_and_back_while_facts_are_said(
    rolling: Rolling, agency_database: Callable[[], str], seed: int
) -> None:
    rolling.chance.seed(seed)
    first = rolling.first()
    await rolling.publish(first)
    bank, court = await rolling.start_bank(first), await rolling.start_court(first)
    before = await rolling.start_land(first)
    async with rolling.traffic():
        await rolling.everyone_hears(bank, court)

        # Revision 2 is published while everything runs; then new code beside old code, then alone.
        second = rolling.second()
        await rolling.publish(second)
        after = await rolling.start_land(second)
        await rolling.everyone_hears(bank, court)
        await rolling.stop_land(before)
        await rolling.everyone_hears(bank, court)

        # One subscriber takes the new group up, with its key; the other stays on the old contract.
        third = rolling.third()
        rolling.grant(third)
        await rolling.stop(court)
        court = await rolling.start_court(third)
        await rolling.everyone_hears(bank, court)
        assert any(row.corners is not None for row in await rows(court, "plot"))

        # The owner goes back. Published is published: schemas, rights and the database stay where they are.
        before = await rolling.start_land(first)
        await rolling.stop_land(after)
        await rolling.everyone_hears(bank, court)

    await eventually(lambda: empty(before), "everything is carried", 40)
    await rolling.equals(bank, old=True)
    await rolling.equals(court, old=False)

    async with rolling.traffic():
        # The subscriber goes back too, and loses the key; then the owner says revision 2 again.
        await rolling.stop(court)
        rolling.grant(second)
        court = await rolling.start_court(first)
        await rolling.everyone_hears(bank, court)
        last = await rolling.start_land(second)
        await rolling.everyone_hears(bank, court)
    await eventually(lambda: empty(last), "everything is carried", 40)
    await rolling.equals(bank, old=True)
    await rolling.equals(court, old=True)

    await nothing_is_lost_or_doubled(rolling, last, bank)
    for subscriber in (bank, court):
        assert await rows(subscriber, "dead_letter") == []

    # Who begins now reads revisions 1 and 2 mixed, from the log's start, under keys of three times.
    await rolling.stop(court)
    rolling.grant(third)
    fresh = await rolling.start_court(third, agency_database())
    await rolling.equals(fresh, old=False)
    assert await rows(fresh, "dead_letter") == []


async def test_an_older_relay_carries_what_later_code_has_said(rolling: Rolling) -> None:
    first, plot_id = rolling.first(), uuid4()
    await rolling.publish(first)
    bank = await rolling.start_bank(first)
    old = await rolling.start_land(first)
    await rolling.write(old, first, plot_id)
    await eventually(lambda: empty(old), "the old instance holds the relay's lock")
    second = rolling.second()
    await rolling.publish(second)
    # A rolling upgrade: the old instance carries for both.
    later = await rolling.start_land(second)
    await rolling.write(later, second, plot_id)
    await rolling.write(old, first, plot_id)
    await rolling.write(later, second, plot_id)
    await eventually(lambda: empty(old), "the old relay carries all of it")
    await rolling.stop_land(old)
    await rolling.stop_land(later)
    # A rollback: what the later code left behind is carried by the old code, on the later code's database.
    gone = rolling.made_land(second)
    await rolling.write(gone, second, plot_id)
    await gone.stop()
    old = await rolling.start_land(first)
    await eventually(lambda: empty(old), "the old relay carries what was left")
    await rolling.equals(bank, old=True)
    assert await versions_in_the_log(old, rolling.plots) == {plot_id: [1, 2, 3, 4, 5]}


async def test_a_revision_that_is_not_published_waits_with_a_sentence_and_is_not_lost(rolling: Rolling) -> None:
    first = rolling.first()
    await rolling.publish(first)
    bank = await rolling.start_bank(first)
    second = rolling.second()
    rolling.grant(second)
    land = await rolling.start_land(second)
    plot_id = uuid4()
    await rolling.write(land, second, plot_id)

    async def waits() -> bool:
        return "Run: sekali schemas publish" in (await land.ready())["relay"]

    await eventually(waits, "the relay says what is missing")
    await rolling.write(land, second, plot_id)
    assert len(await rows(land, "outbox")) == 4
    # Older code beside it finds no such schema either, and says by whom it was written.
    await rolling.stop_land(land)
    old = await rolling.start_land(first)

    async def waits_too() -> bool:
        return "written by later code" in (await old.ready())["relay"]

    await eventually(waits_too, "the older relay says what is missing")
    await rolling.stop_land(old)
    land = await rolling.start_land(second)
    assert await rows(bank, "plot") == []
    await rolling.publish(second)
    await rolling.equals(bank, old=True)
    await eventually(lambda: empty(land), "everything is carried")
    assert (await land.ready())["relay"] == "ok"


async def test_without_the_key_a_new_contract_waits_and_the_copy_goes_on_when_it_comes(rolling: Rolling) -> None:
    """The contract is there, `sekali rights apply` has not run: nothing is skipped, nothing is a dead letter."""
    first = rolling.first()
    await rolling.publish(first)
    second = rolling.second()
    await rolling.publish(second)
    land = await rolling.start_land(second)
    third = rolling.third()
    court = await rolling.start_court(third)
    await rolling.write(land, second, uuid4())

    async def told() -> bool:
        return "sekali rights apply" in (await court.ready())[rolling.plots]

    await eventually(told, "the subscription says what is missing")
    assert await rows(court, "plot") == []
    rolling.grant(third)
    await rolling.equals(court, old=False)
    assert await rows(court, "dead_letter") == []


async def test_rights_applied_from_older_files_leave_the_owner_the_keys_of_later_ones(rolling: Rolling) -> None:
    """Else what was sealed meanwhile could never be opened again, by nobody."""
    rolling.first()
    second, third = rolling.second(), rolling.third()
    name = f"{rolling.plots}/boundary"
    rolling.grant(third)
    key = keyrings.read(rolling.home / "keys" / f"{rolling.land}.json")[name]["keys"]
    rolling.grant(replace(second, root=rolling.home / "first"))
    assert name not in keyrings.read(rolling.home / "keys" / f"{rolling.court}.json")
    assert keyrings.read(rolling.home / "keys" / f"{rolling.land}.json")[name]["keys"].items() >= key.items()
    rolling.grant(third)
    assert keyrings.read(rolling.home / "keys" / f"{rolling.court}.json")[name]["keys"].items() >= key.items()
