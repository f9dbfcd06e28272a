"""How this agency's aggregates become what it says."""

from datetime import datetime
from uuid import UUID

from sekali.outbox import Tombstone
from services.licensing import events, model

SERVICE = "PERIZINAN_BERUSAHA"


def licence(state: model.Licence) -> events.Licence:
    return events.Licence(
        licence_id=state.licence_id,
        holder_id=state.holder_id,
        version=state.version,
        said_at=state.said_at,
        number=events.LicenceNumber(nib=state.nib),
        permit=events.LicencePermit(
            status=events.LicencePermitStatus(state.status),
            kbli_version=state.kbli_version,
            kbli_code=state.kbli_code,
            scale=events.LicencePermitScale(state.scale),
            risk=events.LicencePermitRisk(state.risk),
            documents=tuple(events.LicencePermitDocument(document) for document in state.documents),
            issued_on=state.issued_on,
        ),
        business=events.LicenceBusiness(trade_name=state.trade_name, employee_count=state.employee_count),
        place=events.LicencePlace(
            street=state.place.street,
            village_code=state.place.village_code,
            district_code=state.place.district_code,
            regency_code=state.place.regency_code,
            province_code=state.place.province_code,
            postal_code=state.place.postal_code,
        ),
        verification=_verification(state),
    )


def _verification(state: model.Licence) -> events.LicenceVerification | None:
    if state.verified_on is None or state.verified_by is None:
        return None
    return events.LicenceVerification(
        verified_on=state.verified_on,
        verified_by=events.LicenceVerificationVerifier(state.verified_by),
    )


def application(state: model.Application) -> events.Application | Tombstone:
    """The application's progress; a tombstone when its keeping time on the bus is over."""
    if state.buried_at is not None:
        return Tombstone(events.Application, state.application_id, state.version)
    reason = state.reason_code
    return events.Application(
        application_id=state.application_id,
        version=state.version,
        said_at=state.said_at,
        progress=events.ApplicationProgress(
            resident_id=state.resident_id,
            service=events.ApplicationProgressService(SERVICE),
            status=events.ApplicationProgressStatus(state.status),
            steps=tuple(
                events.ApplicationProgressStep(status=events.ApplicationProgressStatus(step.status), at=step.at)
                for step in state.steps
            ),
            due_on=state.clock.due_on,
            clock=events.ApplicationProgressClock(state.clock.state),
            next_actor=events.ApplicationProgressNextActor(state.next_actor),
            reason_code=events.ApplicationProgressReason(reason) if reason else None,
        ),
    )


def tombstone(record: str, key: UUID, version: int) -> Tombstone:
    """Of a `licence` or an `application` whose row is gone."""
    return Tombstone(events.Licence if record == "licence" else events.Application, key, version)


def kswp_requested(resident_id: UUID, request_id: UUID, at: datetime) -> events.KswpRequested:
    return events.KswpRequested(
        resident_id=resident_id,
        request_id=request_id,
        service=events.KswpRequestedService(SERVICE),
        requested_at=at,
    )
