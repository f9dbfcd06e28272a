"""What time brings, and what the relay asks when it mends its log."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sekali.outbox import Tombstone
from services.tax import events, service
from services.tax.tests.office import NOON, RESIDENT, Office
from services.tax.tests.people import MELATI, RANGGA, RANGGAS_NIK, annulled, melati, rangga


async def test_an_application_leaves_the_bus_one_year_after_its_end(office: Office) -> None:
    await office.hear(RESIDENT, MELATI, melati())
    receipt = await office.activate()
    assert await _bury(office, NOON + timedelta(days=364)) == 0
    assert await _bury(office, NOON + timedelta(days=365)) == 1
    assert await _bury(office, NOON + timedelta(days=366)) == 0
    said = await office.said("tax.application.v1")
    assert ["gone" in one for one in said] == [False, True]
    current = await _current(office, events.Application.TOPIC, UUID(receipt["application_id"]))
    assert current == [Tombstone(events.Application, UUID(receipt["application_id"]), 2)]


async def test_reminders_of_a_new_year_go_to_the_living_who_have_not_filed(office: Office) -> None:
    await office.hear(RESIDENT, MELATI, melati())
    await office.hear(RESIDENT, RANGGA, rangga())
    await office.activate()
    await office.activate(RANGGA, nik=RANGGAS_NIK)
    await office.hear(RESIDENT, RANGGA, rangga(life={"status": "DIED"}))
    office.clock.at = datetime(2027, 1, 2, tzinfo=UTC)
    for made in (1, 0):
        async with office.transaction() as session:
            assert await service.remind_of_returns(session) == made
    found = await office.rows("select resident_id, tax_year, due_on::text from reminder order by tax_year")
    assert [(row["resident_id"], row["tax_year"], row["due_on"]) for row in found] == [
        (MELATI, 2026, "2027-03-31"),
        (MELATI, 2027, "2028-03-31"),
    ]


async def test_the_present_state_is_what_was_said_last(office: Office) -> None:
    await office.hear(RESIDENT, MELATI, melati())
    await office.activate()
    for change in (None, {"life": {"status": "DIED"}}, annulled(MELATI)):
        if change is not None:
            await office.hear(RESIDENT, MELATI, melati(**change) if change.get("life") else change)
        (current,) = await _current(office, events.Taxpayer.TOPIC, MELATI)
        last = (await office.said(events.Taxpayer.TOPIC))[-1]
        assert last is not None
        assert isinstance(current, events.Taxpayer)
        assert (current.version, current.registration is None) == (last["version"], last["registration"] is None)
    assert await _current(office, events.Taxpayer.TOPIC, uuid4()) == []


async def _bury(office: Office, moment: datetime) -> int:
    office.clock.at = moment
    async with office.transaction() as session:
        return await service.bury_applications(session)


async def _current(office: Office, topic: str, key: UUID) -> list[object]:
    async with office.transaction() as session:
        return list(await service.CURRENT[topic](session, [key]))
