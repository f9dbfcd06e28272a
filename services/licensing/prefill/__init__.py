"""Reads: what fills the form, and what citizens and officers are shown."""

from services.licensing.prefill.cards import application_card, case_card, copy_card, licence_card, licence_list, summary
from services.licensing.prefill.desk import applicant, case_today, find, later_checks, licence_file, person, waiting
from services.licensing.prefill.facts import RESIDENT, facts
from services.licensing.prefill.form import FORM, business_licence_form

__all__ = [
    "FORM", "RESIDENT", "applicant", "application_card", "business_licence_form", "case_card", "case_today",
    "copy_card", "facts", "find", "later_checks", "licence_card", "licence_file", "licence_list", "person", "summary",
    "waiting",
]  # fmt: skip
