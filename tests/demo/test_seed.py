"""Seeding the register through its doors: whole, resumable, never twice."""

import io
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from rich.console import Console
from sqlalchemy import text

from demo import people
from demo.register import Register, SeedFailed
from demo.seed import fill
from services.population.tests.office import OFFICER, Office, open_office

LIMIT = 0.2


@pytest.fixture
async def office(migrated_database: Callable[[str], str], tmp_path: Path) -> AsyncIterator[Office]:
    """The registry with its real database; its relay rests, so that a test decides when changes are said."""
    opened = await open_office(migrated_database("population"), tmp_path / "keys")
    opened.door.headers.update(OFFICER)
    yield opened
    await opened.door.aclose()
    await opened.bus.registry.close()
    await opened.bus.database.close()


async def everything_is_said(office: Office) -> None:
    async with office.bus.transaction() as session:
        await session.execute(text("delete from outbox"))


async def test_seeding_waits_for_the_bus_and_says_so_when_it_waits_in_vain(office: Office) -> None:
    with pytest.raises(SeedFailed, match="1000 changes are not said"):
        await fill(Register(office.door), 1000, Console(file=io.StringIO()), LIMIT)
    await everything_is_said(office)
    told = io.StringIO()
    assert await fill(Register(office.door), 1000, Console(file=told, width=200), LIMIT) == 1000
    assert "nothing was to be added" in told.getvalue()


async def test_seeding_tops_up_and_fills_a_hole_that_a_broken_off_run_left(office: Office) -> None:
    register = Register(office.door)
    for batch in (0, 1, 3):
        await register.add(batch)
    await everything_is_said(office)
    with pytest.raises(SeedFailed):
        await fill(register, 2300, Console(file=io.StringIO()), LIMIT)
    assert [await register.has(batch) for batch in range(6)] == [True, True, True, True, True, False]
    assert (await register.count()).residents == 5 * people.BATCH


async def test_the_same_batch_twice_is_there_once(office: Office) -> None:
    register = Register(office.door)
    await register.add(0)
    await register.add(0)
    assert (await register.count()).residents == people.BATCH


async def test_numbers_that_others_hold_are_no_batch_of_ours(office: Office) -> None:
    (first, *_) = people.batch(0)
    stranger = {**first, "kk_number": "9999990101250001"}
    await office.register(stranger)
    with pytest.raises(SeedFailed, match="already-registered"):
        await Register(office.door).add(0)


async def test_no_request_of_seeding_is_sampled_by_tracing(office: Office) -> None:
    sent: list[str] = []

    async def note(request: httpx.Request) -> None:
        sent.append(request.headers["traceparent"])

    office.door.event_hooks["request"].append(note)
    await Register(office.door).add(0)
    await Register(office.door).count()
    assert len(set(sent)) == 2
    assert {traceparent[-3:] for traceparent in sent} == {"-00"}
