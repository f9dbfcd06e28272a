"""What is typed into the forms: only boxes that nobody knows yet."""

from typing import Any

from demo.story.cast import Cast, Person

OSS_ASKED, OSS_ANEW = 33, 20
TAX_ASKED = 30

COFFEE_PLACE = {
    "business_street": "JALAN DAGO NOMOR 90",
    "business_village": "3273021004",
    "business_district": "327302",
    "business_regency": "3273",
    "business_province": "32",
    "business_postal_code": "40135",
}
RESTAURANT_PLACE = {
    "business_street": "JALAN RAYA SESETAN NOMOR 12",
    "business_village": "5171011003",
    "business_district": "517101",
    "business_regency": "5171",
    "business_province": "51",
    "business_postal_code": "80223",
}
ASKED_OF_EVERYBODY = {
    "actor_type": "PERSEORANGAN_UMK",
    "capital_plan": 60_000_000,
    "land_area": 120,
    "investment": 45_000_000,
    "capacity": "12 RIBU PORSI",
    "customs_access": False,
    "importer_number": "TIDAK",
    "bpjs_health": True,
    "bpjs_employment": True,
    "labour_report": True,
    "employee_count": 3,
}


def shop(cast: Cast, who: Person) -> dict[str, Any]:
    """A grocery shop of the person's own: low risk, in force at once."""
    return {
        "nik": cast.nik(who),
        **ASKED_OF_EVERYBODY,
        **COFFEE_PLACE,
        "product": "KEBUTUHAN SEHARI-HARI",
        "kbli": "47112",
        "trade_name": f"TOKO {who.name.partition(' ')[0]} CONTOH",
    }


def restaurant(cast: Cast, who: Person) -> dict[str, Any]:
    """A restaurant: medium-high risk, its standard certificate must be verified."""
    return {
        "nik": cast.nik(who),
        **ASKED_OF_EVERYBODY,
        **RESTAURANT_PLACE,
        "product": "MAKANAN DAN MINUMAN",
        "kbli": "56101",
        "trade_name": "WARUNG CONTOH",
    }


def contact(cast: Cast, who: str, number: int = 1) -> dict[str, Any]:
    return {"email": cast.email(who, number), "mobile": cast.mobile}


def activation(cast: Cast, who: Person) -> dict[str, Any]:
    return {
        "nik": cast.nik(who),
        "taxpayer_type": "ORANG_PRIBADI",
        "category": "OP",
        "phone": "+622212345678",
        "fax": "+622212345679",
        "bookkeeping": "PENCATATAN",
    }
