"""Holding part of the register locked, and keeping what a use case changed in it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import any_, func, literal, select, table
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as UUID_TYPE
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.database import sqlstate
from sekali.errors import Problem, conflict
from services.population.model.records import FamilyCard, Resident
from services.population.model.register import Register
from services.population.store import numbers
from services.population.store.rows import card_row, read_card, read_resident
from services.population.store.sets import arrays, insertion, replacement
from services.population.store.tables import family_card, resident

UNIQUE_VIOLATION = "23505"
INSERT_CARDS, REPLACE_CARDS = insertion(family_card), replacement(family_card)
INSERT_RESIDENTS, REPLACE_RESIDENTS = insertion(resident), replacement(resident)


class ChangedMeanwhile(Problem):
    def __init__(self) -> None:
        super().__init__(409, "changed-meanwhile", "Somebody else was quicker",
                         "The family card was changed in the same moment. Send the request again.")  # fmt: skip


async def hold(session: AsyncSession, named: Collection[UUID], at: datetime) -> Register:
    """The cards of the named residents and of their spouses, and all who stand on these cards; locked.

    Cards first, then residents, both in id order: so two use cases never wait for each other crosswise, and who
    joins or leaves a card waits for its lock.
    """
    seen = await _places(session, named)
    couples = await _places(session, {row.spouse_id for row in seen if row.spouse_id})
    cards = await _lock_cards(session, {row.card_id for row in (*seen, *couples)})
    residents = await _lock_residents(session, cards)
    for row in seen:
        # Read before the locks were had: who has moved or married since then is not wholly held.
        held = residents.get(row.resident_id)
        if held is None or (held.spouse_id and held.spouse_id not in residents):
            raise ChangedMeanwhile
    return Register(cards.values(), residents.values(), at)


async def _places(session: AsyncSession, ids: Collection[UUID]) -> Sequence[Any]:
    """Where residents stand, unlocked: resident_id, card_id, spouse_id."""
    if not ids:
        return ()
    wanted = select(resident.c.resident_id, resident.c.card_id, resident.c.spouse_id)
    return (await session.execute(wanted.where(resident.c.resident_id.in_(ids)))).all()


async def _lock_cards(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, FamilyCard]:
    wanted = select(family_card).where(family_card.c.card_id.in_(ids)).order_by(family_card.c.card_id)
    return {row.card_id: read_card(row) for row in await session.execute(wanted.with_for_update())}


async def _lock_residents(session: AsyncSession, cards: Collection[UUID]) -> dict[UUID, Resident]:
    wanted = select(resident).where(resident.c.card_id.in_(cards)).order_by(resident.c.resident_id)
    return {row.resident_id: read_resident(row) for row in await session.execute(wanted.with_for_update())}


async def lock_states(session: AsyncSession, ids: Collection[UUID]) -> list[tuple[Resident, FamilyCard]]:
    """Residents locked in id order, each with the card as it is under that lock."""
    # Arrays: a repair may ask for more keys than a statement can have parameters.
    held = select(resident).where(resident.c.resident_id == any_(literal(list(ids), ARRAY(UUID_TYPE))))
    ordered = held.order_by(resident.c.resident_id).with_for_update()
    residents = [read_resident(row) for row in await session.execute(ordered)]
    on = list({one.card_id for one in residents})
    wanted = select(family_card).where(family_card.c.card_id == any_(literal(on, ARRAY(UUID_TYPE))))
    cards = {row.card_id: read_card(row) for row in await session.execute(wanted)}
    return [(one, cards[one.card_id]) for one in residents]


async def insert_family(session: AsyncSession, cards: Iterable[FamilyCard], residents: Iterable[Resident]) -> None:
    """Raises sqlalchemy's IntegrityError where a number is taken."""
    await session.execute(INSERT_CARDS, arrays(family_card, map(card_row, cards)))
    await session.execute(INSERT_RESIDENTS, arrays(resident, residents))


async def keep(session: AsyncSession, register: Register, region: str) -> None:
    """Store what has changed; new cards and newborns get their numbers in `region` here.

    Raises 409 with the field of a card number that is taken.
    """
    try:
        async with session.begin_nested():
            await _keep_new(session, register, region)
    except IntegrityError as error:
        if sqlstate(error) != UNIQUE_VIOLATION:
            raise
        raise await _taken(session, register) from None
    moved = [card_row(register.cards[card_id]) for card_id in register.moved]
    if moved:
        await session.execute(REPLACE_CARDS, arrays(family_card, moved))
    changed = register.changed()
    if changed:
        await session.execute(REPLACE_RESIDENTS, arrays(resident, changed))


async def _keep_new(session: AsyncSession, register: Register, region: str) -> None:
    for card_id in register.opened:
        card = register.cards[card_id]
        if not card.kk_number:
            register.cards[card_id] = card = replace(
                card, kk_number=await numbers.issue_kk(session, region, register.at)
            )
        await session.execute(INSERT_CARDS, arrays(family_card, [card_row(card)]))
    for resident_id in register.born:
        newborn = register.residents[resident_id]
        named = replace(newborn, nik=await numbers.issue_nik(session, region, newborn))
        register.residents[resident_id] = named
        await session.execute(INSERT_RESIDENTS, arrays(resident, [named]))


async def _taken(session: AsyncSession, register: Register) -> Problem:
    fields = {register.cards[card_id].kk_number: field for card_id, field in register.opened.items()}
    _, kks = await numbers.taken(session, [], fields)
    for number in kks:
        way_out = "Leave it out: the register issues one."
        return conflict("already-registered", fields[number], "This KK number is registered.", way_out)
    return ChangedMeanwhile()  # a number that was free when it was issued


async def count(session: AsyncSession) -> int:
    return (await session.execute(select(func.count()).select_from(resident))).scalar_one()


async def unsaid(session: AsyncSession) -> int:
    """Changes that the relay has not carried to the bus yet."""
    return (await session.execute(select(func.count()).select_from(table("outbox")))).scalar_one()
