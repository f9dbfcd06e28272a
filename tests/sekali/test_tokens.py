"""Tokens that agencies show at each other's doors: what is believed, and everything that is not."""

import base64
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import APIRouter
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from sekali import migrations
from sekali.database import Database
from sekali.doors import AnyCaller, Citizen, Officer, PeerAgency, application
from sekali.doors import once as taken_once
from sekali.errors import Problem, SekaliError, Unavailable
from sekali.rights import identities
from sekali.settings import AgencySettings
from sekali.testing import Clock
from sekali.tokens import AgencyCaller, Caller, CitizenCaller, NoIdentity, OfficerCaller, Speaker, Verifier, mint
from tests.sekali.quiet_bus import NOWHERE, QuietBus, settings

START = datetime(2026, 11, 20, 3, tzinfo=UTC)
MELATI = UUID("01a20230-df74-7157-999b-448c645b9c3d")
AGENCIES = ("licensing", "portal", "tax")
CITIZEN, OFFICER, TAX = CitizenCaller(MELATI), OfficerCaller("licensing", "DEWI CONTOH", "officer"), AgencyCaller("tax")


@dataclass
class Country:
    """Three agencies with identities; licensing is the one that is asked. The portal signs citizens in."""

    files: identities.Files
    clock: Clock

    def key(self, agency: str) -> OKPKey:
        return OKPKey.import_key(json.loads(self.files.of(agency).read_bytes()))

    def settings(self, agency: str, **more: Any) -> AgencySettings:
        given = {"agency": agency, "identity": self.files.of(agency), "identities": self.files.public,
                 "development_sign_in": False}  # fmt: skip
        return settings(**(given | more))

    def speaker(self, agency: str) -> Speaker:
        return Speaker(self.settings(agency), self.clock)

    def token(self, issuer: str, caller: Caller, audience: str = "licensing", **life: Any) -> str:
        return mint(self.key(issuer), issuer, audience, caller, self.clock(), **life)

    def verifier(self, agency: str = "licensing") -> Verifier:
        return Verifier(agency, self.files.public, frozenset({"portal"}), self.clock)

    def forged(self, header: dict[str, Any] | None = None, key: Any = None, **claims: Any) -> str:
        """A citizen's token of the portal, with something changed; None takes a member away."""
        now = int(self.clock().timestamp())
        told = {"iss": "portal", "aud": "licensing", "kind": "citizen", "sub": str(MELATI), "iat": now, "exp": now + 60,
                "jti": str(uuid4())}  # fmt: skip
        named = {"alg": "Ed25519", "kid": self.key("portal").kid, "typ": "sekali+jwt"} | (header or {})
        return jwt.encode(
            {name: value for name, value in named.items() if value is not None},
            {name: value for name, value in (told | claims).items() if value is not None},
            key or self.key("portal"), algorithms=[named["alg"]],
        )  # fmt: skip


@pytest.fixture
def country(tmp_path: Path) -> Country:
    made = Country(identities.Files(tmp_path / "keys", tmp_path / "identities.json"), Clock(START))
    identities.plan(AGENCIES, made.files, START).carry_out()
    return made


def refused(verifier: Verifier, token: str, why: str) -> None:
    with pytest.raises(Problem, match=why) as told:
        verifier.verify(token)
    assert told.value.status == 401
    assert str(MELATI) not in str(told.value)


# Who vouches for whom


def test_the_portal_vouches_for_melati_licensing_for_its_officer_tax_for_itself(country: Country) -> None:
    verifier = country.verifier()
    for issuer, caller in (("portal", CITIZEN), ("licensing", OFFICER), ("tax", TAX)):
        vouched = verifier.verify(country.token(issuer, caller))
        assert (vouched.caller, vouched.issuer) == (caller, issuer)
        assert vouched.ends == START + timedelta(seconds=60)


