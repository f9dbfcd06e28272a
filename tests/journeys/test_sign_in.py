"""Development sign-in is off: people come in by a real OpenID provider, in a real browser, at the running services."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import asyncpg
import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from sekali import cli
from sekali.cli.erase import NotErased
from sekali.local.signing_in import ON_ONES_OWN_MACHINE, SigningIn
from sekali.local.sql import execute, wait_for
from sekali.testing import eventually
from tests.browser.looking import IN_SESSION_LOOP
from tests.journeys.stack import Melati, Stack
from tests.oidc.running import SCOPE, SECRET, RealProvider

pytestmark = IN_SESSION_LOOP

LICENCE = "/services/licensing/business-licence"
DOORS = {
    "portal": ["/", LICENCE, "/my/applications", "/my/data"],
    "population": ["/", "/office", "/office/find", "/office/register"],
    "licensing": ["/", "/office", "/office/find"],
    "tax": ["/", "/office", "/office/find"],
}
PEOPLE: dict[str, dict[str, Any]] = {
    "dewi": {"name": "DEWI CONTOH", "agency": "licensing", "role": "officer"},
    "budi": {"name": "BUDI CONTOH", "agency": "tax", "role": "officer"},
    "tono": {"name": "TONO CONTOH", "agency": "licensing", "role": "cleaner"},
    "rangga": {"name": "RANGGA CONTOH"},
}


@pytest.fixture(scope="module")
def melati(stack: Stack) -> Melati:
    return stack.melati()


@pytest.fixture(scope="module")
def provider(stack: Stack, melati: Melati) -> Iterator[RealProvider]:
    """Each agency is a client of its own."""
    people = {**PEOPLE, "melati": {"name": "MELATI PUSPA CONTOH", "resident_id": str(melati.id)}}
    running = RealProvider([], people, {f"{agency}-pages": url for agency, url in stack.endpoints.http.items()})
    yield running
    running.shut()


@pytest.fixture(scope="module")
def shut(stack: Stack, provider: RealProvider) -> Iterator[dict[str, str]]:
    """Where the services listen, which believe nobody by their word."""
    homes = stack.endpoints.http
    everybody = {
        "SEKALI_OIDC_ISSUER": provider.issuer, "SEKALI_OIDC_CLIENT_SECRET": SECRET, "SEKALI_OIDC_SCOPE": SCOPE,
        "SEKALI_SIGN_IN_TRIES": "100000",
    }  # fmt: skip
    own = {
        agency: {**everybody, "SEKALI_OIDC_CLIENT_ID": f"{agency}-pages", "SEKALI_PUBLIC_URL": url}
        for agency, url in homes.items()
    }
    stack.platform.signing_in = SigningIn(development=False, told=own)
    stack.platform.serve()
    yield homes
    stack.platform.signing_in = ON_ONES_OWN_MACHINE
    stack.platform.serve()
    for agency in DOORS:  # with the usual limit, they would shut this address out for ten minutes
        wait_for(execute(stack.endpoints.postgres[agency], "delete from sign_in_attempt", "delete from sign_in_try"))


@asynccontextmanager
async def device(browser: Browser, language: str = "id-ID", *, scripts: bool = False) -> AsyncIterator[Page]:
    """With no cookies yet."""
    context = await browser.new_context(java_script_enabled=scripts, locale=language)
    yield await context.new_page()
    await context.close()


async def prove(page: Page, login: str) -> None:
    """At the provider's own page."""
    await page.fill("input[name=login]", login)
    await page.fill("input[name=password]", "any")
    await page.click("button[type=submit]")


async def test_every_page_leads_to_the_provider_and_no_door_believes_a_word(
    shut: dict[str, str], provider: RealProvider
) -> None:
    for agency, paths in DOORS.items():
        async with httpx.AsyncClient(base_url=shut[agency], headers={"Accept": "text/html"}) as browser:
            for path in paths:
                asked = await browser.get(path)
                if (path, asked.status_code) == ("/", 200):
                    continue  # the portal says what it is to everybody
                assert asked.headers["location"].startswith("/sign-in"), (agency, path)
                away = urlsplit((await browser.get(asked.headers["location"])).headers["location"])
                assert f"{away.scheme}://{away.netloc}" == provider.issuer
                assert parse_qs(away.query)["client_id"] == [f"{agency}-pages"]
            assert (await browser.post("/sign-in/development", data={"name": "Dewi"})).status_code == 404
        async with httpx.AsyncClient(base_url=shut[agency]) as program:
            answer = await program.get("/uses", headers={"Authorization": f"Bearer officer:{agency}:dewi"})
            assert answer.status_code == 401


