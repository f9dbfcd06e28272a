"""An ID token is believed only as OpenID Connect Core 3.1.3.7 says; a provider that lies is a real HTTP server here."""

import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from pydantic import SecretStr

from tests.oidc.running import CLIENT, SECRET
from tests.signin.agency import Agency, Browser, open_agency
from tests.signin.conftest import MELATI
from tests.signin.test_signing_in import away, come, sessions

KEY, STRANGERS = RSAKey.generate_key(2048, auto_kid=True), RSAKey.generate_key(2048, auto_kid=True)


class Liar:
    """`answer` makes the token endpoint's answer; `metadata` changes what is published."""

    def __init__(self) -> None:
        self.metadata: dict[str, Any] = {}
        self.answer: Callable[[], tuple[int, Any]] = lambda: (500, {})
        self.asked: list[str] = []
        liar = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                liar.asked.append(self.path)
                told = liar.published() if "well-known" in self.path else KeySet([KEY]).as_dict(private=False)
                self._say(200, told)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                self._say(*liar.answer())

            def _say(self, status: int, told: Any) -> None:
                body = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def published(self) -> dict[str, Any]:
        told = {
            "issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys", "token_endpoint": f"{self.issuer}/token",
            "authorization_endpoint": f"{self.issuer}/auth",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }  # fmt: skip
        return told | self.metadata


@pytest.fixture
def liar() -> Iterator[Liar]:
    made = Liar()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
async def portal(agency_database: Callable[[], str], tmp_path: Path, liar: Liar) -> AsyncIterator[Agency]:
    secret = SecretStr(SECRET)
    more = {"oidc_issuer": liar.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": secret}
    async with open_agency("portal", agency_database(), tmp_path, **more) as made:
        yield made


async def come_back(portal: Agency, liar: Liar, browser: Browser, token: Callable[[dict[str, Any]], Any]) -> int:
    """The status in the end; `token` makes the ID token from the claims that would be right."""
    asked = parse_qs(urlsplit(await away(browser)).query)
    now = int(portal.clock().timestamp())
    right = {"iss": liar.issuer, "aud": CLIENT, "sub": "melati", "nonce": asked["nonce"][0], "iat": now,
             "exp": now + 300, "auth_time": now, "resident_id": MELATI}  # fmt: skip
    liar.answer = lambda: (200, {"access_token": "x", "token_type": "Bearer", "id_token": token(right)})
    answer = await come(browser, f"/sign-in/callback?code=x&state={asked['state'][0]}")
    return answer.status_code


def signed(claims: dict[str, Any], header: dict[str, Any] | None = None, key: Any = KEY) -> str:
    told = {"alg": "RS256", "kid": KEY.kid} | (header or {})
    return jwt.encode(told, {name: one for name, one in claims.items() if one is not None}, key, [told["alg"]])


async def test_a_token_in_which_everything_is_right_is_believed(portal: Agency, liar: Liar) -> None:
    """Else the lies below would prove nothing."""
    async with portal.browser() as browser:
        assert await come_back(portal, liar, browser, signed) == 303
        assert await sessions(portal) == 1


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "https://other.example"}, {"iss": None}, {"aud": "another-client"}, {"aud": None}, {"aud": []},
        {"aud": [CLIENT, "another-client"]}, {"aud": [CLIENT, "another-client"], "azp": "another-client"},
        {"azp": "another-client"}, {"nonce": "x"}, {"nonce": None}, {"exp": None}, {"exp": 1}, {"exp": "never"},
        {"auth_time": None}, {"auth_time": 1}, {"auth_time": "lately"},
        {"iat": None}, {"iat": 1}, {"iat": 9_999_999_999}, {"sub": None}, {"sub": ""}, {"sub": 7},
    ],
)  # fmt: skip
async def test_a_wrong_claim(portal: Agency, liar: Liar, lie: dict[str, Any]) -> None:
    async with portal.browser() as browser:
        assert await come_back(portal, liar, browser, lambda right: signed(right | lie)) == 400
        assert await sessions(portal) == 0


def unsigned(claims: dict[str, Any]) -> str:
    _, body, _ = signed(claims).split(".")
    return f"eyJhbGciOiJub25lIn0.{body}."


def by_the_clients_secret(claims: dict[str, Any]) -> str:
    """HS256: the client's secret is no proof of the provider, since the client has it too."""
    return signed(claims, {"alg": "HS256"}, OctKey.import_key(SECRET))


def by_a_stranger(claims: dict[str, Any]) -> str:
    return signed(claims, {"kid": STRANGERS.kid}, STRANGERS)


def by_a_stranger_under_the_providers_name(claims: dict[str, Any]) -> str:
    return signed(claims, None, STRANGERS)


@pytest.mark.parametrize(
    "forge",
    [unsigned, by_the_clients_secret, by_a_stranger, by_a_stranger_under_the_providers_name, lambda _: None,
     lambda _: "", lambda _: "a.b.c", lambda _: 7],
)  # fmt: skip
async def test_a_token_that_the_provider_has_not_signed(
    portal: Agency, liar: Liar, forge: Callable[[dict[str, Any]], Any]
) -> None:
    async with portal.browser() as browser:
        assert await come_back(portal, liar, browser, forge) == 400
        assert await sessions(portal) == 0


async def test_a_provider_that_answers_nonsense_is_away(portal: Agency, liar: Liar) -> None:
    async with portal.browser() as browser:
        address = await away(browser)
        state = parse_qs(urlsplit(address).query)["state"][0]
        liar.answer = lambda: (500, {})
        assert (await come(browser, f"/sign-in/callback?code=x&state={state}")).status_code == 503


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://other.example"},
        {"jwks_uri": None},
        {"token_endpoint": None},
        {"issuer": None},
        {"end_session_endpoint": "javascript:alert(1)"},
    ],
)
async def test_a_provider_that_publishes_something_else_is_not_used(
    portal: Agency, liar: Liar, change: dict[str, Any]
) -> None:
    liar.metadata = change
    async with portal.browser() as browser:
        assert (await browser.get("/sign-in")).status_code == 503


async def test_what_it_publishes_is_asked_once_and_again_for_an_unknown_key(portal: Agency, liar: Liar) -> None:
    async with portal.browser() as browser:
        for _ in range(3):
            await away(browser)
        assert len(liar.asked) == 2
        await come_back(portal, liar, browser, by_a_stranger)
        assert len(liar.asked) == 4
