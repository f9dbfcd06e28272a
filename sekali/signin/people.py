"""Whom a provider's claims, or the form of development sign-in, make somebody at one agency."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sekali.lines import printable
from sekali.settings import AgencySettings
from sekali.tokens import CitizenCaller, OfficerCaller

_ROLE = re.compile(r"[a-z][a-z_-]{0,39}")
LONGEST_NAME = 60


def by_claims(
    claims: Mapping[str, Any], settings: AgencySettings, *, citizens: bool
) -> CitizenCaller | OfficerCaller | None:
    """A citizen where this agency signs citizens in (`citizens`), its own officer anywhere; None for everybody else.

    Of several roles, the one that the settings name first.
    """
    resident = claims.get(settings.oidc_resident_claim)
    if citizens and isinstance(resident, str):
        return citizen(resident)
    agencies = claims.get(settings.oidc_agency_claim)
    if settings.agency not in (agencies if isinstance(agencies, list) else [agencies]):
        return None
    name, roles = claims.get(settings.oidc_name_claim), claims.get(settings.oidc_role_claim)
    held = roles if isinstance(roles, list) else [roles]
    role = next((one for one in settings.known_roles if one in held), None)
    return officer(settings.agency, name, role) if isinstance(name, str) and role is not None else None


def by_form(
    form: Mapping[str, Any], settings: AgencySettings, *, citizens: bool
) -> CitizenCaller | OfficerCaller | None:
    """Development sign-in: whoever one says one is."""
    resident, name = form.get("resident_id"), form.get("name")
    if citizens and isinstance(resident, str):
        return citizen(resident)
    role = form.get("role") or next(iter(settings.known_roles), "")
    return officer(settings.agency, name, role) if isinstance(name, str) and role in settings.known_roles else None


def citizen(resident: str) -> CitizenCaller | None:
    try:
        return CitizenCaller(UUID(resident.strip()))
    except ValueError:
        return None


def officer(agency: str, name: str, role: str) -> OfficerCaller | None:
    """The name stands beside decisions: one printable line."""
    try:
        name = printable(" ".join(name.split()))
    except ValueError:
        return None
    if not name or len(name) > LONGEST_NAME or not _ROLE.fullmatch(role):
        return None
    return OfficerCaller(agency, name, role)