@pytest.mark.parametrize(
    ("issuer", "caller"),
    [
        ("tax", CITIZEN),
        ("licensing", CITIZEN),
        ("portal", OFFICER),
        ("tax", OfficerCaller("tax", "BUDI CONTOH")),
        ("portal", TAX),
    ],
)
def test_nobody_vouches_for_whom_they_do_not_know(country: Country, issuer: str, caller: Caller) -> None:
    refused(country.verifier(), country.token(issuer, caller), f"{issuer} may not vouch for this")


def test_a_token_is_good_at_one_agency(country: Country) -> None:
    refused(country.verifier(), country.token("portal", CITIZEN, audience="tax"), "another agency's doors")
    refused(country.verifier(), country.forged(aud=["licensing", "tax"]), "claims are not those")


def test_an_agency_that_signs_as_another_is_not_believed(country: Country) -> None:
    taxs = country.key("tax")
    refused(country.verifier(), country.forged(key=taxs), "signature is not right")
    refused(country.verifier(), country.forged({"kid": taxs.kid}, key=taxs), "signed by another agency")


# What a token is


@pytest.mark.parametrize(
    "claims",
    [{"exp": None}, {"iat": None}, {"jti": None}, {"jti": "1"}, {"sub": None}, {"sub": ""}, {"kind": "king"},
     {"iss": None}, {"admin": True}, {"exp": "4000000000"}, {"iat": True}, {"sub": "x" * 101}],
)  # fmt: skip
def test_a_claim_that_is_missing_strange_or_too_much(country: Country, claims: dict[str, Any]) -> None:
    refused(country.verifier(), country.forged(**claims), "claims are not those of a token of this kind")


def test_a_citizen_is_named_by_a_resident_id_and_an_officer_has_a_role(country: Country) -> None:
    refused(country.verifier(), country.forged(sub="9999990101200001"), "no resident's id")
    own = country.key("licensing")
    officer = {"iss": "licensing", "kind": "officer", "sub": "DEWI CONTOH"}
    refused(country.verifier(), country.forged({"kid": own.kid}, own, **officer), "may not vouch")


@pytest.mark.parametrize(
    "header",
    [{"typ": None}, {"typ": "JWT"}, {"typ": "at+jwt"}, {"kid": None}, {"alg": "EdDSA"},
     {"jku": "https://other.example/keys"}, {"x5u": "https://other.example"}],
)  # fmt: skip
def test_a_header_that_is_not_ours(country: Country, header: dict[str, Any]) -> None:
    key = OKPKey.import_key({**country.key("portal").as_dict(private=True), "alg": header.get("alg", "Ed25519")})
    refused(country.verifier(), country.forged(header, key), "header is not that of a")


def test_an_unsigned_token_and_one_signed_by_what_everybody_knows(country: Country) -> None:
    """`alg: none`, and HS256 with the published key as its secret."""
    header, body, _ = country.forged().split(".")
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none","kid":"x","typ":"sekali+jwt"}').rstrip(b"=").decode()
    for token in (f"{unsigned}.{body}.", f"{header}.{body}.", f"{unsigned}.{body}.x"):
        refused(country.verifier(), token, "not believed")
    published = json.loads(country.files.public.read_text())["keys"]
    portals = next(one for one in published if one["agency"] == "portal")
    for secret in (portals["x"], base64.urlsafe_b64decode(portals["x"] + "=")):
        key = OctKey.import_key(secret if isinstance(secret, bytes) else secret.encode())
        refused(country.verifier(), country.forged({"alg": "HS256"}, key), "header is not that of a")


@pytest.mark.parametrize("token", ["", ".", "..", "...", "a.b", "a.b.c", "x" * 3_000, "é.é.é", "null.null.null"])
def test_what_is_no_token_is_told_so(country: Country, token: str) -> None:
    refused(country.verifier(), token, "not believed")


def test_a_changed_letter_is_noticed(country: Country) -> None:
    token = country.forged()
    for place in range(0, len(token), 7):
        letter = "A" if token[place] != "A" else "B"
        changed = token[:place] + letter + token[place + 1 :]
        with pytest.raises(Problem):
            country.verifier().verify(changed)


