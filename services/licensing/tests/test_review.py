"""News of a death or an annulment: derived from the copy and the office's own rows, in whatever order it comes."""

import asyncio
from uuid import UUID

import pytest

from sekali.errors import Problem
from sekali.outbox import Tombstone
from services.licensing import service
from services.licensing.model import LicenceStatus
from services.licensing.tests import people
from services.licensing.tests.office import Office

RESIDENT = "population.resident.v1"
APPLICATION, LICENCE = "licensing.application.v1", "licensing.licence.v1"


async def status(office: Office, topic: str, key: str) -> str:
    said = await office.last_said(topic, UUID(key))
    return str(said["permit"]["status"] if topic == LICENCE else said["progress"]["status"])


@pytest.mark.parametrize(
    ("news", "reason"),
    [(people.dead(), "APPLICANT_DIED"), (people.ANNULLED, "APPLICANT_ANNULLED")],
)
async def test_licences_come_under_review_and_open_applications_halt(
    office: Office, news: dict[str, object], reason: str
) -> None:
    rangga = await office.registered()
    first, second = await office.apply(rangga), await office.apply(rangga, **people.RESTAURANT)
    await office.hear(RESIDENT, rangga, news)
    assert await status(office, LICENCE, first["licence_id"]) == "DITINJAU"
    assert await status(office, LICENCE, second["licence_id"]) == "DITINJAU"
    assert await status(office, APPLICATION, first["application_id"]) == "TERBIT"
    halted = (await office.last_said(APPLICATION, UUID(second["application_id"])))["progress"]
    assert (halted["status"], halted["clock"], halted["reason_code"]) == ("DIHENTIKAN", "STOPPED", reason)

    said = len(await office.said(LICENCE)), len(await office.said(APPLICATION))
    await office.hear(RESIDENT, rangga, news)
    assert (len(await office.said(LICENCE)), len(await office.said(APPLICATION))) == said

    office.clock.turn(days=60)
    async with office.database.transaction() as session:
        assert not await service.approve_by_deadline(session, UUID(second["application_id"]))


async def test_a_skipped_version_is_no_matter(office: Office) -> None:
    """Compaction may have removed the record that told of the death; a later one of the dead says it too."""
    rangga = await office.registered()
    receipt = await office.apply(rangga)
    await office.hear(RESIDENT, rangga, {**people.dead(), "address": {**people.HOME, "street": "Lain"}}, version=9)
    assert await status(office, LICENCE, receipt["licence_id"]) == "DITINJAU"


async def test_an_older_record_changes_nothing(office: Office) -> None:
    rangga = await office.registered()
    receipt = await office.apply(rangga)
    await office.hear(RESIDENT, rangga, people.resident(), version=5)
    await office.hear(RESIDENT, rangga, people.dead(), version=4)
    assert await status(office, LICENCE, receipt["licence_id"]) == "TERBIT"


async def test_what_is_not_known_here_decides_nothing(office: Office) -> None:
    rangga = await office.registered()
    receipt = await office.apply(rangga)
    await office.hear(RESIDENT, rangga, {**people.resident(), "life": {"status": "UNKNOWN"}})
    assert await status(office, LICENCE, receipt["licence_id"]) == "TERBIT"


async def test_an_application_beside_the_news_of_a_death_ends_under_review_or_refused(office: Office) -> None:
    """The applicant's copy row is locked by both: no licence of a dead person stays in force."""
    for _ in range(10):
        rangga = await office.registered()
        applied, _ = await asyncio.gather(
            office.apply(rangga), office.hear(RESIDENT, rangga, people.dead()), return_exceptions=True
        )
        if isinstance(applied, Problem):
            assert applied.slug == "applicant-died"
        else:
            assert isinstance(applied, dict)
            assert await status(office, LICENCE, applied["licence_id"]) == "DITINJAU"


async def test_a_late_kswp_answer_does_not_wake_a_halted_application(office: Office) -> None:
    rangga = await office.registered()
    receipt = await office.apply(rangga, **people.RESTAURANT)
    request = await office.latest_request(UUID(receipt["application_id"]))
    await office.hear(RESIDENT, rangga, people.dead())
    await office.tax_answers(rangga, request, "VALID")
    assert await status(office, APPLICATION, receipt["application_id"]) == "DIHENTIKAN"


async def test_a_review_ends_by_an_officer_and_only_while_the_holder_can_hold(office: Office) -> None:
    rangga = await office.registered()
    licence_id = UUID((await office.apply(rangga))["licence_id"])
    await office.hear(RESIDENT, rangga, people.dead())
    with pytest.raises(Problem) as refused:
        async with office.database.transaction() as session:
            await service.change_licence(session, licence_id, "dewi", None, "Keliru dicatat")
    assert refused.value.slug == "applicant-died"
    await office.hear(RESIDENT, rangga, people.resident())
    async with office.database.transaction() as session:
        await service.change_licence(session, licence_id, "dewi", None, "Catatan kematian dibatalkan")
    assert await status(office, LICENCE, str(licence_id)) == "TERBIT"
    async with office.database.transaction() as session:
        await service.change_licence(session, licence_id, "dewi", LicenceStatus.DICABUT, "Diminta pemegang")
    assert await status(office, LICENCE, str(licence_id)) == "DICABUT"
    assert (await office.apply(rangga))["status"] == "TERBIT"


async def test_what_stands_now_can_be_said_again_as_it_is(office: Office) -> None:
    rangga = await office.registered()
    receipt = await office.apply(rangga, **people.RESTAURANT)
    for topic, key in ((LICENCE, receipt["licence_id"]), (APPLICATION, receipt["application_id"])):
        async with office.database.transaction() as session:
            (now,) = await service.CURRENT[topic](session, [UUID(key)])
        assert not isinstance(now, Tombstone)
        assert now.record()["version"] == (await office.last_said(topic, UUID(key)))["version"]
