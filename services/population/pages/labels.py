"""Codes of the register as officers read them; the words are translated where they are shown."""

from collections.abc import Iterable, Mapping
from typing import Any

from sekali import regions
from sekali.pages import N_, Option, Words, region_name

SEX = {"L": N_("Male"), "P": N_("Female")}
RELIGION = {
    "ISLAM": N_("Islam"), "KRISTEN": N_("Christianity (Protestant)"), "KATOLIK": N_("Catholicism"),
    "HINDU": N_("Hinduism"), "BUDDHA": N_("Buddhism"), "KHONGHUCU": N_("Confucianism"),
    "KEPERCAYAAN": N_("Belief in God Almighty"),
}  # fmt: skip
MARITAL = {
    "BELUM_KAWIN": N_("Not married"), "KAWIN": N_("Married"), "CERAI_HIDUP": N_("Divorced"),
    "CERAI_MATI": N_("Widowed"),
}  # fmt: skip
NATIONALITY = {"WNI": N_("Indonesian"), "WNA": N_("Foreign")}
RELATIONSHIP = {
    "KEPALA_KELUARGA": N_("Head of the family"), "SUAMI": N_("Husband"), "ISTRI": N_("Wife"), "ANAK": N_("Child"),
    "MENANTU": N_("Son- or daughter-in-law"), "CUCU": N_("Grandchild"), "ORANG_TUA": N_("Parent"),
    "MERTUA": N_("Parent-in-law"), "FAMILI_LAIN": N_("Other relative"), "PEMBANTU": N_("Domestic helper"),
    "LAINNYA": N_("Other"),
}  # fmt: skip
LIFE = {"ALIVE": N_("Alive"), "DIED": N_("Deceased")}
STANDING = {
    "VALID": (N_("In force"), "good"), "ANNULLED": (N_("Annulled"), "done"), "WITHDRAWN": (N_("Withdrawn"), "done"),
}  # fmt: skip
KIND = {
    "TERDAFTAR": N_("Registered on a family card"), "LAHIR": N_("Birth"), "MENINGGAL": N_("Death"),
    "PINDAH": N_("Move"), "KAWIN": N_("Marriage"), "CERAI_HIDUP": N_("Divorce"), "CERAI_MATI": N_("Widowed"),
    "NAMA_DIUBAH": N_("Name changed"), "KEWARGANEGARAAN_DIUBAH": N_("Nationality changed"),
    "BIODATA_DIPERBARUI": N_("Record corrected"), "KK_DITERBITKAN": N_("Family card issued"),
    "DIBATALKAN": N_("Annulled"), "DITARIK": N_("Withdrawn: the person is erased everywhere"),
}  # fmt: skip
REASON = {
    "EVIDENCE_SUFFICIENT": N_("The evidence is sufficient"), "EVIDENCE_MISSING": N_("Evidence is missing"),
    "ALREADY_RIGHT": N_("The register says so already"), "RECORD_CHANGED": N_("The record has changed"),
    "NOT_CORRECTABLE": N_("Not to be corrected this way"), "RESIDENT_ANNULLED": N_("The registration was annulled"),
}  # fmt: skip
DECISION = {
    "ACCEPTED": N_("Accept: the register is corrected at once"), "DECLINED": N_("Decline"),
}  # fmt: skip
DECIDED = {"ACCEPTED": N_("Accepted"), "DECLINED": N_("Declined")}
ISSUER = {"KUA": N_("KUA (marriages of Muslims)"), "DUKCAPIL": N_("Dukcapil (other marriages)")}
HOUSEHOLD = {
    "HUSBAND_CARD": N_("The husband's card"), "WIFE_CARD": N_("The wife's card"),
    "NEW_CARD": N_("A new card, at the husband's address"), "APART": N_("Both stay on their cards"),
}  # fmt: skip
CODES: Mapping[str, Mapping[str, str]] = {
    "identity.sex": SEX, "civil.religion": RELIGION, "civil.marital_status": MARITAL,
    "civil.nationality": NATIONALITY, "family.relationship": RELATIONSHIP, "life.status": LIFE, "change.kind": KIND,
}  # fmt: skip
DAYS = ("birth.date", "life.died_on", "change.effective_on")


def said(table: Mapping[str, str], code: Any, words: Words) -> str:
    """The word for a code; one that has none as it is, and nothing for none."""
    if code is None:
        return ""
    return words(table[code]) if code in table else str(code)


def options(table: Mapping[str, str], words: Words, among: Iterable[str] | None = None) -> tuple[Option, ...]:
    return tuple(Option(str(code), words(table[code])) for code in (among or table))


def value(path: str, found: Any, words: Words) -> str:
    """A field's value as people read it."""
    if found is None or found == "":
        return ""
    if path in CODES:
        return said(CODES[path], str(found), words)
    if path in DAYS:
        try:
            return words.day(str(found))
        except ValueError:
            return str(found)
    if path.endswith("_code") and path != "address.postal_code":
        region = regions.find(str(found))
        return f"{region_name(region)} ({found})" if region else str(found)
    return str(found)
