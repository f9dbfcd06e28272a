"""Addresses: real places, whose region codes agree."""

from sekali import regions
from sekali.errors import FieldError
from services.population.model.dates import present
from services.population.model.orders import AddressOrder
from services.population.model.records import Address

LEVELS = {"district_code": 6, "regency_code": 4, "province_code": 2}


def address_of(order: AddressOrder, field: str, wrong: list[FieldError]) -> Address:
    """The address with all codes of its village; what is wrong with it is appended to `wrong`."""
    village = order.village_code
    if regions.village(village) is None:
        wrong.append(
            FieldError(
                f"{field}.village_code",
                "No village of the list (Kepmendagri 300.2.2-2138/2025) has this code.",
                "Choose the village from the region list.",
                "Kode kelurahan/desa tidak ada dalam daftar wilayah.",
            )
        )
    elif order.postal_code is not None:
        wrong += present(_wrong_postal_code(order.postal_code, village, f"{field}.postal_code"))
    for name, digits in LEVELS.items():
        given = getattr(order, name)
        if given is not None and given != village[:digits]:
            wrong.append(
                FieldError(
                    f"{field}.{name}",
                    "It does not agree with the village.",
                    "Leave it out: the village says it.",
                    "Tidak sesuai dengan kelurahan/desa.",
                )
            )
    return Address(
        street=order.street,
        rt=order.rt,
        rw=order.rw,
        village_code=village,
        district_code=village[:6],
        regency_code=village[:4],
        province_code=village[:2],
        postal_code=order.postal_code,
    )


def postal_code_of(village: str) -> str | None:
    found = regions.village(village)
    return found.postal_code if found else None


def _wrong_postal_code(code: str, village: str, field: str) -> FieldError | None:
    """Forms of all agencies open with it, so it must be one that the village uses."""
    if not regions.is_postal_code(code):
        detail, detail_id = "No village of the list has this postal code.", "Kode pos ini tidak ada."
    elif village in {one.code for one in regions.villages_of(code)}:
        return None
    else:
        detail, detail_id = "This is the postal code of another village.", "Ini kode pos kelurahan/desa lain."
    return FieldError(field, detail, "Give the village's postal code, or leave it out.", detail_id)
