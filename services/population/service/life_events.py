"""What happens to residents: each use case one transaction, its ground kept as a deed."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali import erasure
from sekali.errors import stale_version
from services.population.model import corrections, lives, marriages, moves
from services.population.model.codes import ChangeKind
from services.population.model.orders import (
    AnnulmentOrder,
    BirthOrder,
    CorrectionOrder,
    DeathOrder,
    DivorceOrder,
    ErasureOrder,
    MarriageOrder,
    MoveOrder,
    NameChangeOrder,
    Succession,
)
from services.population.model.register import Register
from services.population.service.keeping import Deed, Desk, Done, carry_out


async def move(session: AsyncSession, order: MoveOrder, desk: Desk) -> Done:
    named = {order.resident_id, *_joined(order.succession)}
    deed = Deed(ChangeKind.PINDAH, order.moved_on)
    return await carry_out(session, named, lambda held, today: moves.move(held, order, today), deed, desk)


async def rename(session: AsyncSession, order: NameChangeOrder, desk: Desk) -> Done:
    deed = Deed(ChangeKind.NAMA_DIUBAH, order.effective_on, order.ruling.model_dump(mode="json"))
    return await carry_out(
        session, {order.resident_id}, lambda held, today: lives.rename(held, order, today), deed, desk
    )


async def marry(session: AsyncSession, order: MarriageOrder, desk: Desk) -> Done:
    named = {order.husband_id, order.wife_id, *order.child_ids, *_joined(order.succession)}
    deed = Deed(ChangeKind.KAWIN, order.married_on, order.certificate.model_dump(mode="json"))
    return await carry_out(session, named, lambda held, today: marriages.marry(held, order, today), deed, desk)


async def divorce(session: AsyncSession, order: DivorceOrder, desk: Desk) -> Done:
    named = {order.husband_id, order.wife_id, *order.child_ids}
    deed = Deed(ChangeKind.CERAI_HIDUP, order.effective_on, order.ruling.model_dump(mode="json"))
    return await carry_out(session, named, lambda held, today: marriages.divorce(held, order, today), deed, desk)


async def give_birth(session: AsyncSession, order: BirthOrder, desk: Desk) -> Done:
    named = {order.mother_id} | ({order.father_id} if order.father_id else set())
    deed = Deed(ChangeKind.LAHIR, order.birth_date)

    def act(held: Register, today: date) -> None:
        lives.give_birth(held, order, today)

    return await carry_out(session, named, act, deed, desk)


async def die(session: AsyncSession, order: DeathOrder, desk: Desk) -> Done:
    named = {order.resident_id, *_joined(order.succession)}
    deed = Deed(ChangeKind.MENINGGAL, order.died_on)
    return await carry_out(session, named, lambda held, today: lives.die(held, order, today), deed, desk)


async def annul(session: AsyncSession, order: AnnulmentOrder, desk: Desk) -> Done:
    named = {order.resident_id, order.duplicate_of, *_joined(order.succession)}
    deed = Deed(ChangeKind.DIBATALKAN, None, reason=order.reason)
    return await carry_out(session, named, lambda held, today: lives.annul(held, order, today), deed, desk)


async def erase(session: AsyncSession, order: ErasureOrder, desk: Desk) -> dict[str, Any]:
    """The receipt as it stands; ordered again, nothing is done twice."""
    receipt = await erasure.confirmation(session, order.resident_id)
    if receipt is None:
        named = {order.resident_id, *_joined(order.succession)}
        deed = Deed(ChangeKind.DITARIK, None, reason=order.reason)
        await carry_out(session, named, lambda held, today: lives.withdraw(held, order, today), deed, desk)
        receipt = await erasure.confirmation(session, order.resident_id)
    assert receipt is not None
    return receipt


async def correct(session: AsyncSession, order: CorrectionOrder, desk: Desk) -> Done:
    deed = Deed(ChangeKind.BIODATA_DIPERBARUI, None, reason=order.reason)
    correction = corrections.Correction(order.field, order.value)

    def act(held: Register, today: date) -> None:
        resident = held.known(order.resident_id, "resident_id")
        if order.version is not None and order.version != resident.version:
            raise stale_version()
        corrections.correct(held, resident, correction, today)

    return await carry_out(session, {order.resident_id}, act, deed, desk)


def _joined(succession: Succession) -> Collection[UUID]:
    return [succession.join_card_of] if succession.join_card_of else []
