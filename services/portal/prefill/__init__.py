"""Reads that fill a form: the portal's own, and every other agency's over HTTP."""

from services.portal.prefill.agencies import Agencies
from services.portal.prefill.own import contact_fact, contact_form

__all__ = ["Agencies", "contact_fact", "contact_form"]
