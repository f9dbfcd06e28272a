"""How the register's rows become what the tax agency says."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sekali.outbox import Event, Tombstone
from services.tax import events
from services.tax.model import Reason, Status, Taxpayer

Row = Mapping[Any, Any]


def taxpayer(one: Taxpayer, said_at: datetime) -> events.Taxpayer:
    """The registration; of an ended one nothing but key and version is left."""
    registration = None
    if one.status is not Status.ENDED:
        assert one.npwp is not None
        status = events.TaxpayerRegistrationStatus(one.status.value)
        registration = events.TaxpayerRegistration(npwp=one.npwp, status=status, activated_on=one.activated_on)
    return events.Taxpayer(resident_id=one.resident_id, version=one.version, said_at=said_at, registration=registration)


def application(row: Row) -> Event | Tombstone:
    """How an application stands; a tombstone one year after its end."""
    if row["buried"]:
        return Tombstone(events.Application, row["application_id"], row["version"])
    ended = row["ended_at"] is not None
    progress = events.ApplicationProgress(
        resident_id=row["resident_id"],
        service=events.ApplicationProgressService(row["service"]),
        status=events.ApplicationProgressStatus(row["status"]),
        steps=tuple(_step(step) for step in row["steps"]),
        clock=events.ApplicationProgressClock.STOPPED if ended else events.ApplicationProgressClock.RUNNING,
        next_actor=events.ApplicationProgressNextActor.NOBODY if ended else events.ApplicationProgressNextActor.OFFICER,
    )
    return events.Application(
        application_id=row["application_id"], version=row["version"], said_at=row["said_at"], progress=progress
    )


def _step(step: Mapping[str, str]) -> events.ApplicationProgressStep:
    status = events.ApplicationProgressStatus(step["status"])
    return events.ApplicationProgressStep(status=status, at=datetime.fromisoformat(step["at"]))


def application_tombstone(application_id: UUID, version: int) -> Tombstone:
    return Tombstone(events.Application, application_id, version)


def tombstone(record: str, key: UUID, version: int) -> Tombstone:
    """Of a `taxpayer` or an `application` whose row is gone."""
    return Tombstone(events.Taxpayer if record == "taxpayer" else events.Application, key, version)


def kswp_answered(resident_id: UUID, request_id: UUID, reason: Reason | None, moment: datetime) -> events.KswpAnswered:
    answer = events.KswpAnsweredAnswer(
        result=events.KswpAnsweredAnswerResult.NOT_VALID if reason else events.KswpAnsweredAnswerResult.VALID,
        reason_code=events.KswpAnsweredAnswerReason(reason.value) if reason else None,
    )
    return events.KswpAnswered(resident_id=resident_id, request_id=request_id, answered_at=moment, answer=answer)
