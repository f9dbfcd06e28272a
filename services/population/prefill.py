"""What the register shows. It has no form of a citizen's yet; its own records fill the forms of the others."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.errors import not_found
from services.population.model.records import FamilyCard, Resident
from services.population.store import deeds, finding, proposals, register

Shown = Mapping[str, Any]


@dataclass(frozen=True, slots=True, repr=False)
class Found:
    resident: Resident
    card: FamilyCard


async def resident(session: AsyncSession, resident_id: UUID) -> Found:
    found = await finding.by_id(session, resident_id)
    if found is None:
        raise not_found("resident")
    return Found(*found)


async def find(session: AsyncSession, nik: str) -> Found:
    found = await finding.by_nik(session, nik)
    if found is None:
        raise not_found("resident", "Check the NIK, or register the family card.")
    return Found(*found)


async def find_card(session: AsyncSession, kk_number: str) -> tuple[FamilyCard, Sequence[Resident]]:
    found = await finding.card_by_number(session, kk_number)
    if found is None:
        raise not_found("family card", "Check the number, or register the card.")
    return found


async def history(session: AsyncSession, resident_id: UUID) -> list[Shown]:
    """The deeds of a resident, the oldest first; for officers only."""
    return [
        {
            "kind": row.kind,
            "effective_on": row.effective_on,
            "officer": row.officer,
            "document": row.document,
            "reason": row.reason,
            "recorded_at": row.recorded_at,
        }
        for row in await deeds.of_resident(session, resident_id)
    ]


async def count(session: AsyncSession) -> dict[str, int]:
    """residents: all records, those of the dead and the annulled too; unsaid: changes still to be carried."""
    return {"residents": await register.count(session), "unsaid": await register.unsaid(session)}


async def undecided(session: AsyncSession, limit: int) -> list[Shown]:
    """Open proposals, the oldest first, each beside what the register says now."""
    found: list[Shown] = []
    for row in await proposals.undecided(session, limit):
        now = await finding.by_id(session, row.resident_id)
        found.append(
            {
                "correction_id": row.correction_id,
                "said_at": row.said_at,
                "resident_id": row.resident_id,
                "field": row.field,
                "proposed": row.proposed,
                "seen_version": row.seen_version,
                "registered": _registered(Found(*now), row.field) if now else None,
                "resident_version": row.resident_version,
                "resident_standing": row.resident_standing,
            }
        )
    return found


def groups(found: Found) -> Shown:
    """A record in the groups of population.resident.v1, as everyone names its fields."""
    one, card = found.resident, found.card
    return {
        "change": {"kind": one.change_kind, "effective_on": one.change_on},
        "identity": {"nik": one.nik, "full_name": one.full_name, "sex": one.sex},
        "life": {"status": one.life, "died_on": one.died_on},
        "birth": {"date": one.birth_date, "place": one.birth_place},
        "address": asdict(card.address),
        "civil": {
            "religion": one.religion,
            "marital_status": one.marital_status,
            "occupation": one.occupation,
            "nationality": one.nationality,
        },
        "family": {
            "kk_number": card.kk_number,
            "relationship": one.relationship,
            "mother_name": one.mother_name,
        },
    }


def _registered(found: Found, field: str) -> str | None:
    group, _, name = field.partition(".")
    value = groups(found).get(group, {}).get(name)
    return None if value is None else str(value)
