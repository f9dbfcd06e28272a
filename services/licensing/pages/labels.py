"""Codes of this agency as officers read them. Keys are codes of the model; the words are translated where shown."""

from collections.abc import Mapping
from typing import Any

from sekali.pages import N_, Input, Option, Words
from services.licensing.model import Change, Decision
from services.licensing.service import ReturnReason

STATUS = {
    "DIAJUKAN": (N_("Submitted"), "open"),
    "MENUNGGU_KSWP": (N_("Waiting for the tax status (KSWP)"), "open"),
    "MENUNGGU_VERIFIKASI": (N_("Waiting for verification"), "open"),
    "PERLU_PERBAIKAN": (N_("Returned to the applicant"), "stopped"),
    "DISETUJUI": (N_("Approved"), "good"),
    "DITOLAK": (N_("Rejected"), "stopped"),
    "TERBIT": (N_("Issued"), "good"),
    "TERBIT_OTOMATIS": (N_("Issued automatically (deemed approval)"), "good"),
    "DIHENTIKAN": (N_("Halted"), "done"),
}
"""Code -> its word, and the tone it is shown in."""
OPEN = ("MENUNGGU_VERIFIKASI", "MENUNGGU_KSWP", "PERLU_PERBAIKAN")
LICENCE = {
    "TERBIT": (N_("Issued"), "good"),
    "BELUM_TERVERIFIKASI": (N_("Not verified yet: permits preparation only"), "open"),
    "TERVERIFIKASI": (N_("Verified"), "good"),
    "TERBIT_OTOMATIS": (N_("Issued automatically (deemed approval)"), "good"),
    "DITINJAU": (N_("Under review"), "stopped"),
    "DIBEKUKAN": (N_("Suspended"), "stopped"),
    "DICABUT": (N_("Revoked"), "done"),
}
ACTS = {
    "APPLICANT": N_("The applicant acts"),
    "OFFICER": N_("An officer acts"),
    "OTHER_AGENCY": N_("Tax acts"),
    "NOBODY": N_("Nobody needs to act"),
}
RISK = {
    "RENDAH": N_("Low risk"),
    "MENENGAH_RENDAH": N_("Medium-low risk"),
    "MENENGAH_TINGGI": N_("Medium-high risk"),
    "TINGGI": N_("High risk"),
}
SCALE = {"MIKRO": N_("Micro"), "KECIL": N_("Small"), "MENENGAH": N_("Medium"), "BESAR": N_("Large")}
DOCUMENT = {
    "NIB": N_("Business identification number (NIB)"),
    "SERTIFIKAT_STANDAR": N_("Standard certificate"),
    "IZIN": N_("Permit"),
    "PERNYATAAN_SNI": N_("Statement on national standards (SNI)"),
    "PERNYATAAN_HALAL": N_("Halal statement"),
}
KSWP = {"VALID": N_("valid"), "NOT_VALID": N_("not valid")}
REASON = {
    "KSWP_NOT_VALID": N_("The tax status is not valid"),
    "KSWP_UNANSWERED": N_("Tax has not answered"),
    "DATA_INCOMPLETE": N_("Data are incomplete"),
    "REQUIREMENT_NOT_MET": N_("A requirement is not met"),
    "DEADLINE_PASSED": N_("The deadline has passed"),
    "APPLICANT_DIED": N_("The applicant has died"),
    "APPLICANT_ANNULLED": N_("The applicant's record was annulled"),
    "WITHDRAWN": N_("Withdrawn"),
    "KKPR_MISSING": N_("Conformity of space use (KKPR) is missing"),
    "NOT_REGISTERED": N_("Not registered as a taxpayer"),
    "NAME_DIFFERS": N_("The names differ"),
    "RETURNS_OPEN": N_("Tax returns are open"),
}
DEED = {
    "verify": N_("approved"),
    "return": N_("returned to the applicant"),
    "reject": N_("rejected"),
    "proceed": N_("went on without tax"),
    "answer": N_("answered the return"),
    "withdraw": N_("withdrew the application"),
    "repeat_question": N_("asked tax again"),
    "reinstate": N_("reinstated the licence"),
    "DIBEKUKAN": N_("suspended the licence"),
    "DICABUT": N_("revoked the licence"),
}
ACTOR = {"APPLICANT": N_("The applicant"), "CLOCK": N_("The clock")}
UNFIT = {
    "DEAD": N_("The population registry has recorded this person's death."),
    "ANNULLED": N_("The population registry has annulled or erased this record."),
    "UNCLEAR": N_("The population registry's record of this person is not clear here."),
    "NOT_HEARD": N_("This agency has not heard of this person yet."),
}
DECISION = {
    Decision.VERIFY: N_("Approve: the licence is verified and in force"),
    Decision.RETURN: N_("Return to the applicant to mend something; the clock stops"),
    Decision.REJECT: N_("Reject: what was issued for preparation is revoked"),
    Decision.PROCEED: N_("Go on although tax has not answered"),
}
CHANGE = {
    Change.REINSTATE: N_("Reinstate: it holds again as before"),
    Change.SUSPEND: N_("Suspend"),
    Change.REVOKE: N_("Revoke for good"),
}
CODES = {code.value: REASON[code.value] for code in ReturnReason}


def said(table: Mapping[Any, str], code: Any, words: Words) -> str:
    """The word for a code; one that has none as it is, and nothing for none."""
    if code is None:
        return ""
    return words(table[code]) if code in table else str(code).replace("_", " ").lower()


def toned(table: Mapping[str, tuple[str, str]], code: str, words: Words) -> tuple[str, str]:
    word, tone = table[code]
    return words(word), tone


def options(table: Mapping[Any, str], words: Words, among: Any = None) -> tuple[Option, ...]:
    return tuple(Option(str(code), words(table[code])) for code in (table if among is None else among))


def reason_box(words: Words, hint: str, *, required: bool = True) -> Input:
    return Input("reason", words("In words"), kind="long", max_length=2000, hint=hint, required=required)


def seen_box(version: int) -> Input:
    """The version that the officer has before them."""
    return Input("seen", "", kind="hidden", value=str(version))


def clock(row: Mapping[str, Any], words: Words) -> str:
    """What the clock leaves, in words."""
    left = row["days_left"]
    if left is None:
        return ""
    if row["clock"] == "STOPPED":
        return words.plural(
            "Stopped, with %(count)s working day left", "Stopped, with %(count)s working days left", left
        )
    if left < 0:
        return words("Late: it issues itself any moment")
    if left == 0:
        return words("Today is the last day")
    return words.plural("%(count)s working day left", "%(count)s working days left", left)
