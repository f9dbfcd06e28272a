"""Behind a proxy everybody seems to come from one address, unless the proxy that says otherwise is one of ours."""

import httpx
import pytest
from fastapi import FastAPI, Request
from pydantic import ValidationError

from sekali.doors.serving import _configuration
from sekali.signin.throttling import address
from tests.sekali.quiet_bus import settings

CITIZEN = "203.0.113.7"


def doorkeeper() -> FastAPI:
    app = FastAPI()

    @app.get("/")
    async def who(request: Request) -> dict[str, str]:
        return {"address": address(request), "scheme": request.url.scheme}

    return app


@pytest.mark.parametrize(
    ("proxies", "peer", "chain", "believed"),
    [
        ("", "10.0.0.1", CITIZEN, "10.0.0.1"),
        ("10.0.0.0/8", "10.0.0.1", CITIZEN, CITIZEN),
        ("10.0.0.0/8,192.0.2.1", "192.0.2.1", f"{CITIZEN}, 10.0.0.5", CITIZEN),
        ("10.0.0.0/8", "10.0.0.1", f"198.51.100.1, {CITIZEN}", CITIZEN),
        ("10.0.0.0/8", "198.51.100.9", CITIZEN, "198.51.100.9"),
    ],
)
async def test_who_is_believed_on_where_a_request_comes_from(
    proxies: str, peer: str, chain: str, believed: str
) -> None:
    """The fourth: a citizen writes an address in front; the last one that is no proxy counts."""
    config = _configuration(doorkeeper(), settings(proxies=proxies))
    config.load()
    transport = httpx.ASGITransport(config.loaded_app, client=(peer, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
        told = (await client.get("/", headers={"x-forwarded-for": chain, "x-forwarded-proto": "https"})).json()
    assert told["address"] == f"address {believed}"
    assert told["scheme"] == ("https" if believed != peer else "http")


@pytest.mark.parametrize("proxies", ["*", "0.0.0.0/0", "::/0", "10.0.0.1,*", "my-proxy", "10.0.0.1/8"])
def test_everybody_or_nobody_is_no_proxy(proxies: str) -> None:
    """With `*` each citizen would say from where they come; a name is never looked up, so nobody would be believed."""
    with pytest.raises(ValidationError, match="proxies"):
        settings(proxies=proxies)
