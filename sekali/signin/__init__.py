"""Signing in at an agency's pages: OpenID Connect, sessions, and who may enter a page.

A page's route says who may enter by the type of one parameter: `SignedInCitizen` (CitizenCaller), `SignedInOfficer`
(OfficerCaller of this agency), `SignedIn` (either: a Session), `Visitor` (anybody: Session | None).
"""

from fastapi import APIRouter

from sekali.settings import AgencySettings
from sekali.signin.gateway import Gateway
from sekali.signin.routes import development_page, return_page, sign_in_pages
from sekali.signin.sessions import Session
from sekali.signin.visitors import (
    Keep,
    MustSignIn,
    SignedIn,
    SignedInCitizen,
    SignedInOfficer,
    Visitor,
    install,
)

__all__ = [
    "Gateway", "Keep", "MustSignIn", "Session", "SignedIn", "SignedInCitizen", "SignedInOfficer", "Visitor", "install",
    "ways_in",
]  # fmt: skip


def ways_in(settings: AgencySettings) -> list[APIRouter]:
    """The pages of signing in and out."""
    return [sign_in_pages(), return_page(), *([development_page()] if settings.development_sign_in else [])]
