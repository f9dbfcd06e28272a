"""Who may enter: the one place where a door looks at a token.

A token is signed by an agency (`sekali.tokens`). Where SEKALI_DEVELOPMENT_SIGN_IN is on, development tokens are taken
too, which prove nothing: ``citizen:<resident uuid>``, ``officer:<agency>:<name>``, ``officer:<agency>:<name>:<role>``,
``agency:<agency>``.
Dependencies are `async` though they wait for nothing: FastAPI hands any other to a thread, which costs a switch.
A route declares who may enter by the type of one parameter: ``Citizen``, ``Officer``, ``Operator`` (an officer who
looks after the agency's bus), ``PeerAgency``, ``AnyCaller``; pages have types of their own (`sekali.signin`).
Who declares nothing is not built (`sekali.doors.walk`).
"""

import logging
import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar, cast
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from sekali import agencies
from sekali.database import Clock
from sekali.doors import once
from sekali.doors.running import TheBus
from sekali.errors import Problem, SekaliError, forbidden, unauthenticated
from sekali.settings import AgencySettings
from sekali.tokens import AgencyCaller, Caller, CitizenCaller, OfficerCaller, Verifier, Vouched

__all__ = [
    "WHO_MAY_ENTER", "AgencyCaller", "AnyCaller", "Caller", "Citizen", "CitizenCaller", "Gate", "Officer",
    "OfficerCaller", "Operator", "PeerAgency", "read_development_token", "says_who_may_enter",
]  # fmt: skip

logger = logging.getLogger(__name__)
Dependency = TypeVar("Dependency", bound=Callable[..., Any])
_WORD = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_OFFICER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
OPERATOR = "operator"
"""The role of who looks after the agency's part of the bus."""
CHANGES_NOTHING = frozenset({"GET", "HEAD", "OPTIONS"})
WHO_MAY_ENTER: set[Callable[..., Any]] = set()


def says_who_may_enter(dependency: Dependency) -> Dependency:
    """Marks what a route's parameter may depend on to declare who may enter."""
    WHO_MAY_ENTER.add(dependency)
    return dependency


class Gate:
    """What one agency's doors believe."""

    def __init__(self, settings: AgencySettings, clock: Clock) -> None:
        """SekaliError where nobody could ever enter."""
        self._development = settings.development_sign_in
        self._verifier: Verifier | None = None
        if settings.identities is not None:
            believed = agencies.signing_citizens_in(settings.root)
            self._verifier = Verifier(settings.agency, settings.identities, believed, clock)
        elif not self._development:
            raise SekaliError(
                "Nobody could enter: set SEKALI_IDENTITIES to the agencies' public keys, which `sekali rights apply` "
                "writes, or on a machine of your own SEKALI_DEVELOPMENT_SIGN_IN=true."
            )
        if self._development:
            logger.warning("Development sign-in is on: everybody is believed to be who they say they are.")

    def read(self, token: str) -> Caller | Vouched:
        """Problem 401 for a token that names nobody or is not believed."""
        if self._development and token.count(".") != 2:
            return read_development_token(token)
        if self._verifier is None:
            raise _unreadable()
        return self._verifier.verify(token)


def read_development_token(token: str) -> Caller:
    """The caller that a development token names; Problem 401 when it names nobody."""
    match token.split(":"):
        case ["citizen", resident]:
            try:
                return CitizenCaller(UUID(resident))
            except ValueError:
                raise _unreadable() from None
        case ["officer", agency, name] if _WORD.fullmatch(agency) and _OFFICER.fullmatch(name):
            return OfficerCaller(agency, name)
        case ["officer", agency, name, role] if all(map(_WORD.fullmatch, (agency, role))) and _OFFICER.fullmatch(name):
            return OfficerCaller(agency, name, role)
        case ["agency", agency] if _WORD.fullmatch(agency):
            return AgencyCaller(agency)
    raise _unreadable()


def _unreadable() -> Problem:
    return unauthenticated(
        "The token names nobody. It is one that an agency has signed, or on a machine with development sign-in one of "
        "citizen:<resident uuid>, officer:<agency>:<name>, agency:<agency>."
    )


_bearer = HTTPBearer(
    auto_error=False, scheme_name="token",
    description="A JWT that an agency has signed for this one (docs/tokens.md); with development sign-in also "
                "`citizen:RESIDENT_UUID`, `officer:AGENCY:NAME` or `agency:AGENCY`, which prove nothing",
)  # fmt: skip


@says_who_may_enter
async def any_caller(
    request: Request, bus: TheBus, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Caller:
    """Whoever has a token that is believed; one that was signed changes something only once."""
    if credentials is None:
        raise unauthenticated()
    read = cast(Gate, request.app.state.gate).read(credentials.credentials)
    if not isinstance(read, Vouched):
        return read
    if request.method not in CHANGES_NOTHING:
        async with bus.transaction() as session:
            await once.take(session, read)
    return read.caller


@says_who_may_enter
async def citizen(caller: Annotated[Caller, Depends(any_caller)]) -> CitizenCaller:
    if not isinstance(caller, CitizenCaller):
        raise forbidden("Only a citizen enters here, for themselves.")
    return caller


@says_who_may_enter
async def officer(request: Request, caller: Annotated[Caller, Depends(any_caller)]) -> OfficerCaller:
    agency: str = request.app.state.agency
    if not isinstance(caller, OfficerCaller) or caller.agency != agency:
        raise forbidden(f"Only an officer of {agency} enters here.")
    return caller


@says_who_may_enter
async def operator(caller: Annotated[OfficerCaller, Depends(officer)]) -> OfficerCaller:
    if caller.role != OPERATOR:
        raise forbidden(f"Only an officer with the role {OPERATOR} enters here.")
    return caller


@says_who_may_enter
async def peer_agency(caller: Annotated[Caller, Depends(any_caller)]) -> AgencyCaller:
    if not isinstance(caller, AgencyCaller):
        raise forbidden("Only another agency's service enters here.")
    return caller


AnyCaller = Annotated[Caller, Depends(any_caller)]
Citizen = Annotated[CitizenCaller, Depends(citizen)]
Officer = Annotated[OfficerCaller, Depends(officer)]
Operator = Annotated[OfficerCaller, Depends(operator)]
PeerAgency = Annotated[AgencyCaller, Depends(peer_agency)]
