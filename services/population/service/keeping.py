"""Holding, changing, storing and saying: what every use case of the register does, in this order."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali import erasure
from sekali import outbox as bus
from sekali.database import now
from sekali.errors import conflict
from sekali.outbox import Tombstone
from services.population import outbox
from services.population.model.codes import ChangeKind
from services.population.model.dates import day_of
from services.population.model.records import FamilyCard, Resident
from services.population.model.register import Register
from services.population.store import deeds, register


@dataclass(frozen=True, slots=True)
class Desk:
    """Where an officer works: who it is, and for which region numbers are issued there.

    `once`: the id of a form that is sent; what was done by it is not done a second time.
    """

    officer: str
    region: str
    once: UUID | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Done:
    """What a use case changed: residents in id order, and the cards that it opened."""

    residents: Sequence[Resident]
    cards: Sequence[FamilyCard]


@dataclass(frozen=True, slots=True, repr=False)
class Deed:
    """The ground of a change, kept in the register alone."""

    kind: ChangeKind
    effective_on: date | None
    document: dict[str, Any] | None = None
    reason: str | None = None


async def carry_out(
    session: AsyncSession, named: Collection[UUID], act: Callable[[Register, date], None], deed: Deed, desk: Desk
) -> Done:
    at = now(session)
    held = await register.hold(session, named, at)
    await refuse_done(session, desk)
    act(held, day_of(at))
    return await keep(session, held, deed, desk)


async def refuse_done(session: AsyncSession, desk: Desk) -> None:
    """Problem 409 for a form that was sent before. Asked under the locks, so that two at a time are one."""
    if desk.once is not None and await deeds.by_id(session, desk.once) is not None:
        raise conflict("already-done", "once", "This form was sent before, and what it says is done.", "Look it up.")


async def keep(session: AsyncSession, held: Register, deed: Deed, desk: Desk) -> Done:
    await register.keep(session, held, desk.region)
    changed = sorted([*held.changed(), *(held.residents[one] for one in held.born)], key=lambda one: one.resident_id)
    await deeds.record(
        session,
        desk.once,
        kind=deed.kind,
        effective_on=deed.effective_on,
        officer=desk.officer,
        document=deed.document,
        reason=deed.reason,
        residents=[one.resident_id for one in changed],
        recorded_at=held.at,
    )
    for said in [outbox.state(one, held.cards[one.card_id]) for one in changed]:
        if isinstance(said, Tombstone):
            await erasure.withdrawn(session, said)
        else:
            await bus.put(session, said)
    return Done(changed, [held.cards[one] for one in held.opened])
