"""Tax answers, says no, answers late, or is silent."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from sekali.errors import Problem
from services.licensing import service
from services.licensing.settings import Settings
from services.licensing.tests import people
from services.licensing.tests.office import Office

APPLICATION, ASKED = "licensing.application.v1", "licensing.kswp-requested.v1"
REPEAT_AFTER = Settings.model_fields["kswp_repeat_after"].default


@pytest.fixture
async def melati(office: Office) -> UUID:
    return await office.registered()


@pytest.fixture
async def restaurant(office: Office, melati: UUID) -> UUID:
    """Her application, which waits for KSWP."""
    receipt = await office.apply(melati, **people.RESTAURANT)
    return UUID(receipt["application_id"])


async def status(office: Office, application_id: UUID) -> str:
    return str((await office.last_said(APPLICATION, application_id))["progress"]["status"])


async def ask_again(office: Office, application_id: UUID) -> bool:
    async with office.database.transaction() as session:
        return await service.repeat_question(session, application_id, REPEAT_AFTER)


async def answers_on_file(office: Office) -> list[tuple[str | None, str | None]]:
    async with office.database.transaction() as session:
        rows = await session.execute(text("select result, reason_code from kswp_request order by requested_at"))
        return [(row.result, row.reason_code) for row in rows]


async def test_a_valid_answer_hands_the_application_to_an_officer(
    office: Office, melati: UUID, restaurant: UUID
) -> None:
    await office.tax_answers(melati, await office.latest_request(restaurant), "VALID")
    said = await office.last_said(APPLICATION, restaurant)
    assert (said["version"], said["progress"]["status"]) == (2, "MENUNGGU_VERIFIKASI")
    assert said["progress"]["next_actor"] == "OFFICER"


async def test_not_valid_stops_the_clock_until_the_applicant_answers_and_tax_is_asked_again(
    office: Office, melati: UUID, restaurant: UUID
) -> None:
    first = await office.latest_request(restaurant)
    await office.tax_answers(melati, first, "NOT_VALID", "RETURNS_OPEN")
    progress = (await office.last_said(APPLICATION, restaurant))["progress"]
    assert (progress["status"], progress["clock"], progress["due_on"]) == ("PERLU_PERBAIKAN", "STOPPED", None)
    assert (progress["reason_code"], progress["next_actor"]) == ("KSWP_NOT_VALID", "APPLICANT")

    office.clock.turn(days=60)
    async with office.database.transaction() as session:
        assert not await service.approve_by_deadline(session, restaurant)
    async with office.database.transaction() as session:
        await service.answer_return(session, restaurant, melati, "SPT sudah dilaporkan")
    second = await office.latest_request(restaurant)
    assert second != first
    assert (await office.said(ASKED))[-1]["request_id"] == second
    progress = (await office.last_said(APPLICATION, restaurant))["progress"]
    assert (progress["status"], progress["clock"], progress["reason_code"]) == ("MENUNGGU_KSWP", "RUNNING", None)
    await office.tax_answers(melati, second, "VALID")
    assert await status(office, restaurant) == "MENUNGGU_VERIFIKASI"


async def test_tax_is_asked_again_after_twenty_hours_and_a_late_answer_to_the_old_question_is_recorded_only(
    office: Office, melati: UUID, restaurant: UUID
) -> None:
    old = await office.latest_request(restaurant)
    office.clock.turn(hours=19, minutes=59)
    assert not await ask_again(office, restaurant)
    office.clock.turn(minutes=1)
    assert await ask_again(office, restaurant)
    assert not await ask_again(office, restaurant)
    new = await office.latest_request(restaurant)
    assert [question["request_id"] for question in await office.said(ASKED)] == [old, new]

    await office.tax_answers(melati, old, "NOT_VALID", "NOT_REGISTERED")
    assert await status(office, restaurant) == "MENUNGGU_KSWP"
    await office.tax_answers(melati, new, "VALID")
    assert await status(office, restaurant) == "MENUNGGU_VERIFIKASI"
    assert await answers_on_file(office) == [("NOT_VALID", "NOT_REGISTERED"), ("VALID", None)]


async def test_an_officer_goes_on_while_tax_is_silent_and_the_answer_no_longer_decides(
    office: Office, melati: UUID, restaurant: UUID
) -> None:
    async with office.database.transaction() as session:
        await service.proceed_without_kswp(session, restaurant, "dewi", "Sistem pajak tidak menjawab")
    progress = (await office.last_said(APPLICATION, restaurant))["progress"]
    assert (progress["status"], progress["reason_code"]) == ("MENUNGGU_VERIFIKASI", "KSWP_UNANSWERED")
    assert "Sistem pajak" not in str(progress)
    office.clock.turn(hours=21)
    assert not await ask_again(office, restaurant)
    await office.tax_answers(melati, await office.latest_request(restaurant), "NOT_VALID", "NAME_DIFFERS")
    assert await status(office, restaurant) == "MENUNGGU_VERIFIKASI"
    assert await answers_on_file(office) == [("NOT_VALID", "NAME_DIFFERS")]


async def test_answers_about_another_person_or_to_no_question_of_ours_store_nothing(
    office: Office, restaurant: UUID
) -> None:
    request = await office.latest_request(restaurant)
    await office.tax_answers(uuid4(), request, "VALID")
    await office.tax_answers(uuid4(), uuid4(), "VALID")
    assert await status(office, restaurant) == "MENUNGGU_KSWP"
    assert await answers_on_file(office) == [(None, None)]


async def test_a_result_that_is_not_known_here_decides_nothing(office: Office, melati: UUID, restaurant: UUID) -> None:
    await office.tax_answers(melati, await office.latest_request(restaurant), "UNKNOWN")
    assert await status(office, restaurant) == "MENUNGGU_KSWP"


async def test_nobody_answers_for_another_applicant(office: Office, restaurant: UUID) -> None:
    stranger = await office.registered(people.resident("9999991203880001", "RANGGA CONTOH"))
    with pytest.raises(Problem) as refused:
        async with office.database.transaction() as session:
            await service.answer_return(session, restaurant, stranger, None)
    assert refused.value.status == 404
