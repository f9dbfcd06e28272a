"""Registering families, one card or hundreds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import uuid_utils.compat as uuids
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import outbox as bus
from sekali.database import now, sqlstate
from sekali.errors import FieldError, Problem
from services.population import outbox
from services.population.model import registration
from services.population.model.codes import ChangeKind
from services.population.model.dates import day_of
from services.population.model.orders import CardOrder
from services.population.model.records import Resident
from services.population.service.keeping import Desk, refuse_done
from services.population.store import deeds, numbers, register


async def register_cards(
    session: AsyncSession, orders: Sequence[tuple[str, CardOrder]], desk: Desk
) -> registration.Registration:
    """`orders`: each with the path of its fields in the request. All cards or none; 409 names the numbers taken."""
    at = now(session)
    await refuse_done(session, desk)
    new = registration.register(orders, at, day_of(at))
    residents = [member for members in new.members for member in members]
    try:
        async with session.begin_nested():
            await register.insert_family(session, new.cards, residents)
    except IntegrityError as error:
        if sqlstate(error) != register.UNIQUE_VIOLATION:
            raise
        raise await _taken(session, orders) from None
    await deeds.record_many(session, [_deed(desk, members, at) for members in new.members])
    places = {card.card_id: card for card in new.cards}
    await bus.put(session, *(outbox.state(one, places[one.card_id]) for one in residents))
    return new


def _deed(desk: Desk, members: Sequence[Resident], at: datetime) -> dict[str, Any]:
    """Who registered a card, and when: the beginning of its members' trail."""
    return {
        "deed_id": desk.once or uuids.uuid7(), "kind": ChangeKind.TERDAFTAR, "effective_on": None,
        "officer": desk.officer, "document": None, "reason": None,
        "residents": [one.resident_id for one in members], "recorded_at": at,
    }  # fmt: skip


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
