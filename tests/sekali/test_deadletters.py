"""Dead letters: run again once the cause is mended, each once and in the order of its key; or given up for good."""

import asyncio
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import letters, outbox, redriving, spans
from sekali.effect import Behind, Effects
from sekali.errors import Problem
from sekali.letters import Pick, Place
from sekali.redriving import Redriving
from sekali.testing import eventually
from tests.sekali.letterbox import (
    REASON,
    Cut,
    a_parcel,
    ask,
    has_tried,
    none_left,
    not_running,
    rewind,
    say,
    shown,
    stands_still,
    states,
    surveys,
    waiting,
    without_registry,
)
from tests.sekali.test_inbox import survey_rows
from tests.sekali.town import Town, counting, rows


async def test_after_the_mend_a_letter_is_applied_once_and_what_waited_behind_it_after_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redriving, "STRANDED_SECONDS", float("inf"))
    async with town.open_land() as land:
        async with town.open_bank() as bank:
            parcel_id = await a_parcel(town, land, bank)
            await say(town, land, parcel_id, -1, 10, 20)
            first, *behind = await waiting(bank, 3)
            assert [row.cause for row in behind] == ["BEHIND", "BEHIND"]
            town.mended = True
            assert await ask(bank, first) == [f"{first.topic}[{first.partition}]@{first.record_offset}"]
            await eventually(surveys(bank, -1, 10, 20), "all three are entered, in the order of the log")
            assert await states(bank) == 3 * ["REDRIVEN"]
            await say(town, land, parcel_id, 30)
            await eventually(surveys(bank, -1, 10, 20, 30), "the key is free")
            told = await shown(bank, first)
            acts = [(act["act"], act["officer"], act["reason"]) for act in told["acts"]]
            assert acts == [("ASKED", "joko", REASON), ("APPLIED", None, None)]
            with pytest.raises(Problem, match="Settled already, as REDRIVEN"):
                await ask(bank, first)
            await rewind(bank)
        async with town.open_bank() as bank:
            await say(town, land, parcel_id, 40)
            await eventually(surveys(bank, -1, 10, 20, 30, 40), "delivered again, nothing is entered twice")
            assert await states(bank) == 3 * ["REDRIVEN"]