# Time


def test_clocks_may_differ_by_ten_seconds(country: Country) -> None:
    token, verifier = country.token("portal", CITIZEN), country.verifier()
    for seconds, why in ((-11, "future"), (-10, None), (0, None), (69, None), (70, "ended"), (3_600, "ended")):
        country.clock.at = START + timedelta(seconds=seconds)
        if why is None:
            assert verifier.verify(token).caller == CITIZEN
        else:
            refused(verifier, token, why)


def test_a_token_that_lives_for_long_is_not_believed(country: Country) -> None:
    verifier = country.verifier()
    assert verifier.verify(country.token("portal", CITIZEN, life=timedelta(seconds=120)))
    refused(verifier, country.token("portal", CITIZEN, life=timedelta(seconds=121)), "lives longer than 120 seconds")
    now = int(START.timestamp())
    refused(verifier, country.forged(iat=now - 1_000, exp=now + 60), "lives longer")
    refused(verifier, country.forged(iat=2**70, exp=2**70 + 60), "future")


# Keys


def test_a_key_is_renewed_without_a_token_being_lost(country: Country) -> None:
    speaker, verifier = country.speaker("portal"), country.verifier()
    old = _token(speaker)
    identities.plan(AGENCIES, country.files, START, renew=["portal"]).carry_out()
    new = _token(speaker)
    kids = [json.loads(base64.urlsafe_b64decode(one.split(".")[0] + "=="))["kid"] for one in (old, new)]
    assert kids[0] != kids[1]
    assert [verifier.verify(one).caller for one in (old, new)] == [CITIZEN, CITIZEN]
    country.clock.turn(minutes=10)
    stolen = country.forged({"kid": kids[0]})
    refused(verifier, stolen, "key is not known here, or has retired")
    assert verifier.verify(_token(speaker)).caller == CITIZEN
    swept = identities.plan(AGENCIES, country.files, country.clock())
    assert kids[0] not in str(swept.public)


def test_an_agency_that_is_gone_is_believed_no_more(country: Country) -> None:
    verifier, token = country.verifier(), country.token("tax", TAX)
    assert verifier.verify(token)
    identities.plan(("licensing", "portal"), country.files, START).carry_out()
    refused(verifier, token, "key is not known here")
    assert not country.files.of("tax").exists()


def test_without_the_file_of_identities_a_door_answers_that_it_cannot_now(country: Country) -> None:
    token = country.token("portal", CITIZEN)
    country.files.public.unlink()
    with pytest.raises(Unavailable, match=r"identities\.json is missing: run `sekali rights apply`"):
        country.verifier().verify(token)
    country.files.public.write_text("{")
    with pytest.raises(Unavailable, match="cannot be read"):
        country.verifier().verify(token)


def test_who_has_no_identity_cannot_speak(country: Country) -> None:
    with pytest.raises(NoIdentity, match="set SEKALI_IDENTITY"):
        Speaker(country.settings("tax", identity=None), country.clock).headers("portal")
    spoken = Speaker(country.settings("tax", identity=None, development_sign_in=True), country.clock)
    assert spoken.headers("portal") == {"Authorization": "Bearer agency:tax"}
    assert spoken.headers("portal", CITIZEN) == {"Authorization": f"Bearer citizen:{MELATI}"}
    country.files.of("tax").unlink()
    with pytest.raises(Unavailable, match=r"tax\.jwk is missing"):
        country.speaker("tax").headers("portal")


def _token(speaker: Speaker) -> str:
    return speaker.headers("licensing", CITIZEN)["Authorization"].removeprefix("Bearer ")


# At the doors


@dataclass
class Doors(QuietBus):
    """Licensing's, on a real database."""

    def __init__(self, country: Country, database: Database, **more: Any) -> None:
        super().__init__()
        self.settings = country.settings("licensing", **more)
        self.clock = country.clock  # type: ignore[method-assign]
        self.transaction = database.transaction  # type: ignore[method-assign]


