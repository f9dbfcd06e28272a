"""Tokens that agencies show at each other's doors: who asks, vouched for by the agency that knows.

A token is a JWT (RFC 7519), signed by Ed25519 (EdDSA; RFC 8037, its name in the header by RFC 9864).
Header: alg, kid, typ = "sekali+jwt". Claims: iss = the agency that vouches, aud = the one that is addressed, kind =
citizen | officer | agency, sub = resident id | officer's name | agency, role (officers), iat, exp, jti.
It lives a minute and is good at one agency's doors; where something is changed it is good once (`sekali.doors.once`).
"""

import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID, uuid4

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from pydantic import BaseModel, ConfigDict, StrictInt, StringConstraints, ValidationError

from sekali.database import Clock, utc_now
from sekali.errors import Problem, SekaliError, Unavailable, unauthenticated
from sekali.settings import AgencySettings

T = TypeVar("T")
ALGORITHM, TYPE = "Ed25519", "sekali+jwt"
LIFE, LONGEST, SKEW = timedelta(seconds=60), timedelta(minutes=2), timedelta(seconds=10)
MOST_CHARACTERS = 2_048
OFFICER = "officer"
"""The role of an officer who has no other."""


@dataclass(frozen=True, slots=True)
class CitizenCaller:
    """A person who acts for themselves."""

    resident_id: UUID


@dataclass(frozen=True, slots=True)
class OfficerCaller:
    """An officer of ``agency``; ``name`` is for the agency's own records, never for a log line."""

    agency: str
    name: str = field(repr=False)
    role: str = OFFICER


@dataclass(frozen=True, slots=True)
class AgencyCaller:
    """Another agency's service."""

    agency: str


Caller = CitizenCaller | OfficerCaller | AgencyCaller


@dataclass(frozen=True, slots=True)
class Vouched:
    """What a token says. ``jti`` and ``ends`` let a door take it only once."""

    caller: Caller
    issuer: str
    jti: UUID
    ends: datetime


class NoIdentity(SekaliError):
    """An agency cannot prove who it is."""


class Watched(Generic[T]):
    """What a file says, read again when the file has changed."""

    def __init__(self, path: Path, parse: Callable[[Any], T], what: str) -> None:
        """`parse` takes the file's JSON. `what`: for people, in errors."""
        self._path, self._parse, self._what = path, parse, what
        self._stamp: Hashable = None
        self._told: T | None = None

    def read(self) -> T:
        """Raises `Unavailable` while it cannot be read; an error's own text could hold a key."""
        try:
            stat = self._path.stat()
            stamp = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
            if self._told is None or stamp != self._stamp:
                self._told = self._parse(json.loads(self._path.read_bytes()))
                self._stamp = stamp
        except FileNotFoundError:
            raise Unavailable(f"{self._what} {self._path.name} is missing: run `sekali rights apply`.") from None
        except (OSError, ValueError, KeyError, TypeError, JoseError) as wrong:
            raise Unavailable(f"{self._what} {self._path.name} cannot be read ({type(wrong).__name__}).") from None
        return self._told


class Speaker:
    """One agency at other agencies' doors: signs in its own name what it shows there."""

    def __init__(self, settings: AgencySettings, clock: Clock = utc_now) -> None:
        """Without an identity, development sign-in lets it speak by development tokens."""
        self._agency, self._development, self._clock = settings.agency, settings.development_sign_in, clock
        self._key = Watched(settings.identity, OKPKey.import_key, "The identity") if settings.identity else None

    def headers(self, audience: str, caller: Caller | None = None) -> dict[str, str]:
        """For one request to `audience`, in its own name or in that of whom it vouches for."""
        caller = caller or AgencyCaller(self._agency)
        if self._key is not None:
            token = mint(self._key.read(), self._agency, audience, caller, self._clock())
        elif self._development:
            token = development_token(caller)
        else:
            raise NoIdentity(
                f"{self._agency} cannot prove who it is: set SEKALI_IDENTITY to its key, "
                "which `sekali rights apply` writes."
            )
        return {"Authorization": f"Bearer {token}"}


def mint(key: OKPKey, issuer: str, audience: str, caller: Caller, now: datetime, *, life: timedelta = LIFE) -> str:
    """A token that begins now."""
    begins = int(now.timestamp())
    claims = {"iss": issuer, "aud": audience, "iat": begins, "exp": begins + int(life.total_seconds()),
              "jti": str(uuid4()), **_named(caller)}  # fmt: skip
    header = {"alg": ALGORITHM, "kid": key.kid, "typ": TYPE}
    return jwt.encode(header, claims, key, algorithms=[ALGORITHM])


