"""Fictive residents for measurements: the real event of population, with values as long as real ones are."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from services.population import events

SURNAME = "CONTOH"
NAMES = ("MELATI", "BUDI", "SARI", "AGUS", "DEWI", "RINA", "EKO", "PUTRI", "WAYAN", "SITI NUR", "MADE", "YOHANA")
STREETS = ("Jalan Mawar", "Jalan Kenanga Raya", "Gang Melon", "Jalan Contoh Barat", "Kampung Sawah")
REGISTERED = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)


def key(number: int) -> UUID:
    """The resident's id; spread as real ones are, the same in every run."""
    return UUID(int=random.Random(number).getrandbits(128), version=4)


def resident(number: int, version: int = 1) -> events.Resident:
    """The whole state of one resident, all seven groups filled; region 99.99.99 is nobody's."""
    chance = random.Random(number)
    village = f"999999{chance.randrange(1000, 9999)}"
    return events.Resident(
        resident_id=key(number),
        version=version,
        standing=events.ResidentStanding.VALID,
        registered_at=REGISTERED + timedelta(seconds=number),
        change=events.ResidentChange(kind=events.ResidentChangeKind.TERDAFTAR, effective_on=date(2026, 1, 5)),
        identity=events.ResidentIdentity(
            nik=f"999999{number:010d}",
            full_name=f"{chance.choice(NAMES)} {chance.choice(NAMES)} {SURNAME}",
            sex=chance.choice((events.ResidentIdentitySex.L, events.ResidentIdentitySex.P)),
        ),
        life=events.ResidentLife(status=events.ResidentLifeStatus.ALIVE),
        birth=events.ResidentBirth(date=date(1950, 1, 1) + timedelta(days=chance.randrange(25_000)), place="CONTOH"),
        address=events.ResidentAddress(
            street=f"{chance.choice(STREETS)} No. {chance.randrange(1, 200)}",
            rt=f"{chance.randrange(1, 20):03d}",
            rw=f"{chance.randrange(1, 20):03d}",
            village_code=village,
            district_code=village[:6],
            regency_code=village[:4],
            province_code=village[:2],
            postal_code="99999",
        ),
        civil=events.ResidentCivil(
            religion=events.ResidentCivilReligion.ISLAM,
            marital_status=events.ResidentCivilMaritalStatus.KAWIN,
            occupation="KARYAWAN SWASTA",
            nationality=events.ResidentCivilNationality.WNI,
        ),
        family=events.ResidentFamily(
            kk_number=f"999999{number // 4:010d}",
            relationship=events.ResidentFamilyRelationship.ANAK,
            mother_name=f"{chance.choice(NAMES)} {SURNAME}",
        ),
    )


def residents(count: int, version: int = 1) -> Iterator[events.Resident]:
    return (resident(number, version) for number in range(count))