def _routes() -> APIRouter:
    router = APIRouter()

    @router.get("/mine")
    @router.post("/mine")
    async def mine(caller: Citizen) -> str:
        return str(caller.resident_id)

    @router.post("/desk")
    async def desk(caller: Officer) -> str:
        return f"{caller.name} {caller.role}"

    @router.post("/peers")
    async def peers(caller: PeerAgency) -> str:
        return caller.agency

    @router.get("/any")
    async def anybody(_caller: AnyCaller) -> str:
        return "any"

    return router


@pytest.fixture
async def database(agency_database: Callable[[], str], country: Country) -> AsyncIterator[Database]:
    library = Path(migrations.__file__).parent
    made = Database(agency_database(), clock=country.clock)
    await made.migrate([library / "versions"], library)
    yield made
    await made.close()


def at(country: Country, database: Database, **more: Any) -> httpx.AsyncClient:
    app = application(Doors(country, database, **more), _routes(), title={"id": "Uji", "en": "Test"})
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://licensing")


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_a_token_changes_something_once_and_may_look_again(country: Country, database: Database) -> None:
    """Whoever overheard it can do nothing with it that its owner did not."""
    async with at(country, database) as one_process, at(country, database) as another:
        token = bearing(country.token("portal", CITIZEN))
        assert (await one_process.post("/mine", headers=token)).json() == str(MELATI)
        for process in (one_process, another):
            again = await process.post("/mine", headers=token)
            assert again.status_code == 401
            assert "shown here before" in again.json()["detail"]
        for _ in range(2):
            assert (await another.get("/mine", headers=token)).status_code == 200
        country.clock.turn(minutes=2)
        async with database.transaction() as session:
            await taken_once.forget(session)
        assert (await one_process.post("/mine", headers=token)).status_code == 401  # it has ended


async def test_a_token_opens_the_doors_of_its_kind(country: Country, database: Database) -> None:
    async with at(country, database) as door:
        for issuer, caller, open_ in (
            ("portal", CITIZEN, "/mine"), ("licensing", OFFICER, "/desk"), ("tax", TAX, "/peers"),
        ):  # fmt: skip
            for path in ("/mine", "/desk", "/peers"):
                answer = await door.post(path, headers=bearing(country.token(issuer, caller)))
                assert answer.status_code == (200 if path == open_ else 403), (issuer, path)
            assert (await door.get("/any", headers=bearing(country.token(issuer, caller)))).status_code == 200
        assert (await door.get("/any")).status_code == 401


async def test_development_tokens_open_nothing_where_they_are_not_switched_on(
    country: Country, database: Database
) -> None:
    tokens = (f"citizen:{MELATI}", "officer:licensing:dewi", "agency:tax")
    async with at(country, database) as shut, at(country, database, development_sign_in=True) as open_:
        for token in tokens:
            assert (await shut.get("/any", headers=bearing(token))).status_code == 401
            assert (await open_.get("/any", headers=bearing(token))).status_code == 200
        assert (await open_.post("/mine", headers=bearing(country.token("portal", CITIZEN)))).status_code == 200
        assert (await open_.get("/any", headers=bearing(country.token("tax", CITIZEN)))).status_code == 401


async def test_an_officers_role_comes_with_the_token(country: Country, database: Database) -> None:
    async with at(country, database, development_sign_in=True) as door:
        signed = country.token("licensing", replace(OFFICER, role="supervisor"))
        assert (await door.post("/desk", headers=bearing(signed))).json() == "DEWI CONTOH supervisor"
        plain = await door.post("/desk", headers=bearing("officer:licensing:dewi:supervisor"))
        assert plain.json() == "dewi supervisor"


def test_doors_that_could_believe_nobody_are_not_built() -> None:
    bus = QuietBus(development_sign_in=False)
    with pytest.raises(SekaliError, match="Nobody could enter: set SEKALI_IDENTITIES"):
        application(bus, _routes(), title={"id": "Uji", "en": "Test"})
    assert bus.settings.database_url == NOWHERE
