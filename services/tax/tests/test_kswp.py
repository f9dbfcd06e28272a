"""KSWP: asked and answered; it waits for the person's record and tells no year and no figure."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from sekali.inbox import Awaiting
from services.tax import service
from services.tax.model import ReturnState
from services.tax.store.register import Recorded
from services.tax.tests.office import LICENCE, RESIDENT, Office
from services.tax.tests.people import MELATI, licence, melati

ANSWERED = "tax.kswp-answered.v1"

BY = service.By("Petugas Contoh", "Surat Contoh 1")


async def _answer(office: Office) -> tuple[str, str | None]:
    request_id = await office.ask_kswp(MELATI)
    said = (await office.said(ANSWERED))[-1]
    assert said is not None
    assert str(said["request_id"]) == str(request_id)
    assert set(said["answer"]) == {"result", "reason_code"}
    return said["answer"]["result"], said["answer"]["reason_code"]


async def test_the_question_came_before_the_person(office: Office) -> None:
    with pytest.raises(Awaiting) as waits:
        await office.ask_kswp(MELATI)
    assert (waits.value.topic, waits.value.key) == (RESIDENT, MELATI)
    await office.hear(LICENCE, uuid4(), licence(MELATI))
    with pytest.raises(Awaiting):
        await office.ask_kswp(MELATI)
    assert await office.said(ANSWERED) == []
    await office.hear(RESIDENT, MELATI, melati())
    assert await _answer(office) == ("NOT_VALID", "NOT_REGISTERED")


async def test_a_new_taxpayer_owes_no_return(office: Office) -> None:
    await office.hear(RESIDENT, MELATI, melati())
    await office.activate()
    assert await _answer(office) == ("VALID", None)


async def test_open_returns_and_their_filing(office: Office) -> None:
    await office.hear(RESIDENT, MELATI, melati())
    await office.activate()
    office.clock.at = datetime(2028, 4, 1, 5, tzinfo=UTC)
    assert await _answer(office) == ("NOT_VALID", "RETURNS_OPEN")
    for year in (2026, 2027):
        await _record(office, year, ReturnState.FILED)
    assert await _answer(office) == ("VALID", None)
    await _record(office, 2028, ReturnState.DUE)
    assert await _answer(office) == ("NOT_VALID", "RETURNS_OPEN")


async def test_the_register_follows_a_new_name(office: Office) -> None:
    await office.hear(RESIDENT, MELATI, melati())
    await office.activate()
    await office.hear(RESIDENT, MELATI, melati(identity={"full_name": "MELATI CONTOH"}))
    assert await _answer(office) == ("VALID", None)


async def test_a_held_name_differs_until_it_is_released(office: Office) -> None:
    await office.hear(RESIDENT, MELATI, melati())
    await office.activate()
    await _hold(office, held=True)
    await office.hear(RESIDENT, MELATI, melati(identity={"full_name": "MELATI CONTOH"}))
    assert await _answer(office) == ("NOT_VALID", "NAME_DIFFERS")
    await _hold(office, held=False)
    assert await _answer(office) == ("VALID", None)


async def test_the_dead_are_not_registered(office: Office) -> None:
    await office.hear(RESIDENT, MELATI, melati())
    await office.activate()
    await office.hear(RESIDENT, MELATI, melati(life={"status": "DIED"}))
    assert await _answer(office) == ("NOT_VALID", "NOT_REGISTERED")


async def test_the_answers_stay_on_record(office: Office) -> None:
    await office.hear(RESIDENT, MELATI, melati())
    request_id = await office.ask_kswp(MELATI)
    await office.ask_kswp(MELATI, request_id)
    (kept,) = await office.rows("select request_id, service, result, reason_code from kswp_answer")
    assert kept == {
        "request_id": request_id, "service": "PERIZINAN_BERUSAHA", "result": "NOT_VALID",
        "reason_code": "NOT_REGISTERED",
    }  # fmt: skip


async def _record(office: Office, year: int, state: ReturnState) -> None:
    async with office.transaction() as session:
        await service.record_return(session, MELATI, Recorded(year, state, BY.officer), BY)


async def _hold(office: Office, *, held: bool) -> None:
    async with office.transaction() as session:
        await service.hold_name(session, MELATI, BY, held=held)
