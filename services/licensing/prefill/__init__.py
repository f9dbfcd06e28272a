"""Reads: what fills the form, and what citizens and officers are shown."""

from services.licensing.prefill.cards import application_card, case_card, copy_card, licence_card, licence_list, summary
from services.licensing.prefill.facts import RESIDENT, facts
from services.licensing.prefill.form import FORM, business_licence_form

__all__ = [
    "FORM", "RESIDENT", "application_card", "business_licence_form", "case_card", "copy_card", "facts",
    "licence_card", "licence_list", "summary",
]  # fmt: skip
