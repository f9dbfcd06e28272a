"""Fictive people, what the bus says of them, and what they write into the form."""

from datetime import date
from typing import Any

HOME = {
    "street": "Jalan Contoh 7", "village_code": "3273011002", "district_code": "327301", "regency_code": "3273",
    "province_code": "32", "postal_code": "40153",
}  # fmt: skip
PLACE_BOXES = {
    "business_street": "Jalan Pasar 1", "business_village": "3273011001", "business_district": "327301",
    "business_regency": "3273", "business_province": "32", "business_postal_code": "40152",
}  # fmt: skip


def resident(nik: str = "9999996507900002", name: str = "MELATI PUSPA CONTOH", **home: str) -> dict[str, Any]:
    """The groups of population.resident.v1 that licensing opens."""
    return {
        "standing": "VALID",
        "identity": {"nik": nik, "full_name": name, "sex": "P"},
        "life": {"status": "ALIVE"},
        "birth": {"date": date(1990, 7, 25)},
        "address": {**HOME, **home},
    }


def dead(of: dict[str, Any] | None = None) -> dict[str, Any]:
    return {**(of or resident()), "life": {"status": "DIED"}}


ANNULLED = {"standing": "ANNULLED", "identity": None, "life": None, "birth": None, "address": None}
CONTACT_BOXES = {"email": "melati@contoh.id", "mobile": "081234567890"}
ASKED = {
    "actor_type": "PERSEORANGAN_UMK", "capital_plan": 50_000_000, **PLACE_BOXES, "land_area": 60,
    "investment": 20_000_000, "product": "Kue basah", "capacity": "2.000 kotak", "customs_access": False,
    "importer_number": "TIDAK", "bpjs_health": True, "bpjs_employment": True, "labour_report": True,
    "kbli": "47112", "trade_name": "Warung Contoh", "employee_count": 2,
}  # fmt: skip


def answers(nik: str = "9999996507900002", **changed: Any) -> dict[str, Any]:
    """The first time: the key, 20 boxes asked and 2 of contact."""
    return {"nik": nik, **CONTACT_BOXES, **ASKED, **changed}


RESTAURANT = {"kbli": "56101", "trade_name": "Rumah Makan Contoh"}
