"""The citizen's pages in a browser: on a phone, in large letters, by keyboard alone, without scripts, in the dark."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from sekali.pages.assets import FOLDER
from tests.browser.looking import DESKTOP, IN_SESSION_LOOP, PHONE, Scheme, Seen, looking
from tests.browser.portal_house import House, portal_house

pytestmark = IN_SESSION_LOOP

LICENCE = "/services/licensing/business-licence"
PAGES = ("/", LICENCE, "/services/tax/activation", "/services/portal/contact", "/my/applications", "/my/corrections",
         "/my/data", "/my/uses", "/nothing-here")  # fmt: skip
WEIGHT = 100_000
TYPED = {"nik": "9999996507900002", "email": "melati@contoh.example", "mobile": "081200000001",
         "capital_plan": "60.000.000", "business_street": "JALAN DAGO NOMOR 90", "business_postal_code": "40135",
         "land_area": "120,5", "investment": "45.000.000", "product": "KOPI", "capacity": "12 RIBU CANGKIR",
         "kbli": "47112", "trade_name": "TOKO MELATI CONTOH", "employee_count": "3"}  # fmt: skip
CHOSEN = ("actor_type", "customs_access", "importer_number", "bpjs_health", "bpjs_employment", "labour_report")
PLACE = (("business_province", "Jawa Barat"), ("business_regency", "Kota Bandung"), ("business_district", "Coblong"),
         ("business_village", "Dago"))  # fmt: skip
LARGE = "document.documentElement.style.fontSize = '200%'"
BYTES = """() => ['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind))
  .reduce((sum, one) => sum + one.decodedBodySize, 0)"""
ICON = (FOLDER / "icon.svg").read_bytes()
"""Fetched by the browser's frame, which pages do not count."""
STANDS = "() => { const e = document.activeElement; return e.id || `${e.name}=${e.value}`; }"


@pytest_asyncio.fixture(loop_scope="session")
async def house(migrated_database: Callable[[str], str], tmp_path: Path) -> AsyncIterator[House]:
    async with portal_house(migrated_database("portal"), tmp_path) as opened:
        yield opened


async def sign_in(page: Page, house: House, who: UUID, language: str = "id") -> None:
    await page.goto(f"{house.url}/sign-in?lang={language}")
    await page.fill("#resident_id", str(who))
    await page.click("main button[type=submit]")
    await page.wait_for_url(f"{house.url}/")


async def begin(page: Page, house: House) -> None:
    """The form with everything wrong that can be, a correction begun, and its preview after that."""
    await page.goto(house.url + LICENCE)
    await page.fill("#nik", "12")
    await page.select_option("#business_province", "32")
    await page.locator("#fact-home_province summary").click()
    await page.select_option("#home_province", "51")
    await page.locator(".actions button").first.click()
    await page.wait_for_selector("#errors")


async def fill(page: Page, house: House) -> None:
    """A form that is right, up to its preview; the lists of regions by their button."""
    await page.goto(house.url + LICENCE)
    for name, value in TYPED.items():
        await (page.select_option if name == "kbli" else page.fill)(f"#{name}", value)
    for name in CHOSEN:
        await page.locator(f"[name={name}]").first.check()
    for name, label in PLACE:
        await page.select_option(f"#{name}", label=label)
        await page.locator("button[value^='lists:business']").click()
    await page.locator(".actions button").first.click()
    await page.wait_for_url(f"**{LICENCE}/preview")


async def send(page: Page) -> None:
    await page.locator(".actions button").first.click()
    await page.wait_for_url("**/my/submissions/*")


async def look(seen: Seen, where: str, said: list[str]) -> None:
    """Fits a phone and a desk, letters at double size too; axe finds nothing."""
    await seen.unfold()
    for width in (PHONE, DESKTOP):
        said += [f"{where} at {width}: {out}" for out in await seen.sticking_out(width)]
    said += [f"{where}: {wrong}" for wrong in await seen.violations()]
    await seen.page.evaluate(LARGE)
    said += [f"{where} in large letters: {out}" for out in await seen.sticking_out(DESKTOP)]
    said += [f"{where} in large letters on a phone: {out}" for out in await seen.sticking_out(PHONE)]
    await seen.page.set_viewport_size({"width": DESKTOP, "height": 800})


@pytest.mark.parametrize(("scheme", "language"), [("light", "id"), ("dark", "en")])
async def test_every_page_fits_and_axe_finds_nothing(
    browser: Browser, house: House, scheme: Scheme, language: str
) -> None:
    melati = await house.busy()
    said: list[str] = []
    async with looking(browser, scheme=scheme, host=house.url) as seen:
        page = seen.page
        await page.goto(f"{house.url}/sign-in?lang={language}")
        await look(seen, "sign-in", said)
        await sign_in(page, house, melati, language)
        for path in PAGES:
            await page.goto(house.url + path)
            await look(seen, path, said)
        await page.goto(f"{house.url}/my/applications")
        await page.locator("main h2 a").first.click()
        await page.wait_for_url("**/my/applications/*")
        await look(seen, "application", said)
        await page.locator("main a[href$='/withdrawal']").click()
        await page.wait_for_url("**/withdrawal")
        await look(seen, "withdrawal", said)
        await begin(page, house)
        await look(seen, "errors", said)
        await page.locator("button[value=discard]").click()
        await page.wait_for_url(f"{house.url}/")
        if language == "id":
            await fill(page, house)
            await look(seen, "preview", said)
            await send(page)
            await look(seen, "receipt", said)
        house.licensing.shut()
        await page.goto(house.url + LICENCE)
        await look(seen, "closed", said)
        house.licensing.open()
    # The two pages above whose status is no success are told by the browser itself.
    assert [one for one in seen.complaints if "status of 404" not in one and "status of 503" not in one] == []
    assert said == [], "\n".join(said)


async def test_with_scripts_off_she_gets_from_sign_in_to_the_receipt(browser: Browser, house: House) -> None:
    melati = await house.office.melati()
    async with looking(browser, host=house.url, scripts=False) as seen:
        await sign_in(seen.page, house, melati)
        await fill(seen.page, house)
        text = await seen.page.inner_text("main")
        assert "Rp\u00a060.000.000" in text
        assert "Dago" in text
        await send(seen.page)
        assert "Formulir Anda sudah diterima" in await seen.page.inner_text("main")
        assert seen.complaints == []
    (answers,) = house.licensing.taken.values()
    assert (answers["capital_plan"], answers["land_area"], answers["business_village"]) == (
        "60000000", "120.5", "3273021004")  # fmt: skip


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
async def test_by_keyboard_alone_every_stop_is_seen_up_to_the_receipt(
    browser: Browser, house: House, width: int
) -> None:
    melati = await house.office.melati()
    async with looking(browser, host=house.url) as seen:
        page = seen.page
        await page.set_viewport_size({"width": width, "height": 800})
        await page.goto(f"{house.url}/sign-in?lang=id")
        await walk_to(seen, "resident_id")
        await page.keyboard.type(str(melati))
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"{house.url}/")
        await page.goto(house.url + LICENCE)
        for place in range(len(PLACE)):
            await choose_place(seen, place)
        for name, value in TYPED.items():
            await walk_to(seen, name)
            await page.keyboard.type(value)
            if name in {"mobile", "land_area", "capacity"}:
                await tick(seen, name)
        await walk_to(seen, "_step=preview")
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**{LICENCE}/preview")
        await walk_to(seen, "Kirim")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/my/submissions/*")
        assert len(house.licensing.taken) == 1
        assert seen.complaints == []


async def choose_place(seen: Seen, place: int) -> None:
    """One list by its first letters, then the button that brings the next one."""
    name, label = PLACE[place]
    await walk_to(seen, name)
    await seen.page.keyboard.type(label)
    assert await seen.page.locator(f"#{name} option:checked").inner_text() == label
    if place < len(PLACE) - 1:
        await walk_to(seen, f"_step=lists:{PLACE[place + 1][0]}")
        await seen.page.keyboard.press("Enter")
        await seen.page.wait_for_selector(f"select#{PLACE[place + 1][0]}")


async def tick(seen: Seen, after: str) -> None:
    """The radio buttons that follow: the first of each is ticked by the space bar."""
    for name in {"mobile": CHOSEN[:1], "land_area": (), "capacity": CHOSEN[1:]}[after]:
        await walk_to(seen, name)
        await seen.page.keyboard.press("Space")
        assert await seen.page.locator(f"[name={name}]").first.is_checked()


async def walk_to(seen: Seen, wanted: str, most: int = 150) -> None:
    """Tab after tab; each stop on the way can be seen. `wanted`: an id, name=value, or what it says."""
    for _ in range(most):
        stop = await seen.tab()
        # Behind the last stop the walk begins again at the top.
        assert stop["seen"] or stop["tag"] == "BODY", stop
        if wanted in (stop["text"], await seen.page.evaluate(STANDS)):
            return
    pytest.fail(f"{wanted} was not reached by {most} tabs")


async def test_an_error_is_one_step_from_its_box(browser: Browser, house: House) -> None:
    melati = await house.office.melati()
    async with looking(browser, host=house.url) as seen:
        await sign_in(seen.page, house, melati)
        await begin(seen.page, house)
        assert (await seen.page.title()).startswith("Salah:")
        await seen.page.locator("#errors a").first.press("Enter")
        assert await seen.page.evaluate("document.activeElement.id") == "nik"
        box = seen.page.locator("#nik")
        about = (await box.get_attribute("aria-describedby") or "").split()
        told = [await seen.page.locator(f"#{one}").inner_text() for one in about]
        assert any("NIK ini tidak mungkin." in one for one in told)


async def test_a_page_weighs_less_than_a_hundred_kilobytes(browser: Browser, house: House) -> None:
    melati = await house.busy()
    async with looking(browser, host=house.url) as seen:
        await sign_in(seen.page, house, melati)
        for path in PAGES[:-1]:
            await seen.page.goto(house.url + path)
            weight = await seen.page.evaluate(BYTES)
            assert len(ICON) < weight < WEIGHT - len(ICON), f"{path} weighs {weight} bytes"