@pytest.mark.parametrize("scripts", [False, True], ids=["without scripts", "with scripts"])
async def test_melati_lands_where_she_wanted_to_go_and_signs_out_everywhere(
    browser: Browser, shut: dict[str, str], provider: RealProvider, *, scripts: bool
) -> None:
    async with device(browser, scripts=scripts) as page:
        await page.goto(shut["portal"] + LICENCE)
        assert page.url.startswith(provider.issuer)
        await prove(page, "melati")
        await page.wait_for_url(shut["portal"] + LICENCE)
        await expect(page.locator("main")).to_contain_text("MELATI PUSPA CONTOH")

        await page.click("form[action='/sign-out'] button")
        assert page.url.startswith(f"{provider.issuer}/session/end")
        await page.click("button[value=yes]")
        await page.wait_for_url(f"{shut['portal']}/signed-out")
        await expect(page.locator("h1")).to_have_text("Anda sudah keluar")
        for _ in range(2):
            await page.go_back()  # past the provider's page to the form that was filled
        assert "MELATI" not in await page.content()
        await page.goto(shut["portal"] + LICENCE)
        assert await page.locator("input[name=login]").count() == 1, "the provider asks who is there"


async def test_dewi_comes_to_licensings_desk_by_her_agency_and_role(
    browser: Browser, shut: dict[str, str], provider: RealProvider
) -> None:
    async with device(browser, "en-GB") as page:
        await page.goto(f"{shut['licensing']}/office/find")
        await prove(page, "dewi")
        await page.wait_for_url(f"{shut['licensing']}/office/find")
        await expect(page.locator("header")).to_contain_text("Signed in: DEWI CONTOH")
        answer = await page.goto(f"{shut['tax']}/office")
        assert answer is not None
        assert answer.status == 403, "the provider has her signed in, and tax does not know her"


@pytest.mark.parametrize(
    ("agency", "login", "indonesian", "english"),
    [
        ("portal", "rangga", "belum dihubungkan dengan penduduk", "joined to no resident"),
        ("portal", "dewi", "belum dihubungkan dengan penduduk", "joined to no resident"),
        ("licensing", "budi", "bukan akun petugas instansi ini", "not that of an officer of this agency"),
        ("licensing", "tono", "bukan akun petugas instansi ini", "in a role that has a desk"),
        ("licensing", "melati", "bukan akun petugas instansi ini", "not that of an officer of this agency"),
    ],
)
async def test_who_is_nobody_here_is_told_so_and_offered_another_account(  # noqa: PLR0917
    browser: Browser, shut: dict[str, str], agency: str, login: str, indonesian: str, english: str
) -> None:
    for language, words, other in (
        ("id-ID", indonesian, "Masuk dengan akun lain"),
        ("en-GB", english, "Sign in with another account"),
    ):
        async with device(browser, language) as page:
            await page.goto(f"{shut[agency]}/sign-in?next=/office")
            await prove(page, login)
            await expect(page.locator("main")).to_contain_text(words)
            assert "CONTOH" not in await page.content()
            await page.get_by_role("link", name=other).click()
            assert await page.locator("input[name=login]").count() == 1


async def test_what_melati_typed_outlives_her_session_and_the_provider(
    browser: Browser, shut: dict[str, str], provider: RealProvider, stack: Stack
) -> None:
    async with device(browser) as page:
        await page.goto(shut["portal"] + LICENCE)
        await prove(page, "melati")
        await page.wait_for_url(shut["portal"] + LICENCE)
        await page.fill("#trade_name", "KEDAI SEMENTARA CONTOH")
        await long_ago(stack)
        provider.shut()
        try:
            await until_away(shut["portal"])
            await page.click(".actions button")
            await expect(page.locator("main")).to_contain_text("Penyedia identitas sedang tidak menjawab")
        finally:
            await asyncio.to_thread(provider.open)
        await until_back(shut["portal"])
        await page.get_by_role("link", name="Mulai lagi").click()
        await prove(page, "melati")
        await page.wait_for_url(f"{shut['portal']}{LICENCE}**")
        assert await page.input_value("#trade_name") == "KEDAI SEMENTARA CONTOH"


async def long_ago(stack: Stack) -> None:
    """Everybody's last request at the portal."""
    connection = await asyncpg.connect(stack.endpoints.postgres["portal"])
    await connection.execute("update web_session set seen_at = seen_at - interval '31 minutes'")
    await connection.close()


async def until_away(url: str) -> None:
    await _until(url, 503, "the portal sees that the provider is away")


async def until_back(url: str) -> None:
    await _until(url, 303, "the portal sees that the provider is back")


async def _until(url: str, status: int, what: str) -> None:
    async with httpx.AsyncClient(base_url=url) as client:

        async def seen() -> bool:
            return (await client.get("/sign-in")).status_code == status

        await eventually(seen, what, 30)


async def test_an_operator_erases_somebody_all_the_same(
    shut: dict[str, str], stack: Stack, melati: Melati, tmp_path: Path
) -> None:
    receipt = tmp_path / "receipt.json"
    order = ["erase", str(melati.id), "--reason", "Permohonan CONTOH/2026/12", "--json", str(receipt)]
    with stack.platform.place.chosen():
        with pytest.raises(NotErased, match="resident"):
            await asyncio.to_thread(cli.run, [*order[:1], str(uuid4()), *order[2:]])
        assert await asyncio.to_thread(cli.run, order) == 0
    assert json.loads(receipt.read_text("utf-8"))["complete"]
