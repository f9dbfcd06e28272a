"""The fictive people of these tests (surname CONTOH, NIKs of region 99.99.99), as their owners say them."""

from datetime import date
from typing import Any
from uuid import UUID

MELATI = UUID("00000000-0000-7000-8000-000000000002")
RANGGA = UUID("00000000-0000-7000-8000-000000000001")
MELATIS_NIK = "9999996507900002"
RANGGAS_NIK = "9999991203880001"

HOME = {
    "street": "Jalan Contoh 1",
    "rt": "001",
    "rw": "002",
    "village_code": "5171021003",
    "district_code": "517102",
    "regency_code": "5171",
    "province_code": "51",
    "postal_code": "80237",
}
SHOP = {key: value for key, value in HOME.items() if key not in ("rt", "rw")} | {"street": "Jalan Warung Contoh 2"}

# What is typed where neither a licence nor an earlier form has said it.
TYPED = {"klu": "01411", "email": "melati@contoh.example", "mobile": "+6281200000001"}


def melati(**changes: Any) -> dict[str, Any]:
    """Her record in the shape of tax's contract; `civil={"marital_status": "KAWIN"}` changes a group's field."""
    identity = {"nik": MELATIS_NIK, "full_name": "MELATI PUSPA CONTOH", "sex": "P"}
    return _changed(_record(MELATI, identity, date(1990, 7, 25), "ANAK"), changes)


def rangga(**changes: Any) -> dict[str, Any]:
    identity = {"nik": RANGGAS_NIK, "full_name": "RANGGA PRATAMA CONTOH", "sex": "L"}
    return _changed(_record(RANGGA, identity, date(1988, 3, 12), "KEPALA_KELUARGA"), changes)


def annulled(resident_id: UUID) -> dict[str, Any]:
    groups = dict.fromkeys(("identity", "life", "birth", "address", "civil", "family"))
    return {"resident_id": resident_id, "standing": "ANNULLED", **groups}


def licence(
    holder: UUID, issued_on: date = date(2026, 3, 2), status: str = "TERBIT", kbli: str = "01411"
) -> dict[str, Any]:
    return {
        "holder_id": holder,
        "permit": {"status": status, "kbli_version": "2020", "kbli_code": kbli, "issued_on": issued_on},
        "business": {"trade_name": "Ternak Contoh", "employee_count": 2},
        "place": dict(SHOP),
    }


def contact() -> dict[str, Any]:
    return {"email": {"address": "melati@contoh.example"}, "mobile": {"number": "+6281200000001"}}


def answers(nik: str = MELATIS_NIK, **more: Any) -> dict[str, Any]:
    """The key and the five boxes that nobody else knows."""
    five = {"taxpayer_type": "ORANG_PRIBADI", "category": "OP", "phone": "0361 000001", "fax": "0361 000002"}
    return {"nik": nik, **five, "bookkeeping": "PENCATATAN", **more}


def _record(resident_id: UUID, identity: dict[str, Any], born: date, relationship: str) -> dict[str, Any]:
    return {
        "resident_id": resident_id,
        "standing": "VALID",
        "identity": identity,
        "life": {"status": "ALIVE"},
        "birth": {"date": born, "place": "Denpasar"},
        "address": dict(HOME),
        "civil": {
            "religion": "HINDU",
            "marital_status": "BELUM_KAWIN",
            "occupation": "Wiraswasta",
            "nationality": "WNI",
        },
        "family": {"kk_number": "9999990101260001", "relationship": relationship, "mother_name": "SARI DEWI CONTOH"},
    }


def _changed(record: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: {**value, **changes[name]} if name in changes else value for name, value in record.items()}
