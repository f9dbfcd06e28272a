"""Two people at their pages in a real browser: Melati at the portal, an officer at licensing's desk."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from playwright.async_api import Page

from demo.story import answers
from demo.story.cast import MELATI
from demo.story.checking import until
from sekali.testing import eventually
from tests.browser.looking import STICKING_OUT, Seen
from tests.journeys.stack import LIMIT_SECONDS, Melati

LICENCE = "/services/licensing/business-licence"
LARGE = "document.documentElement.style.fontSize = '200%'"
RADIOS = ("actor_type", "customs_access", "importer_number", "bpjs_health", "bpjs_employment", "labour_report")
LISTS = ("business_province", "business_regency", "business_district", "business_village")


@dataclass(frozen=True)
class Eyes:
    """How somebody looks at pages: the width in CSS pixels, letters at double size, with scripts or without."""

    width: int
    large: bool
    scripts: bool
    language: str


@dataclass
class Walker:
    """Somebody at one agency's pages; at every stop the page fits."""

    seen: Seen
    url: str
    eyes: Eyes

    @property
    def page(self) -> Page:
        return self.seen.page

    async def open(self, path: str) -> None:
        await self.page.goto(self.url + path)
        await self.arrived()

    async def arrived(self) -> None:
        if self.eyes.large:
            await self.page.evaluate(LARGE)
        sticking_out = await self.page.evaluate(STICKING_OUT)
        assert sticking_out == [], f"{self.page.url}: {sticking_out}"
        assert self.seen.complaints == [], self.seen.complaints

    async def sign_in(self, box: str, who: str, to: str) -> None:
        """By the development sign-in."""
        await self.page.set_viewport_size({"width": self.eyes.width, "height": 800})
        await self.open(f"/sign-in?lang={self.eyes.language}")
        await self.page.fill(f"#{box}", who)
        await self.page.locator("main button[type=submit]").click()
        await self.page.wait_for_url(self.url + to)
        await self.arrived()

    async def go(self, button: str, to: str) -> None:
        """Presses a button, and waits for the page behind it."""
        await self.page.locator(button).first.click()
        await self.page.wait_for_url(to)
        await self.arrived()

    async def text(self, part: str = "main") -> str:
        return await self.page.inner_text(part)

    async def until(self, said: str, look: Callable[[], Awaitable[str]]) -> None:
        """Loads the page again until it says this, which an event brings."""

        async def says() -> bool:
            if said in await look():
                return True
            await self.page.reload()
            return False

        await eventually(says, f"the page says “{said}”", LIMIT_SECONDS)
        await self.arrived()


class Applicant(Walker):
    """Melati, who has a shop and a taxpayer number, and now wants a restaurant."""

    async def fill(self, given: Mapping[str, Any], street: str) -> None:
        """What nobody knows yet; and her own street, which the registry knows otherwise."""
        for name in LISTS:
            await self.page.select_option(f"#{name}", str(given[name]))
            if name != LISTS[-1]:
                await self.page.locator("button[value^='lists:business']").click()
        for name in RADIOS:
            value = str(given[name]).lower() if isinstance(given[name], bool) else given[name]
            await self.page.locator(f"input[name={name}][value={value}]").check()
        await self.page.select_option("#kbli", given["kbli"])
        for name in sorted(given.keys() - {*LISTS, *RADIOS, "kbli"}):
            await self.page.fill(f"#{name}", str(given[name]))
        await self.page.locator("#fact-home_street summary").click()
        await self.page.fill("#home_street", street)

    async def application(self) -> UUID:
        """Its id, as the receipt says it."""
        return UUID(await self.page.inner_text("dl.facts code"))


class Desk(Walker):
    """An officer of licensing."""

    async def decide(self, application: UUID, decision: str, reason: str, code: str = "") -> str:
        """Opens the case from the list and decides; what the page showed before."""
        path = f"/office/applications/{application}"
        await self.go(f"a[href='{path}']", f"**{path}")
        shown = await self.text()
        await self.page.locator(f"input[name=decision][value={decision}]").check()
        if code:
            await self.page.select_option("#reason_code", code)
        await self.page.fill("#reason", reason)
        await self.go("form[action] .actions button", f"**{path}")
        return shown


def has_a_shop_and_a_taxpayer_number(melati: Melati) -> None:
    """What she did before, at the doors, so that tax finds her status in order."""
    views = melati.stack.views
    melati.send(melati.shop())
    until("tax knows her shop", lambda: bool(views.activation(melati.id).get("trade_name")), LIMIT_SECONDS)
    body = {"submission_id": str(uuid4()), "answers": answers.activation(melati.cast, MELATI)}
    melati.door.post("portal", "/forms/tax/activation", body)
    until("licensing knows her number", lambda: bool(views.oss(melati.id).get("npwp")), LIMIT_SECONDS)


def restaurant(melati: Melati) -> dict[str, Any]:
    """What nobody knows of it yet, box by box."""
    return answers.restaurant(melati.cast, MELATI)
