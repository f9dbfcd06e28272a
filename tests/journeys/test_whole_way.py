"""Melati opens a restaurant: from the portal's sign-in to the officer's decision, at the pages, over the real bus."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser

from demo.story.cast import SARI_STREET
from tests.browser.looking import DESKTOP, IN_SESSION_LOOP, PHONE, looking
from tests.journeys.stack import Melati, Stack
from tests.journeys.walking import (
    LICENCE,
    Applicant,
    Desk,
    Eyes,
    has_a_shop_and_a_taxpayer_number,
    restaurant,
)

pytestmark = IN_SESSION_LOOP

AT_A_DESK = Eyes(DESKTOP, large=False, scripts=True, language="en")
ON_A_PHONE = Eyes(PHONE, large=True, scripts=False, language="id")
STREET = "JALAN MELUR NOMOR 4A"


@asynccontextmanager
async def applicant(browser: Browser, stack: Stack, eyes: Eyes) -> AsyncIterator[Applicant]:
    url = stack.endpoints.http["portal"]
    async with looking(browser, host=url, scripts=eyes.scripts) as seen:
        yield Applicant(seen, url, eyes)


@asynccontextmanager
async def desk(browser: Browser, stack: Stack, eyes: Eyes) -> AsyncIterator[Desk]:
    url = stack.endpoints.http["licensing"]
    async with looking(browser, host=url, scripts=eyes.scripts) as seen:
        at = Desk(seen, url, eyes)
        await at.sign_in("name", "Dewi Contoh", "/office")
        yield at


def owner_of_a_shop(stack: Stack) -> Melati:
    melati = stack.melati()
    has_a_shop_and_a_taxpayer_number(melati)
    return melati


async def test_at_a_desk_her_restaurant_is_approved(browser: Browser, stack: Stack) -> None:
    melati = await asyncio.to_thread(owner_of_a_shop, stack)
    async with applicant(browser, stack, AT_A_DESK) as her:
        await her.sign_in("resident_id", str(melati.id), "/")
        await her.go(f"a[href='{LICENCE}']", f"**{LICENCE}")
        filled = await her.text("section[aria-labelledby=filled]")
        assert {"MELATI PUSPA CONTOH", SARI_STREET} <= set(filled.splitlines())
        assert "From Tax (DJP), as of" in filled
        await her.fill(restaurant(melati), STREET)
        await her.go(".actions button", f"**{LICENCE}/preview")

        # What goes to whom, and for what; nothing has been sent so far.
        grounds = her.page.locator("section[aria-labelledby=grounds] li")
        assert await grounds.count() >= 2
        assert all("Purpose:" in one for one in await grounds.all_inner_texts())
        corrections = await her.text("section[aria-labelledby=corrections]")
        assert STREET in corrections
        assert f"Now: {SARI_STREET}" in corrections
        assert len(stack.views.licences(melati.id)) == 1
        await her.go(".actions button", "**/my/submissions/*")
        assert "Your form has arrived" in await her.text()
        application = await her.application()

        await her.open("/my/applications")
        await her.until("Waiting for verification", her.text)
        async with desk(browser, stack, AT_A_DESK) as officer:
            case = await officer.decide(application, "verify", "")
            assert "MELATI PUSPA CONTOH" in case
            assert "As of" in case
        await her.open(f"/my/applications/{application}")
        await her.until("Issued", lambda: her.text(".status"))
        await her.open("/my/corrections")
        await her.until(f"You proposed: {STREET}", her.text)


async def test_on_a_phone_in_large_letters_without_scripts_it_comes_back_and_she_answers(
    browser: Browser, stack: Stack
) -> None:
    melati = await asyncio.to_thread(owner_of_a_shop, stack)
    async with applicant(browser, stack, ON_A_PHONE) as her:
        await her.sign_in("resident_id", str(melati.id), "/")
        await her.go(f"a[href='{LICENCE}']", f"**{LICENCE}")
        await her.fill(restaurant(melati), STREET)
        await her.go(".actions button", f"**{LICENCE}/preview")
        assert STREET in await her.text("section[aria-labelledby=corrections]")
        # *No, don't* is a normal outcome: what she typed is there when she goes on.
        await her.go(".actions a[href$='declined=1']", f"**{LICENCE}?declined=1")
        assert await her.page.input_value("#home_street") == STREET
        await her.go(".actions button", f"**{LICENCE}/preview")
        await her.go(".actions button", "**/my/submissions/*")
        assert "Formulir Anda sudah diterima" in await her.text()
        application = await her.application()

        await her.open("/my/applications")
        await her.until("Menunggu verifikasi", her.text)
        asked = "Lampirkan denah tempat usaha."
        async with desk(browser, stack, ON_A_PHONE) as officer:
            await officer.decide(application, "return", asked, code="DATA_INCOMPLETE")
        await her.open(f"/my/applications/{application}")
        await her.until("Perlu perbaikan", lambda: her.text(".status"))
        assert asked in await her.text()
        await her.page.fill("#text", "Denah sudah dilampirkan.")
        await her.go("main form .actions button", f"**/my/applications/{application}?answered=1")
        await her.open(f"/my/applications/{application}")
        await her.until("Menunggu verifikasi", lambda: her.text(".status"))
