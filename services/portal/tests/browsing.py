"""Melati at the portal's pages: she reads pages and presses buttons, with no script."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit
from uuid import UUID

import httpx

HTML = {"Accept": "text/html", "Accept-Language": "en"}


@dataclass
class Sent:
    """One form of a page: where it goes, and what it sends if nothing is changed."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Sent] = []
        self._select, self._area = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Sent(told.get("action", "")))
        if not self.forms:
            return
        form, name = self.forms[-1], told.get("name", "")
        if tag == "input" and name and (told.get("type") != "radio" or "checked" in told):
            form.fields[name] = told.get("value", "")
        elif tag == "select":
            self._select = name
            form.fields[name] = ""
        elif tag == "option" and "selected" in told:
            form.fields[self._select] = told.get("value", "")
        elif tag == "button":
            form.buttons.append((name, told.get("value", "")))


@dataclass
class Browser:
    """Follows redirects, keeps cookies, sends the whole form as a browser does."""

    door: httpx.AsyncClient
    page: httpx.Response = field(init=False)

    @property
    def text(self) -> str:
        return self.page.text

    @property
    def path(self) -> str:
        return self.page.url.path

    async def open(self, path: str, **headers: str) -> httpx.Response:
        self.page = await self.door.get(path, headers=HTML | headers, follow_redirects=True)
        return self.page

    def form(self, ends_with: str = "") -> Sent:
        parser = _Forms()
        parser.feed(self.text)
        return next(form for form in parser.forms if form.action.endswith(ends_with) and "sign-out" not in form.action)

    async def press(self, button: str = "", form: Sent | None = None, /, **typed: Any) -> httpx.Response:
        """Sends the page's form, with `_step` as the button says, and lands where that leads."""
        form = form or self.form()
        data = form.fields | {name: str(value) for name, value in typed.items()} | ({"_step": button} if button else {})
        self.page = await self.door.post(
            urlsplit(urljoin(str(self.page.url), form.action)).path, data=data, headers=HTML, follow_redirects=True
        )
        return self.page

    async def sign_in(self, resident_id: UUID, to: str = "/") -> None:
        await self.open("/sign-in", next=to)
        form = self.form("development")
        form.fields["next"] = to
        await self.press("", form, resident_id=resident_id)
        assert self.page.status_code == 200, self.text
