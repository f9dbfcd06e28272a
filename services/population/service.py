"""The use cases of the register. Each runs in ONE transaction, which the door gives, and says what it changed."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import outbox as bus
from sekali.database import now, sqlstate
from sekali.errors import FieldError, Problem, conflict, not_found, stale_version
from services.population import outbox
from services.population.model import corrections, lives, marriages, moves, registration
from services.population.model.codes import ChangeKind, Decision
from services.population.model.dates import day_of
from services.population.model.orders import (
    AnnulmentOrder,
    BirthOrder,
    CardOrder,
    CorrectionOrder,
    DeathOrder,
    DecisionOrder,
    DivorceOrder,
    MarriageOrder,
    MoveOrder,
    NameChangeOrder,
)
from services.population.model.records import FamilyCard, Resident
from services.population.model.register import Register
from services.population.store import deeds, numbers, proposals, register


@dataclass(frozen=True, slots=True)
class Desk:
    """Where an officer works: who it is, and for which region numbers are issued there."""

    officer: str
    region: str


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


async def register_cards(session: AsyncSession, orders: Sequence[tuple[str, CardOrder]]) -> registration.Registration:
    """`orders`: each with the path of its fields in the request. All cards or none; 409 names the numbers taken."""
    at = now(session)
    new = registration.register(orders, at, day_of(at))
    residents = [member for members in new.members for member in members]
    try:
        async with session.begin_nested():
            await register.insert_family(session, new.cards, residents)
    except IntegrityError as error:
        if sqlstate(error) != register.UNIQUE_VIOLATION:
            raise
        raise await _taken(session, orders) from None
    places = {card.card_id: card for card in new.cards}
    await bus.put(session, *(outbox.state(one, places[one.card_id]) for one in residents))
    return new


async def _taken(session: AsyncSession, orders: Sequence[tuple[str, CardOrder]]) -> Problem:
    niks = {m.nik.digits: f"{path}members.{i}.nik" for path, order in orders for i, m in enumerate(order.members)}
    kks = {order.kk_number.digits: f"{path}kk_number" for path, order in orders}
    taken_niks, taken_kks = await numbers.taken(session, niks, kks)
    nik_way_out = "Find the resident by NIK; if the person is another one, the number is wrong."
    kk_way_out = "Find the card by its number; further members join it by birth or marriage."
    fields = [FieldError(kks[one], "This KK number is registered.", kk_way_out) for one in taken_kks]
    fields += [FieldError(niks[one], "This NIK is registered.", nik_way_out) for one in taken_niks]
    if not fields:  # the other transaction, which had the number, has been rolled back meanwhile
        return register.ChangedMeanwhile()
    fields.sort(key=lambda field: field.field)
    detail = "The register holds these numbers already; nothing of the request was stored."
    return Problem(409, "already-registered", "Already registered", detail, fields)


async def move(session: AsyncSession, order: MoveOrder, desk: Desk) -> Done:
    succession = order.succession.join_card_of
    named = {order.resident_id} | ({succession} if succession else set())
    deed = Deed(ChangeKind.PINDAH, order.moved_on)
    return await _carry_out(session, named, lambda held, today: moves.move(held, order, today), deed, desk)


async def rename(session: AsyncSession, order: NameChangeOrder, desk: Desk) -> Done:
    deed = Deed(ChangeKind.NAMA_DIUBAH, order.effective_on, order.ruling.model_dump(mode="json"))
    return await _carry_out(
        session, {order.resident_id}, lambda held, today: lives.rename(held, order, today), deed, desk
    )


async def marry(session: AsyncSession, order: MarriageOrder, desk: Desk) -> Done:
    joined = order.succession.join_card_of
    named = {order.husband_id, order.wife_id, *order.child_ids} | ({joined} if joined else set())
    deed = Deed(ChangeKind.KAWIN, order.married_on, order.certificate.model_dump(mode="json"))
    return await _carry_out(session, named, lambda held, today: marriages.marry(held, order, today), deed, desk)


async def divorce(session: AsyncSession, order: DivorceOrder, desk: Desk) -> Done:
    named = {order.husband_id, order.wife_id, *order.child_ids}
    deed = Deed(ChangeKind.CERAI_HIDUP, order.effective_on, order.ruling.model_dump(mode="json"))
    return await _carry_out(session, named, lambda held, today: marriages.divorce(held, order, today), deed, desk)


async def give_birth(session: AsyncSession, order: BirthOrder, desk: Desk) -> Done:
    named = {order.mother_id} | ({order.father_id} if order.father_id else set())
    deed = Deed(ChangeKind.LAHIR, order.birth_date)

    def act(held: Register, today: date) -> None:
        lives.give_birth(held, order, today)

    return await _carry_out(session, named, act, deed, desk)


async def die(session: AsyncSession, order: DeathOrder, desk: Desk) -> Done:
    joined = order.succession.join_card_of
    named = {order.resident_id} | ({joined} if joined else set())
    deed = Deed(ChangeKind.MENINGGAL, order.died_on)
    return await _carry_out(session, named, lambda held, today: lives.die(held, order, today), deed, desk)


async def annul(session: AsyncSession, order: AnnulmentOrder, desk: Desk) -> Done:
    joined = order.succession.join_card_of
    named = {order.resident_id, order.duplicate_of} | ({joined} if joined else set())
    deed = Deed(ChangeKind.DIBATALKAN, None, reason=order.reason)
    return await _carry_out(session, named, lambda held, today: lives.annul(held, order, today), deed, desk)


async def correct(session: AsyncSession, order: CorrectionOrder, desk: Desk) -> Done:
    deed = Deed(ChangeKind.BIODATA_DIPERBARUI, None, reason=order.reason)
    correction = corrections.Correction(order.field, order.value)

    def act(held: Register, today: date) -> None:
        resident = held.known(order.resident_id, "resident_id")
        if order.version is not None and order.version != resident.version:
            raise stale_version()
        corrections.correct(held, resident, correction, today)

    return await _carry_out(session, {order.resident_id}, act, deed, desk)


async def decide(session: AsyncSession, correction_id: UUID, order: DecisionOrder, desk: Desk) -> Done:
    """Accepted: the correction is applied in this same transaction. What was decided is said to the portal."""
    proposal = await proposals.lock(session, correction_id)
    if proposal is None:
        raise not_found("proposal")
    if await proposals.is_decided(session, correction_id):
        raise conflict("already-decided", "decision", "This proposal has been decided.", "Nothing needs to be done.")
    if proposal.gone or proposal.standing != "OPEN":
        raise conflict("proposal-closed", "decision", "The citizen's proposal is closed.", "Nothing needs to be done.")
    at = now(session)
    held = await register.hold(session, {proposal.resident_id}, at)
    resident = held.residents.get(proposal.resident_id)
    corrections.check_decision(order.decision, order.reason_code, resident)
    done = Done((), ())
    if order.decision is Decision.ACCEPTED and resident is not None:
        if order.version is not None and order.version != resident.version:
            raise stale_version()
        corrections.correct(
            held, resident, corrections.Correction(proposal.field, proposal.proposed, "proposed"), day_of(at)
        )
        deed = Deed(ChangeKind.BIODATA_DIPERBARUI, None, {"correction_id": str(correction_id)}, order.reason_code)
        done = await _keep(session, held, deed, desk)
    fields = {"decision": order.decision, "reason_code": order.reason_code}
    await proposals.decide(session, correction_id=correction_id, officer=desk.officer, decided_at=at, **fields)
    await bus.put(session, outbox.decided(correction_id, order.decision, order.reason_code, at))
    return done


async def _carry_out(
    session: AsyncSession, named: Collection[UUID], act: Callable[[Register, date], None], deed: Deed, desk: Desk
) -> Done:
    at = now(session)
    held = await register.hold(session, named, at)
    act(held, day_of(at))
    return await _keep(session, held, deed, desk)


async def _keep(session: AsyncSession, held: Register, deed: Deed, desk: Desk) -> Done:
    await register.keep(session, held, desk.region)
    changed = sorted([*held.changed(), *(held.residents[one] for one in held.born)], key=lambda one: one.resident_id)
    await deeds.record(
        session,
        kind=deed.kind,
        effective_on=deed.effective_on,
        officer=desk.officer,
        document=deed.document,
        reason=deed.reason,
        residents=[one.resident_id for one in changed],
        recorded_at=held.at,
    )
    await bus.put(session, *(outbox.state(one, held.cards[one.card_id]) for one in changed))
    return Done(changed, [held.cards[one] for one in held.opened])
