"""The officers' desks in a real browser: on a phone and a desk, by keyboard, in light and dark, with axe."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from sekali.local.databases import create, drop
from sekali.local.platform import Platform
from sekali.local.secrets import new_password
from sekali.testing_doors import served
from services.licensing import app as licensing
from services.licensing.inbox import inbox
from services.licensing.settings import Settings as LicensingSettings
from services.licensing.tests import people
from services.licensing.tests.office import Office as LicensingOffice
from services.population import app as population
from services.population.settings import Settings as PopulationSettings
from services.population.tests import families
from services.population.tests.office import Office as PopulationOffice
from services.population.tests.test_proposals import Proposal, hear
from services.tax import app as tax
from services.tax.inbox import inbox as taxes
from services.tax.settings import Settings as TaxSettings
from services.tax.tests import people as taxpayers
from services.tax.tests.office import Office as TaxOffice
from tests.browser.desks import opened, shut
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
    app, bus, desk = await opened("licensing", licensing.build, LicensingSettings, fresh["licensing"], folder)
    office = LicensingOffice(**desk, inbox=inbox)
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


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def population_desk(fresh: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    folder = tmp_path_factory.mktemp("population")
    app, bus, desk = await opened(
        "population", population.build, PopulationSettings, fresh["population"], folder
    )  # fmt: skip
    async with served(app) as url, httpx.AsyncClient(base_url=url) as door:
        office = PopulationOffice(app, door, desk["keyring"])
        rangga, melati, _ = await office.register(families.couple())
        card = (await office.record(melati))["card_id"]
        proposals = [Proposal(uuid4(), melati), Proposal(uuid4(), melati, field="civil.religion", proposed="HINDU")]
        for proposal in proposals:
            await hear(office, proposal)
        events = ("move", "birth", "divorce", "name-change", "death", "annulment", "erasure")
        yield Desk(url, {
            "/office": "Proposals that wait",
            f"/office/proposals/{proposals[0].correction_id}": "Full name",
            f"/office/proposals/{proposals[1].correction_id}": "Religion",
            "/office/find": "Find a resident or a family card",
            "/office/register": "Register a family",
            f"/office/cards/{card}": "Family card 9999990101200003",
            f"/office/residents/{melati}": "MELATI PUSPA CONTOH",
            **{f"/office/residents/{melati}/{event}": "" for event in events},
            f"/office/residents/{rangga}/death": "Register the death",
            f"/office/residents/{melati}/correction?field=civil.religion": "Correct: Religion",
            f"/office/residents/{melati}/correction?field=address.village_code": "Correct: Village code",
        })  # fmt: skip
    await shut(bus)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def tax_desk(fresh: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    folder = tmp_path_factory.mktemp("tax")
    app, bus, desk = await opened("tax", tax.build, TaxSettings, fresh["tax"], folder)
    office = TaxOffice(**desk, inbox=taxes)
    await office.hear("population.resident.v1", taxpayers.MELATI, taxpayers.melati())
    await office.hear("portal.contact.v2", taxpayers.MELATI, taxpayers.contact())
    await office.hear("licensing.licence.v1", uuid4(), taxpayers.licence(taxpayers.MELATI))
    await office.activate()
    await office.ask_kswp(taxpayers.MELATI)
    married = taxpayers.melati(civil={"marital_status": "KAWIN"}, family={"relationship": "ISTRI"})
    await office.hear("population.resident.v1", taxpayers.MELATI, married)
    home = f"/office/people/{taxpayers.MELATI}"
    async with served(app) as url:
        yield Desk(url, {
            "/office": "Open tasks",
            "/office/find": "Find a taxpayer",
            home: "MELATI PUSPA CONTOH",
            f"{home}/return": "Record a return",
            f"{home}/name": "Hold the registered name",
            f"{home}/task?kind=PILIH_KATEGORI": "Close the task: Choose the category after the marriage",
        })  # fmt: skip
    await shut(bus)


@pytest.fixture(params=["licensing", "population", "tax"])
def desk(request: pytest.FixtureRequest) -> Desk:
    found = request.getfixturevalue(f"{request.param}_desk")
    assert isinstance(found, Desk)
    return found


async def sign_in(seen: Seen, desk: Desk, language: str = "en") -> None:
    await seen.page.goto(f"{desk.url}/sign-in?lang={language}")
    await seen.page.fill("#name", "Dewi Contoh")
    await seen.page.keyboard.press("Enter")
    await seen.page.wait_for_url("**/office")


@pytest.mark.parametrize("language", ["en", "id"])
async def test_every_page_fits_a_phone_and_a_desk_and_is_quiet(browser: Browser, desk: Desk, language: str) -> None:
    async with looking(browser, host=desk.url) as seen:
        await sign_in(seen, desk, language)
        for path, heading in desk.pages.items():
            await seen.page.goto(desk.url + path, wait_until="networkidle")
            said = await seen.page.locator("h1").inner_text()
            assert said == heading or not heading or language == "id", path
            await seen.unfold()
            for width in (PHONE, DESKTOP):
                assert await seen.sticking_out(width) == [], f"{path} at {width}"
        assert seen.complaints == []


async def test_every_page_can_be_read_at_twice_the_letters(browser: Browser, desk: Desk) -> None:
    async with looking(browser, host=desk.url) as seen:
        await sign_in(seen, desk)
        for path in desk.pages:
            await seen.page.goto(desk.url + path)
            await seen.page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert await seen.sticking_out(DESKTOP) == [], path


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_on_any_page(browser: Browser, desk: Desk, scheme: Scheme) -> None:
    async with looking(browser, scheme=scheme, host=desk.url) as seen:
        await sign_in(seen, desk)
        for path in desk.pages:
            await seen.page.goto(desk.url + path)
            await seen.unfold()
            assert await seen.violations() == [], path


async def test_every_stop_of_the_keyboard_can_be_seen(browser: Browser, desk: Desk) -> None:
    async with looking(browser, host=desk.url) as seen:
        await sign_in(seen, desk)
        await seen.page.set_viewport_size({"width": PHONE, "height": 800})
        for path in desk.pages:
            await seen.page.goto(desk.url + path)
            dates = await seen.page.eval_on_selector_all("input[type=date]", "all => all.map(one => one.id)")
            stops = 0
            while (there := await seen.tab())["tag"] != "BODY":
                # A text of several lines is scrolled to its caret; a date's last stop is the button inside it.
                assert there["seen"] or there["tag"] == "TEXTAREA" or there["id"] in dates, f"{path}: {there}"
                stops += 1
                assert stops < 200, path
            assert stops > 3, path


async def test_a_case_is_returned_by_keyboard_alone(browser: Browser, licensing_desk: Desk) -> None:
    """And what is missing is told: first in a list of links, then beside the box."""
    case = next(path for path in licensing_desk.pages if path.startswith("/office/applications/"))
    async with looking(browser, host=licensing_desk.url) as seen:
        await sign_in(seen, licensing_desk)
        await seen.page.goto(licensing_desk.url + case)
        await to(seen, "To your decision")
        await seen.page.keyboard.press("Enter")
        await seen.tab()  # the first of the decisions
        await seen.page.keyboard.press("ArrowDown")
        await to(seen, "Decide")
        await seen.page.keyboard.press("Enter")
        await seen.page.wait_for_selector("#errors")
        assert await seen.violations() == []
        await to(seen, "Reason: No reason is chosen. Choose one.")
        await seen.page.keyboard.press("Enter")
        assert await seen.page.evaluate("document.activeElement.id || location.hash") in {"reason_code", "#reason_code"}
        await seen.page.focus("#reason_code")
        await seen.page.keyboard.type("Data")
        await seen.tab()
        await seen.page.keyboard.type("Denah kurang")
        await to(seen, "Decide")
        await seen.page.keyboard.press("Enter")
        await seen.page.wait_for_selector("text=Returned to the applicant")
        assert await seen.page.locator("text=Denah kurang").count() == 1


async def test_a_wrong_family_card_is_told_beside_its_boxes(browser: Browser, population_desk: Desk) -> None:
    async with looking(browser, host=population_desk.url) as seen:
        await sign_in(seen, population_desk)
        await seen.page.goto(f"{population_desk.url}/office/register")
        await seen.page.fill("#kk_number", "12")
        await seen.page.get_by_role("button", name="Register the family").click()
        await seen.page.wait_for_selector("#errors")
        assert await seen.violations() == []
        assert await seen.sticking_out(PHONE) == []
        await seen.page.get_by_role("link", name="Member 1 · Full name: It is missing.").click()
        assert await seen.page.evaluate("location.hash") == "#members.0.full_name"
        described = await seen.page.get_attribute("[name='members.0.full_name']", "aria-describedby")
        assert await seen.page.locator(f"[id='{described}']").text_content() == "Wrong: It is missing."
        assert await seen.page.input_value("#kk_number") == "12"


async def to(seen: Seen, text: str) -> None:
    """Press Tab until the focus is on what says this."""
    for _ in range(200):
        if (await seen.tab())["text"] == text:
            return
    pytest.fail(f"the keyboard never came to “{text}”")
