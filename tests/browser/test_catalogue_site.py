"""The catalogue in a real browser: on a phone and a desk, by keyboard, in light and dark, on paper."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator

from sekali import catalogue_site
from sekali.catalogue_site.flow import Flow
from sekali.catalogue_site.picture import pictures
from sekali.catalogue_site.templating import environment
from tests.browser.looking import DESKTOP, IN_SESSION_LOOP, PHONE, Scheme, looking
from tests.catalogue.test_picture import card

pytestmark = IN_SESSION_LOOP

ROOT = Path(__file__).parents[2]
KINDS = ("index.html", "id/index.html", "en/index.html", "id/topics/population.resident.v1.html",
         "en/topics/portal.contact.v1.html", "id/agencies/tax.html", "en/agencies/tax.html")  # fmt: skip
A4 = 643, 971  # CSS pixels inside margins of 20 mm: 170 mm wide, 257 mm high


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    catalogue_site.write(ROOT, out)
    return out


async def test_every_page_fits_a_phone_and_a_desk_and_is_quiet(browser: Browser, site: Path) -> None:
    said = []
    async with looking(browser) as seen:
        for file in pages(site):
            await seen.page.goto(file.as_uri())
            await seen.unfold()
            for width in (PHONE, DESKTOP):
                said += [f"{file.name} at {width}: {out}" for out in await seen.sticking_out(width)]
        assert seen.complaints == []
    assert said == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_on_any_kind_of_page(browser: Browser, site: Path, scheme: Scheme) -> None:
    async with looking(browser, scheme=scheme) as seen:
        for place in KINDS:
            await seen.page.goto((site / place).as_uri())
            await seen.unfold()
            assert await seen.violations() == [], place


async def test_the_keyboard_skips_to_the_content_and_changes_the_language(browser: Browser, site: Path) -> None:
    async with looking(browser) as seen:
        await seen.page.goto((site / "id/topics/tax.taxpayer.v1.html").as_uri())
        skip = await seen.tab()
        assert skip["seen"] and skip["text"] == "Langsung ke isi"
        await seen.page.keyboard.press("Enter")
        assert await seen.page.evaluate("document.activeElement.id") == "content"
        first = await seen.tab()
        assert first["seen"] and first["text"] == "tax"  # the first link inside the content

        await seen.page.goto((site / "id/topics/tax.taxpayer.v1.html").as_uri())
        while (there := await seen.tab())["text"] != "English":
            assert there["seen"], there
        assert there["seen"]
        await seen.page.keyboard.press("Enter")
        await seen.page.wait_for_url("**/en/topics/tax.taxpayer.v1.html")
        assert await seen.page.evaluate("document.documentElement.lang") == "en"


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
async def test_every_stop_of_the_keyboard_can_be_seen(browser: Browser, site: Path, width: int) -> None:
    async with looking(browser) as seen:
        await seen.page.set_viewport_size({"width": width, "height": 800})
        await seen.page.goto((site / "en/topics/licensing.licence.v1.html").as_uri())
        stops: list[dict[str, Any]] = []
        while (there := await seen.tab())["tag"] != "BODY" and len(stops) < 500:
            stops.append(there)
        links = await seen.page.locator("a:visible, summary:visible").count()
        assert [stop for stop in stops if not stop["seen"]] == []
        assert len(stops) == links


async def test_details_open_by_keyboard(browser: Browser, site: Path) -> None:
    async with looking(browser) as seen:
        await seen.page.goto((site / "en/agencies/tax.html").as_uri())
        await seen.page.locator("summary").first.focus()
        await seen.page.keyboard.press("Enter")
        assert await seen.page.locator("details[open] dl").first.is_visible()


async def test_the_picture_fits_a_sheet_of_paper_black_on_white(browser: Browser, site: Path) -> None:
    async with looking(browser, scheme="dark") as seen:
        await seen.page.emulate_media(media="print", color_scheme="dark")
        await seen.page.set_viewport_size({"width": A4[0], "height": A4[1]})
        await seen.page.goto((site / "id/index.html").as_uri())
        picture = seen.page.locator("svg.flow")
        box = await picture.bounding_box()
        assert box is not None
        assert box["width"] <= A4[0] and box["height"] <= A4[1]
        assert await picture.evaluate("e => getComputedStyle(e).color") == "rgb(0, 0, 0)"
        assert await seen.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert await smallest_letter(picture) >= 12  # 9 points


async def test_letters_of_the_picture_can_be_read_on_a_phone(browser: Browser, site: Path) -> None:
    async with looking(browser) as seen:
        await seen.page.set_viewport_size({"width": PHONE, "height": 800})
        await seen.page.goto((site / "id/index.html").as_uri())
        assert await smallest_letter(seen.page.locator("svg.flow")) >= 9.9
        texts = await seen.page.locator("svg.flow text").all_text_contents()
        assert "population.resident.v1" in texts


OUTSIDE = """e => { return [...e.querySelectorAll('text')].filter(t => {
  const box = t.getBoundingClientRect(), all = e.getBoundingClientRect();
  return box.left < all.left - 1 || box.right > all.right + 1 || box.top < all.top - 1 || box.bottom > all.bottom + 1;
}).map(t => t.textContent); }"""
OVERLAPPING = """e => {
  const boxes = [...e.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
  return boxes.flatMap(([one, a], i) => boxes.slice(i + 1).filter(([, b]) =>
    a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3
  ).map(([two]) => one + ' lies over ' + two)); }"""


@pytest.mark.parametrize("count", [1, 2, 4, 6, 11])
async def test_no_words_of_a_growing_picture_are_cut_or_lie_over_each_other(browser: Browser, count: int) -> None:
    names = ["population", "portal", "tax", "licensing", "immigration", "education", "health", "land", "police",
             "transport", "veterinary"][:count]  # fmt: skip
    async with looking(browser) as seen:
        (picture,) = pictures(names, [Flow(card(f"{name}.correction-decided.v1"), ()) for name in names])
        drawn = environment("id").get_template("flow.svg.j2").render(picture=picture)
        await seen.page.set_content(f"<main style='width: 400px'>{drawn}</main>")
        svg = seen.page.locator("svg.flow")
        assert await svg.evaluate(OUTSIDE) == []
        assert await svg.evaluate(OVERLAPPING) == []


async def smallest_letter(picture: Locator) -> float:
    """CSS pixels of the smallest text, as it is shown."""
    script = """e => Math.min(...[...e.querySelectorAll('text')].map(
      t => parseFloat(getComputedStyle(t).fontSize) * t.getScreenCTM().a || Infinity))"""
    size: float = await picture.evaluate(script)
    return size


def pages(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


BAD = """<!DOCTYPE html><html><head><title>x</title></head><body><main><h1>x</h1><img src="missing.png">
<p style="width: 700px; color: #aaa; background: #fff">wide and pale</p>
<a href="#" style="outline: none">link</a></main>
</body></html>"""


async def test_these_tests_can_fail(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "bad.html").write_text(BAD)
    async with looking(browser) as seen:
        await seen.page.goto((tmp_path / "bad.html").as_uri())
        assert "the page scrolls sideways" in await seen.sticking_out(PHONE)
        rules = " ".join(await seen.violations())
        assert all(rule in rules for rule in ("image-alt", "color-contrast", "html-has-lang"))
        assert any(said.startswith("not found") for said in seen.complaints)
        assert not (await seen.tab())["seen"]
