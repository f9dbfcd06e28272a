"""What the portal hears: who is annulled, what owners decided, how applications go on at every agency."""

from collections.abc import Iterator
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.contracts import Catalogue, Contract
from sekali.inbox import Inbox
from services.portal import events, service
from services.portal.model import PROGRESS, TRACKED, Decision, owner
from services.portal.store import tables


def hearing(catalogue: Catalogue) -> Inbox:
    """The portal's inbox. The tracker takes every agency whose applications a contract of the portal lists.

    So a new agency shows up in the tracker by its contract file, with no edit here.
    """
    inbox = Inbox()
    inbox.projection(
        "population.resident.v1",
        into=tables.resident,
        columns={"standing": "standing"},
        then=service.residents_changed,
        ended=tables.resident.c.standing == "ANNULLED",
    )
    inbox.effect("population.correction-decided.v1")(close_correction)
    for contract in tracked(catalogue):
        inbox.projection(
            contract.topic,
            into=tables.application,
            columns=PROGRESS,
            then=partial(service.track, owner(contract.topic)),
            ended=tables.application.c.next_actor == "NOBODY",
            person="resident_id",
        )
    return inbox


def tracked(catalogue: Catalogue) -> Iterator[Contract]:
    """The portal's contracts on agencies' applications."""
    return (contract for contract in catalogue.hears("portal") if contract.topic.endswith(TRACKED))


async def close_correction(session: AsyncSession, event: events.PopulationCorrectionDecided) -> None:
    reason = event.reason_code.value if event.reason_code else None
    await service.close_correction(
        session, event.correction_id, Decision(event.decision.value, reason, event.decided_at)
    )
