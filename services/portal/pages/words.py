"""Codes of topics as people say them: the field's own terms in Indonesian."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sekali import workdays
from sekali.pages import N_, Words

STATUS = {
    "DIAJUKAN": (N_("Submitted"), "open"),
    "MENUNGGU_KSWP": (N_("Waiting for the tax status (KSWP)"), "open"),
    "MENUNGGU_VERIFIKASI": (N_("Waiting for verification"), "open"),
    "PERLU_PERBAIKAN": (N_("Needs your correction"), "stopped"),
    "DISETUJUI": (N_("Approved"), "good"),
    "DITOLAK": (N_("Rejected"), "stopped"),
    "TERBIT": (N_("Issued"), "good"),
    "TERBIT_OTOMATIS": (N_("Issued automatically (deemed approval)"), "good"),
    "DIHENTIKAN": (N_("Halted"), "done"),
}
"""Code -> its word, and the tone it is shown in."""
NEXT = {
    "APPLICANT": N_("It is your turn: mend what is asked."),
    "OFFICER": N_("An officer of %(agency)s looks at it next."),
    "OTHER_AGENCY": N_("Another agency answers next; you need not do anything."),
    "NOBODY": N_("Nothing more is to be done."),
}
REASONS = {
    "KSWP_NOT_VALID": N_("The tax status is not in order."),
    "KSWP_UNANSWERED": N_("The tax office has not answered in time; it is looked at later."),
    "DATA_INCOMPLETE": N_("Data are missing."),
    "REQUIREMENT_NOT_MET": N_("A requirement is not met."),
    "DEADLINE_PASSED": N_("The time for a decision has run out."),
    "APPLICANT_DIED": N_("The applicant's record says deceased."),
    "APPLICANT_ANNULLED": N_("The applicant's record was annulled."),
    "WITHDRAWN": N_("It was withdrawn."),
    "KKPR_MISSING": N_("The confirmation of land use (KKPR) is missing."),
    "EVIDENCE_SUFFICIENT": N_("The evidence was enough."),
    "EVIDENCE_MISSING": N_("Evidence is missing: bring it to the civil registry."),
    "ALREADY_RIGHT": N_("The record says so already."),
    "RECORD_CHANGED": N_("The record has changed since you saw it."),
    "NOT_CORRECTABLE": N_("This is changed by another procedure, not by a correction."),
    "RESIDENT_ANNULLED": N_("The record was annulled."),
}
SERVICES = {
    "PERIZINAN_BERUSAHA": N_("Business licence"),
    "AKTIVASI_NPWP": N_("Activation of a taxpayer number"),
}
WAYS = {
    "PREFILL": N_("filled a form for you"),
    "DISCLOSE": N_("looked at"),
    "VERIFY": N_("compared, without seeing the value"),
}


def said(table: Mapping[str, str], code: str | None, words: Words, **values: Any) -> str:
    """The word for a code; a code that this portal does not know yet as it is, and nothing for none."""
    if not code or code == "UNKNOWN":
        return ""
    return words(table[code], **values) if code in table else code.replace("_", " ").capitalize()


def clock(row: Mapping[Any, Any], words: Words, at: datetime) -> str:
    """What is left of the time that the office has, in working days."""
    due = row["due_on"]
    if due is None:
        return words("The clock stands still.") if row["next_actor"] == "APPLICANT" else ""
    left = workdays.working_days_between(workdays.day_of(at), due)
    if left == 0:
        return words("The office decides today at the latest (%(day)s).", day=words.day(due))
    return words.plural(
        "%(count)s working day left for the office, until %(day)s.",
        "%(count)s working days left for the office, until %(day)s.", left, day=words.day(due),
    )  # fmt: skip
