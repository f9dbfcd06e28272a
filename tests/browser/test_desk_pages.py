"""The officers' desks in a real browser: on a phone and a desk, by keyboard, in light and dark, with axe."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from sekali.local.databases import create, drop
from sekali.local.platform import Platform
from sekali.local.secrets import new_password
from services.licensing import app as licensing
from services.licensing.inbox import inbox
from services.licensing.settings import Settings as LicensingSettings
from services.licensing.tests import people
from services.licensing.tests.office import Office as LicensingOffice
from tests.browser.desks import opened, served, shut
from tests.browser.looking import DESKTOP, IN_SESSION_LOOP, PHONE, Scheme, Seen, looking

pytestmark = IN_SESSION_LOOP


@dataclass
class Desk:
    """`pages`: path -> what its heading says in English."""

    url: str
    pages: dict[str, str]


@pytest.fixture(scope="module")
def fresh(platform: Platform) -> Iterator[dict[str, str]]:
    """A database for each agency."""
    names = {agency: f"desk_{new_password()[:16]}" for agency in ("licensing", "population", "tax")}
    urls = {agency: create(platform.admin, name, new_password()) for agency, name in names.items()}
    yield {agency: url.replace("postgresql://", "postgresql+asyncpg://", 1) for agency, url in urls.items()}
    for name in names.values():
        drop(platform.admin, name)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def licensing_desk(fresh: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    folder = tmp_path_factory.mktemp("licensing")
    app, bus, keyring, clock = await opened("licensing", licensing.build, LicensingSettings, fresh["licensing"], folder)
    office = LicensingOffice(bus.database, clock, bus.catalogue, keyring, inbox)
    melati = await office.registered()
    await office.hear("portal.contact.v1", melati, {"contact": {"email": "m@contoh.id", "mobile": None}})
    waiting = await office.apply(melati, **people.RESTAURANT)
    await office.tax_answers(melati, await office.latest_request(UUID(waiting["application_id"])), "VALID")
    issued = await office.apply(melati)
    async with served(app) as url:
        yield Desk(url, {
            "/office": "Applications that wait",
            "/office?status=PERLU_PERBAIKAN": "Applications that wait",
            "/office/later-checks": "Later checks",
            "/office/find": "Find a person",
            f"/office/applications/{waiting['application_id']}": "Rumah Makan Contoh",
            f"/office/licences/{issued['licence_id']}": "Warung Contoh",
            f"/office/people/{melati}": "MELATI PUSPA CONTOH",
        })  # fmt: skip
    await shut(bus)


async def sign_in(seen: Seen, desk: Desk, language: str = "en") -> None:
    await seen.page.goto(f"{desk.url}/sign-in?lang={language}")
    await seen.page.fill("#name", "Dewi Contoh")
    await seen.page.keyboard.press("Enter")
    await seen.page.wait_for_url("**/office")


async def fits_and_is_quiet(browser: Browser, desk: Desk) -> None:
    for language in ("en", "id"):
        async with looking(browser, host=desk.url) as seen:
            await sign_in(seen, desk, language)
            for path, heading in desk.pages.items():
                await seen.page.goto(desk.url + path)
                said = await seen.page.locator("h1").inner_text()
                assert (said == heading) or language == "id", path
                await seen.unfold()
                for width in (PHONE, DESKTOP):
                    assert await seen.sticking_out(width) == [], f"{path} at {width} in {language}"
            assert seen.complaints == []


async def axe_is_content(browser: Browser, desk: Desk, scheme: Scheme) -> None:
    async with looking(browser, scheme=scheme, host=desk.url) as seen:
        await sign_in(seen, desk)
        for path in desk.pages:
            await seen.page.goto(desk.url + path)
            await seen.unfold()
            assert await seen.violations() == [], path


async def test_licensings_pages_fit_a_phone_and_a_desk(browser: Browser, licensing_desk: Desk) -> None:
    await fits_and_is_quiet(browser, licensing_desk)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_at_licensing(browser: Browser, licensing_desk: Desk, scheme: Scheme) -> None:
    await axe_is_content(browser, licensing_desk, scheme)
