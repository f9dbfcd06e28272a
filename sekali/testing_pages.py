"""For tests: somebody with a browser at an agency's pages, without a browser. Forms are sent as a page shows them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx

HTML = {"Accept": "text/html"}


@dataclass
class Form:
    """`fields`: what a browser would send, had nobody touched the form. `names`: every box of it."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


class _Reader(HTMLParser):
    """The forms of a page, its words, and its select and textarea, which hold their values between tags."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.words: list[str] = []
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
            return
        if not self.forms:
            return
        form, name = self.forms[-1], given.get("name", "")
        if tag in {"input", "select", "textarea", "button"} and name:
            form.names.add(name)
        if tag == "input" and name and (given.get("type") not in {"radio", "checkbox"} or "checked" in given):
            form.fields[name] = given.get("value", "on")
        elif tag == "select":
            self._select = name
            form.fields[name] = ""
        elif tag == "option" and "selected" in given:
            form.fields[self._select] = given.get("value", "")
        elif tag == "textarea":
            self._area = name
            form.fields[name] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1].fields[self._area] += data.removeprefix("\n")
        else:
            self.words.append(data)


@dataclass
class Visit:
    """`words` is what the page says, in one line. `visit.send("/office/find", nik="…")` sends that form of the page."""

    client: httpx.AsyncClient
    language: str = ""
    status: int = 0
    html: str = field(default="", repr=False)
    words: str = field(default="", repr=False)
    at: str = ""
    forms: list[Form] = field(default_factory=list)

    async def officer(self, name: str) -> "Visit":
        """Signed in by development sign-in."""
        await self.open("/sign-in")
        await self.send("/sign-in/development", name=name)
        return self

    async def citizen(self, resident_id: object) -> "Visit":
        await self.open("/sign-in")
        await self.send("/sign-in/development", resident_id=str(resident_id))
        return self

    async def open(self, path: str) -> "Visit":
        return self._read(await self.client.get(path, headers=self._headers(), follow_redirects=True))

    async def send(self, action: str, **typed: str) -> "Visit":
        """The form of the present page that leads there. Names that hold a dot: `**{"members.0.nik": "…"}`."""
        form = self.form(action)
        strangers = set(typed) - form.names
        assert not strangers, f"the form has no box {sorted(strangers)}"
        return await self.post(form.action, {**form.fields, **typed})

    async def post(self, action: str, fields: Mapping[str, str]) -> "Visit":
        to = urljoin(self.at, action)
        return self._read(await self.client.post(to, data=dict(fields), headers=self._headers(), follow_redirects=True))

    def form(self, action: str) -> Form:
        """By the end of where it leads."""
        found = [form for form in self.forms if form.action.endswith(action)]
        assert found, f"no form of this page leads to {action}: {[form.action for form in self.forms]}"
        return found[0]

    def _headers(self) -> dict[str, str]:
        return HTML | ({"Accept-Language": self.language} if self.language else {})

    def _read(self, answer: httpx.Response) -> "Visit":
        reader = _Reader()
        reader.feed(answer.text)
        self.status, self.html, self.at = answer.status_code, answer.text, answer.url.path
        self.words, self.forms = " ".join(" ".join(reader.words).split()), reader.forms
        return self