async def test_what_comes_while_the_parked_event_before_it_becomes_a_letter_waits_behind_the_letter(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Effects.behind
    async with town.open_land() as land, town.open_bank() as bank:
        parcel_id = uuid4()

        async def just_before(effects: Effects, session: AsyncSession, keys: Sequence[bytes]) -> Behind:
            found = await asked(effects, session, keys)
            if found.parked:  # the first survey's parcel arrives, and the survey turns out to be poison
                monkeypatch.setattr(Effects, "behind", asked)
                town.mended = False
                async with land.transaction() as other:
                    await town.register(other, "garden", "MELATI CONTOH", parcel_id)
                await eventually(counting(bank, "dead_letter", 1), "the first survey is a letter")
            return found

        town.mended = True
        await say(town, land, parcel_id, -1)
        await eventually(counting(bank, "parked", 1), "the first survey waits for its parcel")
        monkeypatch.setattr(Effects, "behind", just_before)
        await say(town, land, parcel_id, 10)
        assert [row.cause for row in await waiting(bank, 2)] == ["NOT_APPLICABLE", "BEHIND"]
        assert await survey_rows(bank) == []
        town.mended = True
        await ask(bank, (await waiting(bank, 2))[0])
        await eventually(surveys(bank, -1, 10), "both are entered, in the order of the log")


async def test_redriven_twice_at_once_it_is_applied_once(town: Town) -> None:
    async with town.open_land() as land, town.open_bank() as bank:
        parcel_id, other = await a_parcel(town, land, bank), await a_parcel(town, land, bank)
        await say(town, land, parcel_id, -1, 10)
        await say(town, land, other, -2)
        found = await waiting(bank, 3)
        town.mended = True
        own = [row for row in found if row.cause == "NOT_APPLICABLE"]
        await asyncio.gather(*(ask(bank, *own) for _ in range(4)))

        async def as_another_process() -> None:
            redriver = Redriving(bank.applying)
            for _ in range(5):
                async with bank.transaction() as session:
                    await redriver.run_next(session)

        await asyncio.gather(*(as_another_process() for _ in range(5)))
        await eventually(counting(bank, "survey", 3), "each is entered")
        assert sorted(await survey_rows(bank)) == [-2, -1, 10]
        entered = await survey_rows(bank)
        assert entered.index(-1) < entered.index(10)
        runs = [(row.letter_id, row.act) for row in await rows(bank, "dead_letter_act") if row.act != "ASKED"]
        assert sorted(runs) == sorted((row.id, "APPLIED") for row in found), "the others did not even try"


async def test_what_is_discarded_never_has_an_effect_and_frees_its_key(town: Town) -> None:
    async with town.open_land() as land:
        async with town.open_bank() as bank:
            parcel_id = await a_parcel(town, land, bank)
            await say(town, land, parcel_id, -1, 10)
            first, behind = await waiting(bank, 2)
            async with bank.transaction() as session:
                pick = Pick([Place(first.topic, first.partition, first.record_offset)])
                await letters.discard(session, pick, "joko", "Salah ukur CONTOH")
            await eventually(surveys(bank, 10), "what waited behind it is entered")
            assert await states(bank) == ["DISCARDED", "REDRIVEN"]
            (act,) = (await shown(bank, first))["acts"]
            assert (act["act"], act["officer"], act["reason"]) == ("DISCARDED", "joko", "Salah ukur CONTOH")
            assert [act["officer"] for act in (await shown(bank, behind))["acts"]] == [None]
            await rewind(bank)
        town.mended = True
        async with town.open_bank() as bank:
            await say(town, land, parcel_id, 20)
            await eventually(surveys(bank, 10, 20), "delivered again it is not entered, though it could be now")
            assert await states(bank) == ["DISCARDED", "REDRIVEN"]


async def test_killed_between_the_order_and_the_commit_it_is_applied_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with town.open_land() as land:
        async with town.open_bank() as bank:
            parcel_id = await a_parcel(town, land, bank)
            await say(town, land, parcel_id, -1, 10)
            first, _ = await waiting(bank, 2)
        async with not_running(town) as bank:
            await ask(bank, first)
        town.mended = True
        cut = Cut(town, times=2)
        monkeypatch.setattr(town, "enter", cut.enter)
        monkeypatch.setattr(redriving, "REST_SECONDS", 0.1)
        async with town.open_bank() as bank:
            await eventually(surveys(bank, -1, 10), "the third time it is entered")
            assert cut.times == 0
            told = await shown(bank, first)
            assert (told["attempts"], [act["act"] for act in told["acts"]]) == (1, ["ASKED", "APPLIED"])


async def test_a_letter_that_fails_again_counts_it_and_needs_another_order(town: Town) -> None:
    async with town.open_land() as land, town.open_bank() as bank:
        parcel_id = await a_parcel(town, land, bank)
        await say(town, land, parcel_id, -1, 10)
        first, behind = await waiting(bank, 2)
        await ask(bank, first, behind)

        async def failed() -> bool:
            return (await shown(bank, first))["asked_at"] is None

        await eventually(failed, "it was run again")
        told = await shown(bank, first)
        assert (told["attempts"], told["cause"], told["state"]) == (2, "NOT_APPLICABLE", "WAITING")
        assert [act["act"] for act in told["acts"]] == ["ASKED", "FAILED"]
        assert (told["behind"], told["waits_for"]) == (1, None)
        assert (await shown(bank, behind))["waits_for"] == told["place"]
        assert await survey_rows(bank) == []
        town.mended = True
        await ask(bank, first)
        await eventually(surveys(bank, -1, 10), "after the mend both are entered")


async def test_a_letter_that_needs_a_parcel_waits_for_it_and_what_is_behind_waits_too(town: Town) -> None:
    parcel_id = uuid4()
    async with town.open_land() as land, town.open_bank() as bank:
        await say(town, land, parcel_id, -1, 10)
        first, _ = await waiting(bank, 2)
        town.mended = True
        await ask(bank, first)
        await eventually(counting(bank, "parked", 1), "it waits for its parcel")
        await say(town, land, parcel_id, 20)
        await waiting(bank, 2)
        async with land.transaction() as session:
            await town.register(session, "garden", "SARI CONTOH", parcel_id)
        await eventually(surveys(bank, -1, 10, 20), "all are entered in order")
        assert [act["act"] for act in (await shown(bank, first))["acts"]] == ["ASKED", "PARKED"]


async def test_a_letter_that_waits_too_long_for_its_parcel_is_a_letter_again(town: Town) -> None:
    async with town.open_land() as land, town.open_bank() as bank:
        await say(town, land, uuid4(), -1)
        (letter,) = await waiting(bank, 1)
        town.mended = True
        await ask(bank, letter)
        await eventually(counting(bank, "parked", 1), "it waits for its parcel")
        town.now += timedelta(days=8)
        (again,) = await waiting(bank, 1)
        assert (again.id, again.cause, again.asked_at) == (letter.id, "AWAITED_TOO_LONG", None)


async def test_what_waited_for_a_letter_that_is_gone_goes_on(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The keeping time of the first is over, and nobody told those behind it."""
    monkeypatch.setattr(redriving, "STRANDED_SECONDS", 0.2)
    async with town.open_land() as land, town.open_bank() as bank:
        parcel_id = await a_parcel(town, land, bank)
        await say(town, land, parcel_id, -1, 10, 20)
        first, *_ = await waiting(bank, 3)
        async with bank.transaction() as session:
            await session.execute(text("delete from dead_letter where id = :id"), {"id": first.id})
        await eventually(surveys(bank, 10, 20), "those behind it are entered")


async def test_a_part_that_is_away_makes_no_letter_and_costs_none(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(redriving, "REST_SECONDS", 0.1)
    async with town.open_land() as land:
        async with town.open_bank() as bank:
            parcel_id = await a_parcel(town, land, bank)
            await say(town, land, parcel_id, -1)
            (letter,) = await waiting(bank, 1)
        town.mended = True
        async with without_registry(town) as bank:
            await ask(bank, letter)
            await say(town, land, uuid4(), 250)
            await eventually(lambda: stands_still(bank, town.surveys), "the subscription waits for the registry")
            await eventually(lambda: has_tried(caplog), "the letter was tried")
            told = await shown(bank, letter)
            assert (told["attempts"], told["state"]) == (1, "WAITING")
            assert told["asked_at"] is not None
            assert len(await rows(bank, "dead_letter")) == 1
        async with town.open_bank() as bank:
            await eventually(surveys(bank, -1), "with the registry back it is entered")
            cut = Cut(town, times=2)
            monkeypatch.setattr(town, "enter", cut.enter)
            await say(town, land, parcel_id, 10)
            await eventually(surveys(bank, -1, 10), "with the database back the next is entered")
            assert cut.times == 0
            assert await states(bank) == ["REDRIVEN"]


async def test_a_letter_of_somebody_erased_is_not_applied_and_goes(town: Town) -> None:
    card = town.root / "schemas" / town.land / town.parcels / "topic.yaml"
    card.write_text(card.read_text() + "person: true\n")
    async with town.open_land() as land, town.open_bank() as bank:
        parcel_id = await a_parcel(town, land, bank)
        await say(town, land, parcel_id, -1, 10)
        first, _ = await waiting(bank, 2)
        town.mended = True
        # As after a database was restored from before her erasure, and the order carried out once more.
        async with bank.transaction() as session:
            erased = "insert into erasure values (:topic, :key, 2, clock_timestamp(), '{}')"
            await session.execute(text(erased), {"topic": town.parcels, "key": parcel_id})
        await ask(bank, first)
        await eventually(lambda: none_left(bank), "her letters go")
        assert await survey_rows(bank) == []
        assert await rows(bank, "dead_letter_act") == []
        with pytest.raises(Problem, match="its person was erased"):
            await ask(bank, first)


async def test_an_erasure_that_could_not_be_carried_out_is_redriven(town: Town) -> None:
    """What follows from her tombstone could not be done; run again it takes all her letters, itself too."""
    card = town.root / "schemas" / town.land / town.parcels / "topic.yaml"
    card.write_text(card.read_text() + "person: true\n")

    async def follow(session: AsyncSession, keys: list[UUID]) -> None:
        gone = "select count(*) from parcel where parcel_id = any(:keys) and gone"
        if not town.mended and await session.scalar(text(gone), {"keys": keys}):
            raise ValueError("nobody to bury")

    async with town.open_land() as land, town.open_bank(then=follow) as bank:
        parcel_id = await a_parcel(town, land, bank)
        async with land.transaction() as session:
            await outbox.bury(session, town.events[town.land].Parcel, parcel_id, 5)
        (letter,) = await waiting(bank, 1)
        assert (letter.payload, letter.schema_id) == (None, None)
        assert [row.gone for row in await rows(bank, "parcel")] == [False]
        town.mended = True
        await ask(bank, letter)
        await eventually(lambda: none_left(bank), "the letter is gone")
        (grave,) = await rows(bank, "parcel")
        assert (grave.gone, grave.owner, grave.version) == (True, None, 5)
        assert [row.key for row in await rows(bank, "erasure")] == [parcel_id]


async def test_a_copys_letters_are_judged_by_their_versions(town: Town) -> None:
    """What follows from a row could not be done; meanwhile the parcel has gone on."""
    mended = False

    async def follow(session: AsyncSession, keys: list[UUID]) -> None:
        if not mended:
            raise ValueError("nobody to follow")
        said = "insert into followed select parcel_id, version from parcel where parcel_id = any(:keys)"
        await session.execute(text(said), {"keys": keys})

    async with town.open_land() as land, town.open_bank(then=follow) as bank:
        async with land.transaction() as session:
            old = await town.register(session, "garden", "MELATI CONTOH")
            only = await town.register(session, "garden", "SARI CONTOH")
        await waiting(bank, 2)
        mended = True
        async with land.transaction() as session:
            await town.register(session, "field", "MELATI CONTOH", old)
        await eventually(counting(bank, "followed", 1), "the next version is followed")
        async with bank.transaction() as session:
            await letters.ask(session, Pick(topic=town.parcels, cause="NOT_APPLICABLE"), "joko", REASON)
        await eventually(counting(bank, "followed", 2), "the other is followed")

        async def settled() -> bool:
            return await states(bank) == ["REDRIVEN", "REDRIVEN"]

        await eventually(settled, "both are settled")
        found = {row.parcel_id: row for row in await rows(bank, "parcel")}
        assert (found[old].version, found[old].use, found[only].version) == (2, "field", 1)
        assert {(row.parcel_id, row.version) for row in await rows(bank, "followed")} == {(old, 2), (only, 1)}
        acts = sorted(row.act for row in await rows(bank, "dead_letter_act"))
        assert acts == ["APPLIED", "ASKED", "ASKED", "DUPLICATE"]


async def test_a_redriven_event_has_a_trace_of_its_own_linked_to_the_old(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    tracer = provider.get_tracer("test")
    monkeypatch.setattr(spans, "_TRACER", tracer)
    async with town.open_land() as land, town.open_bank() as bank:
        parcel_id = await a_parcel(town, land, bank)
        with tracer.start_as_current_span("click"):
            await say(town, land, parcel_id, -1)
        (letter,) = await waiting(bank, 1)
        town.mended = True
        await ask(bank, letter)
        await eventually(surveys(bank, -1), "it is entered")

        async def two() -> list[Any]:
            found = [span for span in kept.get_finished_spans() if span.name == f"process {town.surveys}"]
            return found if len(found) == 2 else []

        dead, again = await eventually(two, "both runs have a span")
    created: Any
    (created,) = [span for span in kept.get_finished_spans() if span.name == f"create {town.surveys}"]
    assert dead.parent == again.links[0].context
    assert (dead.parent.trace_id, dead.parent.span_id) == (created.context.trace_id, created.context.span_id)
    assert (dead.attributes["error.type"], "error.type" in again.attributes) == ("ValueError", False)
    assert again.parent is None
    assert again.context.trace_id != dead.context.trace_id
    assert str(parcel_id) not in again.to_json()


def test_every_cause_is_explained_to_operators(pytestconfig: pytest.Config) -> None:
    sources = (pytestconfig.rootpath / "sekali").rglob("*.py")
    causes = {cause for file in sources for cause in re.findall(r'Poison\(\s*"([A-Z_]+)"', file.read_text())}
    told = (pytestconfig.rootpath / "docs" / "deadletters.md").read_text()
    assert "NOT_APPLICABLE" in causes
    assert {cause for cause in causes if f"`{cause}`" not in told} == set()
