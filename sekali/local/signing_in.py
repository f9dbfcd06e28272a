"""What the services are told of signing in: SEKALI_OIDC_ISSUER tells all, SEKALI_PORTAL_OIDC_CLIENT_ID the portal.

It stands in the environment of `sekali up`, or in the file `sign-in.env` of the state folder (mode 0600), which every
later `sekali up` reads again; where both say something, the environment counts.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dotenv import dotenv_values

from sekali.errors import SekaliError
from sekali.local.endpoints import is_private
from sekali.local.place import Place
from sekali.settings import AgencySettings

FILE = "sign-in.env"
SWITCH = "SEKALI_DEVELOPMENT_SIGN_IN"
PASSED = tuple(
    name.upper()
    for name in AgencySettings.model_fields
    if name.startswith(("oidc_", "session_", "sign_in_")) or name in {"public_url", "proxies", "officer_roles"}
)
"""Settings of a service that an operator says, without their prefix."""
NEEDED = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "PUBLIC_URL")


class NoWayIn(SekaliError):
    """Under what is told here nobody could sign in, or nobody safely."""


@dataclass(frozen=True)
class SigningIn:
    """`told`: each agency's variables, as its service reads them. `development`: whether everybody is believed."""

    development: bool
    told: Mapping[str, Mapping[str, str]] = field(repr=False)

    def of(self, agency: str) -> dict[str, str]:
        return {**self.told.get(agency, {}), SWITCH: str(self.development).lower()}


ON_ONES_OWN_MACHINE = SigningIn(development=True, told={})


def read(place: Place, environment: Mapping[str, str], *, development: bool) -> SigningIn:
    """`development`: where nobody says it. Raises NoWayIn, in words that hold no value."""
    services = place.services()
    named = {_name(agency, one) for agency in services for one in PASSED} | {_name("", one) for one in PASSED}
    said = {**_from_file(place.state / FILE, {*named, SWITCH}), **environment}
    for name in said:
        if name not in named and name.startswith("SEKALI_") and name.endswith(NEEDED):
            raise NoWayIn(f"{name} is for no agency here; there are: {', '.join(services)}.")
    told = {agency: _told(agency, said) for agency in services}
    believes = said.get(SWITCH, str(development)).lower() == "true"
    if not believes:
        _refuse_shut(place.root, told)
    _refuse_shared(told)
    return SigningIn(believes, told)


def _name(agency: str, setting: str) -> str:
    return f"SEKALI_{agency.upper()}_{setting}" if agency else f"SEKALI_{setting}"


def _told(agency: str, said: Mapping[str, str]) -> dict[str, str]:
    """Its own word before the one for all; an empty one counts as none."""
    found = {one: said.get(_name(agency, one)) or said.get(_name("", one)) for one in PASSED}
    return {_name("", one): value for one, value in found.items() if value}


def _from_file(file: Path, named: Collection[str]) -> dict[str, str]:
    if not file.exists():
        return {}
    if not is_private(file):
        raise NoWayIn(f"Others can read {file}, and it may hold secrets: chmod 600 {file}")
    told = dotenv_values(file, interpolate=False, encoding="utf-8")
    for name, value in told.items():
        if name not in named:
            raise NoWayIn(f"{file} says {name}, which is no setting of signing in; docs/settings.md has them.")
        if value is None:
            raise NoWayIn(f"{file} says nothing after {name}: write NAME=value.")
    return {name: value or "" for name, value in told.items()}


def _refuse_shut(root: Path, told: Mapping[str, Mapping[str, str]]) -> None:
    with_pages = [agency for agency in told if any((root / "services" / agency).glob("pages*"))]
    lacking = {
        agency: missing
        for agency in with_pages
        if (missing := [_name(agency, one) for one in NEEDED if _name("", one) not in told[agency]])
    }
    if lacking:
        names = "; ".join(f"{agency} lacks {', '.join(missing)}" for agency, missing in lacking.items())
        raise NoWayIn(
            f"Development sign-in is off, and people could not sign in everywhere: {names}. "
            f"What is the same for all has no agency in its name. See docs/settings.md, Sign-in."
        )


def _refuse_shared(told: Mapping[str, Mapping[str, str]]) -> None:
    """Two agencies at one address would take each other's answers from the provider."""
    by_url: dict[str, str] = {}
    for agency, variables in told.items():
        url = variables.get("SEKALI_PUBLIC_URL", "")
        if url and url in by_url:
            raise NoWayIn(f"{by_url[url]} and {agency} have the same public address: give each its own.")
        by_url[url] = agency
