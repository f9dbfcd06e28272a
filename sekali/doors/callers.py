"""Who may enter: the one place where a door looks at a token.

For now these are development tokens, which prove nothing: ``citizen:<resident uuid>``, ``officer:<agency>:<name>``,
``agency:<agency>``. A later sign-in replaces ``read_token`` and nothing else.
A route declares who may enter by the type of one parameter: ``Citizen``, ``Officer``, ``PeerAgency``, ``AnyCaller``.
"""

import re
from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from sekali.errors import Problem, forbidden, unauthenticated

_WORD = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_OFFICER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


@dataclass(frozen=True, slots=True)
class CitizenCaller:
    """A person who acts for themselves."""

    resident_id: UUID


@dataclass(frozen=True, slots=True)
class OfficerCaller:
    """An officer of ``agency``; ``name`` is for the agency's own records, never for a log line."""

    agency: str
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AgencyCaller:
    """Another agency's service."""

    agency: str


Caller = CitizenCaller | OfficerCaller | AgencyCaller

_bearer = HTTPBearer(
    auto_error=False, scheme_name="development token",
    description="`citizen:RESIDENT_UUID`, `officer:AGENCY:NAME` or `agency:AGENCY`; it proves nothing yet",
)  # fmt: skip


def read_token(token: str) -> Caller:
    """The caller that a development token names; Problem 401 when it names nobody."""
    match token.split(":"):
        case ["citizen", resident]:
            try:
                return CitizenCaller(UUID(resident))
            except ValueError:
                raise _unreadable() from None
        case ["officer", agency, name] if _WORD.fullmatch(agency) and _OFFICER.fullmatch(name):
            return OfficerCaller(agency, name)
        case ["agency", agency] if _WORD.fullmatch(agency):
            return AgencyCaller(agency)
    raise _unreadable()


def _unreadable() -> Problem:
    return unauthenticated("The token is none of citizen:<resident uuid>, officer:<agency>:<name>, agency:<agency>.")


def any_caller(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Caller:
    if credentials is None:
        raise unauthenticated()
    return read_token(credentials.credentials)


def citizen(caller: Annotated[Caller, Depends(any_caller)]) -> CitizenCaller:
    if not isinstance(caller, CitizenCaller):
        raise forbidden("Only a citizen enters here, for themselves.")
    return caller


def officer(request: Request, caller: Annotated[Caller, Depends(any_caller)]) -> OfficerCaller:
    agency: str = request.app.state.agency
    if not isinstance(caller, OfficerCaller) or caller.agency != agency:
        raise forbidden(f"Only an officer of {agency} enters here.")
    return caller


def peer_agency(caller: Annotated[Caller, Depends(any_caller)]) -> AgencyCaller:
    if not isinstance(caller, AgencyCaller):
        raise forbidden("Only another agency's service enters here.")
    return caller


AnyCaller = Annotated[Caller, Depends(any_caller)]
Citizen = Annotated[CitizenCaller, Depends(citizen)]
Officer = Annotated[OfficerCaller, Depends(officer)]
PeerAgency = Annotated[AgencyCaller, Depends(peer_agency)]

WHO_MAY_ENTER = (any_caller, citizen, officer, peer_agency)
