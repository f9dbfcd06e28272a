"""Addresses: real places, whose region codes agree."""

from sekali import regions
from sekali.errors import FieldError
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