def development_token(caller: Caller) -> str:
    """Proves nothing; read only where development sign-in is on."""
    match caller:
        case CitizenCaller(resident_id):
            return f"citizen:{resident_id}"
        case OfficerCaller(agency, name, role):
            return f"officer:{agency}:{name}" if role == OFFICER else f"officer:{agency}:{name}:{role}"
        case AgencyCaller(agency):
            return f"agency:{agency}"


def _named(caller: Caller) -> dict[str, str]:
    match caller:
        case CitizenCaller(resident_id):
            return {"kind": "citizen", "sub": str(resident_id)}
        case OfficerCaller(_, name, role):
            return {"kind": "officer", "sub": name, "role": role}
        case AgencyCaller(agency):
            return {"kind": "agency", "sub": agency}


@dataclass(frozen=True)
class _PublicKey:
    agency: str
    key: OKPKey
    until: datetime | None


def public_keys(told: Mapping[str, Any]) -> dict[str, _PublicKey]:
    """kid -> key, of a JWK set whose keys each say `agency`, and `until` when they retire."""
    found = {}
    for one in told["keys"]:
        until = datetime.fromisoformat(one["until"]) if "until" in one else None
        members = {name: one[name] for name in ("kty", "crv", "x", "kid")}
        found[str(one["kid"])] = _PublicKey(str(one["agency"]), OKPKey.import_key(members), until)
    return found


class _Claims(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    iss: str
    aud: str
    kind: Literal["citizen", "officer", "agency"]
    sub: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    role: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_-]{0,39}$")] | None = None
    iat: StrictInt
    exp: StrictInt
    jti: UUID


class Verifier:
    """One agency's: believes a citizen's token from whoever signs citizens in, an officer's from itself only."""

    def __init__(self, agency: str, identities: Path, citizens_from: frozenset[str], clock: Clock) -> None:
        self._agency, self._citizens_from, self._clock = agency, citizens_from, clock
        self._keys = Watched(identities, public_keys, "The file of identities")

    def verify(self, token: str) -> Vouched:
        """Problem 401 for a token that is not believed, in words that repeat nothing of it; Unavailable (503)."""
        now = self._clock()
        public, claims = self._signed(token, now)
        if claims.iss != public.agency:
            raise _refused("It was signed by another agency than it says.")
        if claims.aud != self._agency:
            raise _refused(f"It is for another agency's doors than those of {self._agency}.")
        self._check_time(claims, now)
        ends = datetime.fromtimestamp(claims.exp, UTC)
        return Vouched(self._caller(claims), claims.iss, claims.jti, ends)

    def _signed(self, token: str, now: datetime) -> tuple[_PublicKey, _Claims]:
        if len(token) > MOST_CHARACTERS:
            raise _refused("It is too long.")
        try:
            header = jws.extract_compact(token.encode()).headers()
        except (JoseError, ValueError):
            raise _refused("It is no signed token.") from None
        if header.keys() != {"alg", "kid", "typ"} or header["alg"] != ALGORITHM or header["typ"] != TYPE:
            raise _refused(f"Its header is not that of a {TYPE} signed by {ALGORITHM}.")
        public = self._keys.read().get(str(header["kid"]))
        if public is None or (public.until is not None and public.until <= now):
            raise _refused("Its key is not known here, or has retired.")
        try:
            claims = jwt.decode(token, public.key, algorithms=[ALGORITHM]).claims
            return public, _Claims.model_validate(claims)
        except ValidationError:
            raise _refused("Its claims are not those of a token of this kind.") from None
        except (JoseError, ValueError):
            raise _refused("Its signature is not right.") from None

    def _check_time(self, claims: _Claims, now: datetime) -> None:
        skew, moment = SKEW.total_seconds(), now.timestamp()
        if claims.exp - claims.iat > LONGEST.total_seconds():
            raise _refused(f"It lives longer than {LONGEST.total_seconds():.0f} seconds.")
        if claims.iat > moment + skew:
            raise _refused("It begins in the future: set the clock of who made it.")
        if claims.exp <= moment - skew:
            raise _refused("It has ended: make a new one.")

    def _caller(self, claims: _Claims) -> Caller:
        match claims.kind:
            case "citizen" if claims.iss in self._citizens_from:
                try:
                    return CitizenCaller(UUID(claims.sub))
                except ValueError:
                    raise _refused("Its sub is no resident's id.") from None
            case "officer" if claims.iss == self._agency and claims.role is not None:
                return OfficerCaller(claims.iss, claims.sub, claims.role)
            case "agency" if claims.sub == claims.iss:
                return AgencyCaller(claims.iss)
        raise _refused(f"{claims.iss} may not vouch for this {claims.kind} here.")


def _refused(why: str) -> Problem:
    return unauthenticated(f"The token is not believed. {why}")
