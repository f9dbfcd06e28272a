"""Fictive families for the stories: surname CONTOH, numbers of region 99.99.99, real villages."""

from typing import Any

MENTENG = {
    "street": "JL. CONTOH NO. 1",
    "rt": "001",
    "rw": "002",
    "village_code": "3171061001",
    "postal_code": "10310",
}
PEGANGSAAN = {
    "street": "JL. TELADAN NO. 7",
    "rt": "003",
    "rw": "004",
    "village_code": "3171061002",
    "district_code": "317106",
    "regency_code": "3171",
    "province_code": "31",
    "postal_code": "10320",
}


def sari() -> dict[str, Any]:
    return {
        "nik": "9999994511650001",
        "full_name": "SARI CONTOH",
        "sex": "P",
        "birth_date": "1965-11-05",
        "birth_place": "SURAKARTA",
        "religion": "ISLAM",
        "marital_status": "CERAI_MATI",
        "occupation": "PEDAGANG",
        "relationship": "KEPALA_KELUARGA",
        "mother_name": "WARSINI CONTOH",
    }


def melati() -> dict[str, Any]:
    return {
        "nik": "9999996507900002",
        "full_name": "MELATI PUSPA CONTOH",
        "sex": "P",
        "birth_date": "1990-07-25",
        "birth_place": "BANDUNG",
        "religion": "ISLAM",
        "marital_status": "BELUM_KAWIN",
        "occupation": "WIRASWASTA",
        "relationship": "ANAK",
        "mother_name": "SARI CONTOH",
    }


def rangga() -> dict[str, Any]:
    return {
        "nik": "9999991203880001",
        "full_name": "RANGGA PRATAMA CONTOH",
        "sex": "L",
        "birth_date": "1988-03-12",
        "birth_place": "BOGOR",
        "religion": "ISLAM",
        "marital_status": "BELUM_KAWIN",
        "occupation": "KARYAWAN SWASTA",
        "relationship": "KEPALA_KELUARGA",
        "mother_name": "ENDANG CONTOH",
    }


def bintang() -> dict[str, Any]:
    return {
        "nik": "9999990402160003",
        "full_name": "BINTANG FAJAR CONTOH",
        "sex": "L",
        "birth_date": "2016-02-04",
        "birth_place": "JAKARTA",
        "religion": "ISLAM",
        "marital_status": "BELUM_KAWIN",
        "occupation": "PELAJAR/MAHASISWA",
        "relationship": "ANAK",
        "mother_name": "MELATI PUSPA CONTOH",
    }


def card_a() -> dict[str, Any]:
    """Sari, a widow, with her grown-up daughter Melati."""
    return {"kk_number": "9999990101200001", "address": dict(MENTENG), "members": [sari(), melati()]}


def card_b() -> dict[str, Any]:
    """Rangga, alone."""
    return {"kk_number": "9999990101200002", "address": dict(PEGANGSAAN), "members": [rangga()]}


def couple() -> dict[str, Any]:
    """Rangga and Melati, married, with their son Bintang."""
    members = [
        rangga() | {"marital_status": "KAWIN"},
        melati() | {"marital_status": "KAWIN", "relationship": "ISTRI"},
        bintang(),
    ]
    return {"kk_number": "9999990101200003", "address": dict(PEGANGSAAN), "members": members}
