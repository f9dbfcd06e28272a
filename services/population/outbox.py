"""How residents become what the register says."""

from datetime import datetime
from uuid import UUID

from sekali.outbox import Tombstone
from services.population import events
from services.population.model.codes import Decision, Reason, Standing
from services.population.model.records import FamilyCard, Resident


def state(resident: Resident, card: FamilyCard) -> events.Resident | Tombstone:
    """The whole state; of an annulled record only that it is annulled, of a withdrawn one the tombstone."""
    if resident.standing is Standing.WITHDRAWN:
        return Tombstone(events.Resident, resident.resident_id, resident.version)
    if resident.standing is Standing.ANNULLED:
        return events.Resident(
            resident_id=resident.resident_id,
            version=resident.version,
            standing=events.ResidentStanding.ANNULLED,
            registered_at=resident.registered_at,
        )
    place = card.address
    return events.Resident(
        resident_id=resident.resident_id,
        version=resident.version,
        standing=events.ResidentStanding.VALID,
        registered_at=resident.registered_at,
        change=events.ResidentChange(
            kind=events.ResidentChangeKind(resident.change_kind), effective_on=resident.change_on
        ),
        identity=events.ResidentIdentity(
            nik=resident.nik, full_name=resident.full_name, sex=events.ResidentIdentitySex(resident.sex)
        ),
        life=events.ResidentLife(status=events.ResidentLifeStatus(resident.life), died_on=resident.died_on),
        birth=events.ResidentBirth(date=resident.birth_date, place=resident.birth_place),
        address=events.ResidentAddress(
            street=place.street,
            rt=place.rt,
            rw=place.rw,
            village_code=place.village_code,
            district_code=place.district_code,
            regency_code=place.regency_code,
            province_code=place.province_code,
            postal_code=place.postal_code,
        ),
        civil=events.ResidentCivil(
            religion=events.ResidentCivilReligion(resident.religion),
            marital_status=events.ResidentCivilMaritalStatus(resident.marital_status),
            occupation=resident.occupation,
            nationality=events.ResidentCivilNationality(resident.nationality),
        ),
        family=events.ResidentFamily(
            kk_number=card.kk_number,
            relationship=events.ResidentFamilyRelationship(resident.relationship),
            mother_name=resident.mother_name,
        ),
    )


def decided(correction_id: UUID, decision: Decision, reason: Reason | None, at: datetime) -> events.CorrectionDecided:
    return events.CorrectionDecided(
        correction_id=correction_id,
        decision=events.CorrectionDecidedDecision(decision),
        reason_code=events.CorrectionDecidedReason(reason) if reason else None,
        decided_at=at,
    )
