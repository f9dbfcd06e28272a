"""What time brings about, with a clock that the test turns; run as the service's own workers run it."""

from uuid import UUID

import pytest
from sqlalchemy import text

from sekali.outbox import Tombstone
from services.licensing import service
from services.licensing.app import workers
from services.licensing.service import ReturnReason
from services.licensing.store import applications
from services.licensing.tests import people
from services.licensing.tests.office import Office

APPLICATION, LICENCE, ASKED = "licensing.application.v1", "licensing.licence.v1", "licensing.kswp-requested.v1"


async def work(office: Office) -> None:
    """One round of every worker."""
    for worker in workers(office.settings):
        await worker.run(office)  # type: ignore[arg-type]


@pytest.fixture
async def melati(office: Office) -> UUID:
    return await office.registered()


async def test_the_licence_is_issued_when_the_office_is_late_even_if_tax_never_answered(
    office: Office, melati: UUID
) -> None:
    receipt = await office.apply(melati, **people.RESTAURANT)
    application_id, licence_id = UUID(receipt["application_id"]), UUID(receipt["licence_id"])
    office.clock.turn(days=11)  # 1 December, the last day of seven working days
    await work(office)
    assert (await office.last_said(APPLICATION, application_id))["progress"]["status"] == "MENUNGGU_KSWP"
    office.clock.turn(days=1)
    await work(office)
    said = await office.last_said(APPLICATION, application_id)
    assert (said["progress"]["status"], said["progress"]["reason_code"]) == ("TERBIT_OTOMATIS", "DEADLINE_PASSED")
    assert said["progress"]["clock"] == "STOPPED"
    licence = await office.last_said(LICENCE, licence_id)
    assert (licence["version"], licence["permit"]["status"]) == (2, "TERBIT_OTOMATIS")
    async with office.database.transaction() as session:
        assert await session.scalar(text("select kswp_check_due from application"))
    asked = len(await office.said(ASKED))
    office.clock.turn(days=30)
    await work(office)
    assert (await office.last_said(APPLICATION, application_id))["version"] == said["version"]
    assert len(await office.said(ASKED)) == asked


async def to_check(office: Office) -> list[UUID]:
    async with office.database.transaction() as session:
        return [one.application_id for one in await applications.to_check(session, 10)]


async def test_the_later_check_closes_when_tax_says_valid_and_stays_when_it_says_no(
    office: Office, melati: UUID
) -> None:
    first, second = [
        UUID((await office.apply(melati, **people.RESTAURANT, business_street=street))["application_id"])
        for street in ("Jalan Satu 1", "Jalan Dua 2")
    ]
    office.clock.turn(days=12)
    await work(office)
    assert await to_check(office) == [first, second]
    await office.tax_answers(melati, await office.latest_request(first), "VALID")
    await office.tax_answers(melati, await office.latest_request(second), "NOT_VALID", "RETURNS_OPEN")
    assert await to_check(office) == [second]
    assert (await office.last_said(APPLICATION, second))["progress"]["status"] == "TERBIT_OTOMATIS"


async def test_a_returned_application_waits_for_its_applicant_however_long(office: Office, melati: UUID) -> None:
    receipt = await office.apply(melati, **people.RESTAURANT)
    application_id = UUID(receipt["application_id"])
    await office.tax_answers(melati, await office.latest_request(application_id), "VALID")
    async with office.database.transaction() as session:
        await service.send_back(session, application_id, "dewi", ReturnReason.DATA_INCOMPLETE, "Denah kurang")
    office.clock.turn(days=90)
    await work(office)
    assert (await office.last_said(APPLICATION, application_id))["progress"]["status"] == "PERLU_PERBAIKAN"


async def test_the_worker_asks_silent_tax_again(office: Office, melati: UUID) -> None:
    await office.apply(melati, **people.RESTAURANT)
    office.clock.turn(hours=20)
    await work(office)
    await work(office)
    assert len(await office.said(ASKED)) == 2


async def test_an_ended_application_leaves_the_bus_after_a_year_and_stays_in_the_office(
    office: Office, melati: UUID
) -> None:
    receipt = await office.apply(melati)
    application_id = UUID(receipt["application_id"])
    office.clock.turn(days=364)
    await work(office)
    assert len(await office.said(APPLICATION, application_id)) == 1
    office.clock.turn(days=1)
    await work(office)
    await work(office)
    assert (await office.said(APPLICATION, application_id))[1:] == [{"gone": 2}]
    async with office.database.transaction() as session:
        assert await session.scalar(text("select receipt ->> 'nib' from application")) == receipt["nib"]
        (again,) = await service.CURRENT[APPLICATION](session, [application_id])
    assert isinstance(again, Tombstone)
    assert again.version == 2


async def test_one_case_that_fails_does_not_hold_up_the_others(office: Office, melati: UUID) -> None:
    broken = await office.apply(melati, **people.RESTAURANT)
    sound = await office.apply(melati, **people.RESTAURANT, business_street="Jalan Lain 2")
    async with office.database.transaction() as session:
        break_it = text("update licence set status = 'DICABUT' where licence_id = :id")
        await session.execute(break_it, {"id": UUID(broken["licence_id"])})
    office.clock.turn(days=12)
    await work(office)
    progress = (await office.last_said(APPLICATION, UUID(sound["application_id"])))["progress"]
    assert progress["status"] == "TERBIT_OTOMATIS"
    progress = (await office.last_said(APPLICATION, UUID(broken["application_id"])))["progress"]
    assert progress["status"] == "MENUNGGU_KSWP"
