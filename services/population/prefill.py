"""What the register shows. It has no form of a citizen's yet; its own records fill the forms of the others."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali import uses
from sekali.errors import forbidden, not_found
from services.population.model.codes import Standing
from services.population.model.records import FamilyCard, Resident
from services.population.store import deeds, finding, proposals, register

Shown = Mapping[str, Any]
RESIDENT = "population.resident.v1"
PROPOSAL = "portal.correction.v1"
PROPOSED = ("proposal.field", "proposal.proposed")
MEMBER = ("identity.full_name", "family.relationship", "birth.date", "life.status", "standing")
AT_THE_DESK = uses.Purpose(
    "Pelayanan administrasi kependudukan", "Serve residents at the civil registry", "UU 23/2006 jo. UU 24/2013"
)
FOR_THE_CITIZEN = uses.Purpose(
    "Menunjukkan kepada Anda apa yang dicatat tentang Anda", "Show you what is registered of you", "UU 27/2022 art. 7"
)


@dataclass(frozen=True, slots=True, repr=False)
class Found:
    resident: Resident
    card: FamilyCard


async def own(session: AsyncSession, resident_id: UUID) -> Found:
    """What the register says of the citizen, to the citizen."""
    found = await _resident(session, resident_id)
    if found.resident.standing is Standing.ANNULLED:
        raise forbidden("This registration was annulled. Please go to a Dukcapil office.")
    if found.resident.standing is Standing.WITHDRAWN:
        raise forbidden("This record was withdrawn. Please go to a Dukcapil office.")
    uses.record(session, uses.CITIZEN, resident_id, {RESIDENT: _held(found)}, own=FOR_THE_CITIZEN)
    return found


async def resident(session: AsyncSession, resident_id: UUID, officer: str) -> Found:
    found = await _resident(session, resident_id)
    _look_at(session, officer, resident_id, _held(found))
    return found


async def find(session: AsyncSession, nik: str, officer: str) -> Found:
    """Who has this NIK: the answer tells that, and the standing."""
    found = await finding.by_nik(session, nik)
    if found is None:
        raise not_found("resident", "Check the NIK, or register the family card.")
    _look_at(session, officer, found[0].resident_id, ["identity.nik", "standing"])
    return Found(*found)


async def find_card(session: AsyncSession, kk_number: str, officer: str) -> tuple[FamilyCard, Sequence[Resident]]:
    """Who stands on this card."""
    found = await finding.card_by_number(session, kk_number)
    if found is None:
        raise not_found("family card", "Check the number, or register the card.")
    for member in found[1]:
        _look_at(session, officer, member.resident_id, ["family.kk_number", "standing"])
    return found


async def _resident(session: AsyncSession, resident_id: UUID) -> Found:
    found = await finding.by_id(session, resident_id)
    if found is None:
        raise not_found("resident")
    return Found(*found)


def _look_at(session: AsyncSession, officer: str, resident_id: UUID, fields: Sequence[str]) -> None:
    uses.record(session, uses.by_officer(officer), resident_id, {RESIDENT: fields}, own=AT_THE_DESK)


def _held(found: Found) -> list[str]:
    """Dotted fields that the record fills."""
    return ["standing"] + [
        f"{group}.{name}" for group, fields in groups(found).items() for name, value in fields.items() if value
    ]


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


async def decisions(session: AsyncSession, resident_id: UUID) -> list[Shown]:
    """What was decided on the resident's own proposals; for officers only."""
    return [dict(row._mapping) for row in await proposals.decided_of(session, resident_id)]


async def card(session: AsyncSession, card_id: UUID, officer: str) -> tuple[FamilyCard, Sequence[Resident]]:
    """A card with all who stand on it, as the counter needs to know them apart."""
    found = await finding.card_by_id(session, card_id)
    if found is None:
        raise not_found("family card")
    for member in found[1]:
        _look_at(session, officer, member.resident_id, MEMBER)
    return found


async def done_by(session: AsyncSession, once: UUID) -> UUID | None:
    """Whom the form with this id has changed or registered; None for a form that was not sent, or was refused."""
    deed = await deeds.by_id(session, once)
    return deed.residents[0] if deed and deed.residents else None


async def count(session: AsyncSession) -> dict[str, int]:
    """residents: all records, those of the dead and the annulled too; unsaid: changes still to be carried."""
    return {"residents": await register.count(session), "unsaid": await register.unsaid(session)}


async def waiting(session: AsyncSession, limit: int) -> list[Shown]:
    """Open proposals, the oldest first, without what they say and of whom."""
    names = ("correction_id", "said_at", "field", "resident_standing")
    return [{name: getattr(row, name) for name in names} for row in await proposals.undecided(session, limit)]


async def proposal(session: AsyncSession, correction_id: UUID, officer: str) -> Shown:
    """One proposal beside what the register says now, and the decision if there is one.

    `own`: the officer registered the record or a change of it, so another one decides.
    """
    row = await proposals.one(session, correction_id)
    if row is None:
        raise not_found("proposal")
    now = await finding.by_id(session, row.resident_id) if row.resident_id else None
    if now is not None:
        shown = {PROPOSAL: PROPOSED, RESIDENT: [row.field, "identity.full_name"]}
        uses.record(session, uses.by_officer(officer), row.resident_id, shown, own=AT_THE_DESK)
    found = Found(*now) if now else None
    return dict(row._mapping) | {
        "registered": _registered(found, row.field) if found else None,
        "full_name": found.resident.full_name if found else None,
        "resident_standing": found.resident.standing if found else None,
        "own": row.resident_id is not None and await deeds.is_registrar(session, row.resident_id, officer),
    }


async def undecided(session: AsyncSession, limit: int, officer: str) -> list[Shown]:
    """Open proposals, the oldest first, each beside what the register says now."""
    who = uses.by_officer(officer)
    found: list[Shown] = []
    for row in await proposals.undecided(session, limit):
        now = await finding.by_id(session, row.resident_id)
        shown = {PROPOSAL: PROPOSED, RESIDENT: [row.field] if now else []}
        uses.record(session, who, row.resident_id, shown, own=AT_THE_DESK)
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
