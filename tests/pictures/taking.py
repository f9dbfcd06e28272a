"""`make pictures`: the pages of the running services as the README shows them, each a file of docs/pictures.

A fictive Melati of its own goes the story's first steps, so her pages hold what a citizen's pages hold.
"""

import base64
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from demo.story import STEPS, Story
from demo.story.answers import ASKED_OF_EVERYBODY, RESTAURANT_PLACE
from demo.story.cast import MELATI
from demo.story.checking import until
from demo.story.traces import provider
from sekali.local.endpoints import Endpoints, PlatformNotUp
from sekali.local.place import Place
from tests.browser.chromium import FLAGS, chromium

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
OFFICER = "PETUGAS CONTOH"
LICENCE = "/services/licensing/business-licence"
STEPS_PLAYED = 4
"""Up to the second licence, which waits for an officer."""
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 840, "height": 800}
QUALITY = 82
PICTURES = {
    "services": "The list of services of the citizen's portal, by agency",
    "form": "A filled form: each box with its value, its source and its as of",
    "preview": "What will be sent to whom, for which purpose and on which legal basis, before anything is sent",
    "application": "An application that can be followed: its status, the working days left, who acts next",
    "data": "My data: which agency holds which of my facts, as of when, under which contract",
    "desk": "An officer's desk: one application with the facts and their sources",
    "phone": "The filled form on a phone, in Indonesian",
}
"""Name of the file without .webp -> what it shows: the README's alt text."""


def main() -> None:
    """Exit code 1, with a sentence, where nothing runs or no browser is found."""
    try:
        endpoints = Endpoints.load(Place.find().state)
        program, environment = chromium()
    except (PlatformNotUp, pytest.fail.Exception) as missing:
        raise SystemExit(str(missing)) from None
    FOLDER.mkdir(exist_ok=True)
    with _story(endpoints) as story, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=list(FLAGS), env={**os.environ, **environment}
        )
        for name, picture in take(browser.new_context(locale="en-GB").new_page(), story, endpoints.http):
            (FOLDER / f"{name}.webp").write_bytes(picture)
            print(f"  docs/pictures/{name}.webp  {len(picture) / 1000:.0f} kB")
        browser.close()


@contextmanager
def _story(endpoints: Endpoints) -> Iterator[Story]:
    spans = provider(endpoints.traces.url)
    story = Story(endpoints.http, spans, run=int(time.time()))
    try:
        for step in STEPS[:STEPS_PLAYED]:
            if failure := story.play(step).failure:
                raise failure
        yield story
    finally:
        story.close()
        spans.shutdown()


def take(page: Page, story: Story, http: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    """(name, WebP) for each picture."""
    portal, melati = http["portal"], str(story.id("melati"))
    sign_in(page, portal, "resident_id", melati, "en")
    yield "services", shot(page, portal + "/", 640)
    yield "form", shot(page, portal + LICENCE, 1000)
    fill(page, portal, story)
    yield "preview", shot(page, f"{portal}{LICENCE}/preview", 1000)
    application = story.cast.applications["restaurant"]
    until("the portal has heard of it", lambda: story.views.tracked(story.id("melati")).get(application) is not None)
    yield "application", shot(page, f"{portal}/my/applications/{application}", 640)
    yield "data", shot(page, f"{portal}/my/data", 1000)
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    yield "phone", shot(page, f"{portal}{LICENCE}?lang=id", 1000)
    page.set_viewport_size({"width": DESKTOP["width"], "height": DESKTOP["height"]})
    sign_in(page, http["licensing"], "name", OFFICER, "en")
    yield "desk", shot(page, f"{http['licensing']}/office/applications/{application}", 1000)


def sign_in(page: Page, url: str, box: str, who: str, language: str) -> None:
    """By development sign-in."""
    page.set_viewport_size({"width": DESKTOP["width"], "height": DESKTOP["height"]})
    page.goto(f"{url}/sign-in?lang={language}")
    page.fill(f"#{box}", who)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda at: "/sign-in" not in at)


def fill(page: Page, portal: str, story: Story) -> None:
    """Another restaurant, typed as a person types it, with one correction, up to the preview."""
    answers = {**ASKED_OF_EVERYBODY, "nik": story.cast.nik(MELATI), "product": "KOPI", "trade_name": "KEDAI CONTOH",
               "home_street": "JALAN MELUR NOMOR 4A", "kbli": "56101", "business_street": "JALAN DAGO NOMOR 90",
               "business_postal_code": RESTAURANT_PLACE["business_postal_code"]}  # fmt: skip
    for level in ("province", "regency", "district", "village"):
        page.select_option(f"#business_{level}", RESTAURANT_PLACE[f"business_{level}"])
        page.locator("button[value^='lists:business']").click()
    page.locator("#fact-home_street summary").click()
    for name, value in answers.items():
        answer(page, name, str(value).lower() if isinstance(value, bool) else str(value))
    page.locator("main .actions button[value=preview]").click()
    page.wait_for_url(f"**{LICENCE}/preview")


def answer(page: Page, name: str, value: str) -> None:
    box = page.locator(f"[name={name}]").first
    if box.get_attribute("type") == "radio":
        page.locator(f"[name={name}][value={value}]").check()
    elif box.evaluate("e => e.tagName") == "SELECT":
        box.select_option(value)
    else:
        box.fill(value)


def shot(page: Page, url: str, height: int) -> bytes:
    """The top of a page as WebP: Playwright itself writes PNG and JPEG only, the browser writes this too."""
    page.goto(url)
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": size["width"], "height": height})
    session = page.context.new_cdp_session(page)
    told = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    page.set_viewport_size(size)
    return base64.b64decode(told["data"])


if __name__ == "__main__":
    main()
