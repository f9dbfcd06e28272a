"""Revision 2 of what licensing says: since when a licence is verified, and a reason that revision 1 did not have."""

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from sekali import migrations
from services.licensing import service
from services.licensing.model import LicenceStatus
from services.licensing.service import ReturnReason
from services.licensing.store import licences
from services.licensing.tests import people
from services.licensing.tests.office import Office

APPLICATION, LICENCE = "licensing.application.v1", "licensing.licence.v1"


@pytest.fixture
async def melati(office: Office) -> UUID:
    return await office.registered()


async def waiting(office: Office, melati: UUID) -> tuple[UUID, UUID]:
    """Her restaurant's application, at the officer's desk, and its licence."""
    receipt = await office.apply(melati, **people.RESTAURANT)
    application_id = UUID(receipt["application_id"])
    await office.tax_answers(melati, await office.latest_request(application_id), "VALID")
    return application_id, UUID(receipt["licence_id"])


async def test_an_officer_verifies_and_it_stays_said_when_the_licence_is_suspended(
    office: Office, melati: UUID
) -> None:
    application_id, licence_id = await waiting(office, melati)
    assert (await office.last_said(LICENCE, licence_id))["verification"] is None
    async with office.database.transaction() as session:
        await service.verify(session, application_id, "dewi")
    verified = {"verified_on": date(2026, 11, 20), "verified_by": "OFFICER"}
    assert (await office.last_said(LICENCE, licence_id))["verification"] == verified
    office.clock.turn(days=30)
    async with office.database.transaction() as session:
        await service.change_licence(session, licence_id, "dewi", LicenceStatus.DIBEKUKAN, "An inspection")
    said = await office.last_said(LICENCE, licence_id)
    assert (said["permit"]["status"], said["verification"]) == ("DIBEKUKAN", verified)


async def test_the_deadline_verifies_too_and_says_that_it_was_the_deadline(office: Office, melati: UUID) -> None:
    application_id, licence_id = await waiting(office, melati)
    office.clock.turn(days=30)
    async with office.database.transaction() as session:
        assert await service.approve_by_deadline(session, application_id)
    said = (await office.last_said(LICENCE, licence_id))["verification"]
    assert said == {"verified_on": date(2026, 12, 20), "verified_by": "DEADLINE"}


async def test_what_needs_no_verification_says_none(office: Office, melati: UUID) -> None:
    receipt = await office.apply(melati)
    said = await office.last_said(LICENCE, UUID(receipt["licence_id"]))
    assert (said["permit"]["status"], said["verification"]) == ("TERBIT", None)


async def test_a_missing_conformity_of_space_use_has_a_code_of_its_own(office: Office, melati: UUID) -> None:
    application_id, _ = await waiting(office, melati)
    async with office.database.transaction() as session:
        await service.send_back(session, application_id, "dewi", ReturnReason.KKPR_MISSING, "Bring the KKPR")
    assert (await office.last_said(APPLICATION, application_id))["progress"]["reason_code"] == "KKPR_MISSING"


async def test_the_migration_finds_out_what_was_verified_before_it(
    office: Office, melati: UUID, pytestconfig: pytest.Config
) -> None:
    application_id, licence_id = await waiting(office, melati)
    async with office.database.transaction() as session:
        await service.verify(session, application_id, "dewi")
    library = Path(migrations.__file__).parent
    own = pytestconfig.rootpath / "services" / "licensing" / "migrations"
    async with office.database.transaction() as session:
        await session.execute(text("alter table licence drop column verified_on, drop column verified_by"))
        await session.execute(text("drop index resident_nik"))
        await session.execute(
            text("update alembic_version set version_num = 'licensing_0001' where version_num like 'licensing_%'")
        )
    await office.database.migrate([library / "versions", own], library)
    async with office.database.transaction() as session:
        licence = await licences.get(session, licence_id)
    assert licence is not None
    assert (licence.verified_on, licence.verified_by) == (date(2026, 11, 20), "OFFICER")
