"""NIK and KK numbers that the register issues, and those that are taken.

SIAK makes both: region, a date as DDMMYY (the day + 40 in a woman's NIK), a serial from 0001.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import TextClause, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.errors import Problem
from services.population.model.codes import Sex
from services.population.model.dates import day_of
from services.population.model.records import Resident
from services.population.store.tables import family_card, resident

LOCK = text("select pg_advisory_xact_lock(hashtextextended('population.number ' || :prefix, 0))")
FREE_NIK = text("""
    select serial from generate_series(1, 9999) as serial
    where not exists (select from resident where nik = :prefix || lpad(serial::text, 4, '0')) order by serial limit 1
""")
FREE_KK = text("""
    select serial from generate_series(1, 9999) as serial
    where not exists (select from family_card where kk_number = :prefix || lpad(serial::text, 4, '0'))
    order by serial limit 1
""")


async def issue_nik(session: AsyncSession, region: str, newborn: Resident) -> str:
    """The first free NIK of the birth date."""
    day = newborn.birth_date.day + (40 if newborn.sex is Sex.P else 0)
    prefix = f"{region}{day:02d}{newborn.birth_date:%m%y}"
    return prefix + await _free(session, FREE_NIK, prefix)


async def issue_kk(session: AsyncSession, region: str, at: datetime) -> str:
    """The first free KK number of the day of issue."""
    prefix = f"{region}{day_of(at):%d%m%y}"
    return prefix + await _free(session, FREE_KK, prefix)


async def _free(session: AsyncSession, query: TextClause, prefix: str) -> str:
    # Those who issue for the same day wait for each other; the unique key guards against all others.
    await session.execute(LOCK, {"prefix": prefix})
    serial: int | None = await session.scalar(query, {"prefix": prefix})
    if serial is None:
        raise Problem(409, "numbers-used-up", "No number is free", "All 9,999 numbers of this region and day are used.")
    return f"{serial:04d}"


async def taken(session: AsyncSession, niks: Collection[str], kks: Collection[str]) -> tuple[set[str], set[str]]:
    """Which of these numbers are registered: NIKs, KK numbers."""
    people = await session.execute(select(resident.c.nik).where(resident.c.nik.in_(niks)))
    cards = await session.execute(select(family_card.c.kk_number).where(family_card.c.kk_number.in_(kks)))
    return set(people.scalars()), set(cards.scalars())
