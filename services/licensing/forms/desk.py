"""The officers' desk."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import AfterValidator, Field

from sekali import uses
from sekali.doors import Body, Officer, TheBus
from sekali.lines import printable
from services.licensing import prefill, service
from services.licensing.model import ApplicationStatus, LicenceStatus
from services.licensing.store import applications

desk = APIRouter(tags=["officer"])
DESK_LIMIT = 200


class Reason(Body):
    """An officer's reason, in words; it stays in the case file."""

    reason: Annotated[str, Field(min_length=3, max_length=2000), AfterValidator(printable)]


class OptionalReason(Body):
    reason: Annotated[str, Field(max_length=2000), AfterValidator(printable)] | None = None


class CodedReason(Reason):
    """The code goes to the citizen's tracker, the words stay here."""

    reason_code: service.ReturnReason


@desk.get("/desk/applications")
async def waiting(officer: Officer, bus: TheBus, status: ApplicationStatus | None = None) -> dict[str, Any]:
    """What waits, the most urgent first, at most 200; `status` narrows it."""
    async with bus.transaction() as session:
        found = await applications.at_desk(session, status, DESK_LIMIT)
        return {"applications": [prefill.summary(one) for one in found]}


@desk.get("/desk/applications/{application_id}")
async def case(application_id: UUID, officer: Officer, bus: TheBus) -> dict[str, Any]:
    async with bus.transaction() as session:
        return await prefill.case_card(session, application_id)


@desk.get("/desk/later-checks")
async def later_checks(officer: Officer, bus: TheBus) -> dict[str, Any]:
    """Issued by the clock while tax was silent: KSWP is still to be looked at; at most 200."""
    async with bus.transaction() as session:
        found = await applications.to_check(session, DESK_LIMIT)
        return {"applications": [prefill.summary(one) for one in found]}


@desk.get("/desk/residents/{resident_id}")
async def resident(resident_id: UUID, officer: Officer, bus: TheBus) -> dict[str, Any]:
    """This agency's copies of a person's records, with version and as of."""
    async with bus.transaction() as session:
        return await prefill.copy_card(session, resident_id, uses.by_officer(officer.name))


@desk.get("/desk/residents/{resident_id}/licences")
async def licences_of(resident_id: UUID, officer: Officer, bus: TheBus) -> dict[str, Any]:
    async with bus.transaction() as session:
        return {"licences": await prefill.licence_list(session, resident_id)}


@desk.post("/applications/{application_id}/verify")
async def verify(application_id: UUID, body: OptionalReason, officer: Officer, bus: TheBus) -> dict[str, Any]:
    """Approve: the certificate or permit is verified."""
    async with bus.transaction() as session:
        return prefill.summary(await service.verify(session, application_id, officer.name, body.reason))


@desk.post("/applications/{application_id}/return")
async def send_back(application_id: UUID, body: CodedReason, officer: Officer, bus: TheBus) -> dict[str, Any]:
    """Ask the applicant to mend something; the clock stops."""
    async with bus.transaction() as session:
        return prefill.summary(
            await service.send_back(session, application_id, officer.name, body.reason_code, body.reason)
        )


@desk.post("/applications/{application_id}/reject")
async def reject(application_id: UUID, body: CodedReason, officer: Officer, bus: TheBus) -> dict[str, Any]:
    async with bus.transaction() as session:
        return prefill.summary(
            await service.reject(session, application_id, officer.name, body.reason_code, body.reason)
        )


@desk.post("/applications/{application_id}/proceed")
async def proceed(application_id: UUID, body: Reason, officer: Officer, bus: TheBus) -> dict[str, Any]:
    """Go on although tax is silent."""
    async with bus.transaction() as session:
        return prefill.summary(await service.proceed_without_kswp(session, application_id, officer.name, body.reason))


@desk.post("/licences/{licence_id}/suspend")
async def suspend(licence_id: UUID, body: Reason, officer: Officer, bus: TheBus) -> dict[str, Any]:
    return await _change(bus, licence_id, officer.name, LicenceStatus.DIBEKUKAN, body.reason)


@desk.post("/licences/{licence_id}/revoke")
async def revoke(licence_id: UUID, body: Reason, officer: Officer, bus: TheBus) -> dict[str, Any]:
    return await _change(bus, licence_id, officer.name, LicenceStatus.DICABUT, body.reason)


@desk.post("/licences/{licence_id}/reinstate")
async def reinstate(licence_id: UUID, body: Reason, officer: Officer, bus: TheBus) -> dict[str, Any]:
    return await _change(bus, licence_id, officer.name, None, body.reason)


async def _change(
    bus: TheBus, licence_id: UUID, officer: str, status: Literal[LicenceStatus.DIBEKUKAN, LicenceStatus.DICABUT] | None,
    reason: str,
) -> dict[str, Any]:  # fmt: skip
    async with bus.transaction() as session:
        return prefill.licence_card(await service.change_licence(session, licence_id, officer, status, reason))
