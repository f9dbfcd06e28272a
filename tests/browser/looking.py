"""What a test asks of a page: does it fit, is it quiet, can it be walked by keyboard, can everyone read it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, Request

IN_SESSION_LOOP = pytest.mark.asyncio(loop_scope="session")
Scheme = Literal["light", "dark"]
PHONE, DESKTOP = 320, 1280
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Elements that stick out of the page, by tag and text; of hidden text that only screen readers get, nothing.
STICKING_OUT = """() => {
  const wide = document.documentElement.clientWidth + 0.5;
  const out = [...document.body.querySelectorAll('*')].filter(e => {
    const box = e.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && (box.right > wide || box.left < -0.5);
  }).map(e => `${e.tagName} ${(e.textContent || '').trim().slice(0, 40)}`);
  return document.documentElement.scrollWidth > wide ? ['the page scrolls sideways', ...out] : out;
}"""
FOCUSED = """() => {
  const e = document.activeElement, s = getComputedStyle(e), box = e.getBoundingClientRect();
  const inside = box.top >= 0 && box.left >= 0 && box.width > 0 && box.bottom <= innerHeight + 1;
  return {tag: e.tagName, text: (e.textContent || '').trim(), href: e.getAttribute('href'), id: e.id,
    seen: inside && s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 && e.matches(':focus-visible')};
}"""


@dataclass
class Seen:
    """A page with what went wrong on it: what it logged, and what it asked of any host but its own."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    async def sticking_out(self, width: int) -> list[str]:
        await self.page.set_viewport_size({"width": width, "height": 800})
        found: list[str] = await self.page.evaluate(STICKING_OUT)
        return found

    async def unfold(self) -> None:
        await self.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")

    async def tab(self, key: str = "Tab") -> dict[str, Any]:
        """Press it; what has the focus now, and whether that can be seen."""
        await self.page.keyboard.press(key)
        focused: dict[str, Any] = await self.page.evaluate(FOCUSED)
        return focused

    async def violations(self) -> list[str]:
        """What axe-core finds, a sentence for each kind."""
        options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": RULES}}
        found = (await Axe().run(self.page, options=options)).response["violations"]
        return [f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}" for one in found]


@asynccontextmanager
async def looking(
    browser: Browser, *, scheme: Scheme = "light", host: str = "file:///", scripts: bool = True
) -> AsyncIterator[Seen]:
    """A new page in a context of its own. `host`: the beginning of every URL that it may ask for."""
    context = await browser.new_context(
        color_scheme=scheme, viewport={"width": DESKTOP, "height": 800}, java_script_enabled=scripts
    )
    page = await context.new_page()
    seen = Seen(page)

    def asked(request: Request) -> None:
        if not request.url.startswith((host, "data:")):
            seen.complaints.append(f"it asks another host: {request.url}")

    def failed(request: Request) -> None:
        # A browser that is sent to the next page gives up what it still fetches (the icon, mostly): nobody's fault.
        if request.failure != "net::ERR_ABORTED":
            seen.complaints.append(f"not found: {request.url}")

    page.on("console", lambda said: seen.complaints.append(f"console {said.type}: {said.text}"))
    page.on("pageerror", lambda error: seen.complaints.append(f"script: {error}"))
    page.on("requestfailed", failed)
    page.on("request", asked)
    try:
        yield seen
    finally:
        await context.close()
