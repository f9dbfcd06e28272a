"""Codes of this agency as officers read them; the words are translated where they are shown."""

from collections.abc import Mapping
from typing import Any

from sekali import regions
from sekali.pages import N_, Option, Words, region_name

STATUS = {
    "AKTIF": (N_("Active"), "good"),
    "NON_AKTIF": (N_("Not active"), "stopped"),
    "ENDED": (N_("Ended"), "done"),
}
"""Code -> its word, and the tone it is shown in."""
CATEGORY = {
    "OP": N_("OP: by oneself"),
    "PH": N_("PH: own obligations by contract"),
    "MT": N_("MT: own obligations by choice"),
    "HB": N_("HB: own obligations by court"),
}
TASK = {
    "PILIH_KATEGORI": N_("Choose the category after the marriage"),
    "WARIS": N_("Settle with the heirs"),
}
OUTCOME = {"DONE": N_("Done"), "MOOT": N_("No longer needed")}
RETURN = {"FILED": N_("Filed"), "DUE": N_("Due")}
STATE = {"FILED": N_("It has been filed"), "DUE": N_("It is asked for")}
KSWP = {"VALID": N_("valid"), "NOT_VALID": N_("not valid")}
WHY = {
    "NOT_REGISTERED": N_("Not registered as a taxpayer"),
    "NAME_DIFFERS": N_("The names differ"),
    "RETURNS_OPEN": N_("Tax returns are open"),
}
DEED = {
    "return_filed": N_("recorded the return as filed"),
    "return_due": N_("marked the return as due"),
    "hold_name": N_("held the registered name"),
    "release_name": N_("released the registered name"),
    "close_task": N_("closed the task"),
}
SERVICE = {"AKTIVASI_NPWP": N_("Activation of the taxpayer number"), "PERIZINAN_BERUSAHA": N_("Business licence")}
STEP = {"DIAJUKAN": N_("Submitted"), "DISETUJUI": N_("Approved"), "DITOLAK": N_("Rejected")}


def said(table: Mapping[str, str], code: Any, words: Words) -> str:
    """The word for a code; one that has none as it is, and nothing for none."""
    if code is None:
        return ""
    return words(table[code]) if code in table else str(code)


def options(table: Mapping[str, str], words: Words) -> tuple[Option, ...]:
    return tuple(Option(code, words(word)) for code, word in table.items())


def place(where: Mapping[str, Any] | None) -> str:
    """An address on one line."""
    if where is None:
        return ""
    found = [regions.find(where[f"{level}_code"] or "") for level in ("village", "district", "regency", "province")]
    parts = [where["street"], *(region_name(one) for one in found if one), where["postal_code"]]
    return ", ".join(str(part) for part in parts if part)
