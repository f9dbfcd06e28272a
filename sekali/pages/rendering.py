"""An agency's pages, and one request's page."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, cast
from urllib.parse import urlencode

from fastapi import Depends
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sekali.pages import languages
from sekali.pages.assets import asset
from sekali.pages.languages import LANGUAGES, LIBRARY, Language
from sekali.pages.words import Words

Keep = Callable[[Request, Any], Awaitable[str | None]]
"""Takes the request and the session that has ended."""
YEAR_SECONDS = 365 * 24 * 3600
SIGN_IN = LIBRARY.parent / "signin"


class Pages:
    """Templates and texts of one agency, read once; `app.state.pages`."""

    def __init__(self, title: Mapping[str, str], room: Path | None = None, keep: Keep | None = None) -> None:
        """`title`: {"id", "en"}, what stands at the top of each page. `room`: the folder of the agency's room `pages`.
        `keep`: for a form that is posted when its session has ended: keeps what was typed, gives the path to go on at.

        Templates of the room are called by their file's name, the library's as `sekali/layout.html`.
        """
        self.title = title
        self.keep = keep
        rooms = [LIBRARY, *([room] if room else [])]
        self._words = {one: Words(one, languages.translations(rooms, one)) for one in LANGUAGES}
        self._environments = {one: _environment(self._words[one], room) for one in LANGUAGES}

    def words(self, language: Language) -> Words:
        return self._words[language]

    def render(self, template: str, language: Language, **values: Any) -> str:
        return self._environments[language].get_template(template).render(values)


def _environment(words: Words, room: Path | None) -> Environment:
    """A name that nobody gave stops the page: a hole in a form is worse than an error."""
    library = PrefixLoader(
        {"sekali": FileSystemLoader(LIBRARY / "templates"), "signin": FileSystemLoader(SIGN_IN / "templates")}
    )
    made = Environment(
        loader=ChoiceLoader([library, *([FileSystemLoader(room)] if room else [])]), autoescape=True,
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    made.install_gettext_translations(words.translations, newstyle=True)  # type: ignore[attr-defined]
    made.globals |= {"words": words, "asset": asset}
    return made


class Page:
    """One request's page: its language, who is signed in, and a way to render or to lead on."""

    def __init__(self, request: Request) -> None:
        self._pages = cast(Pages, request.app.state.pages)
        self._request = request
        self.language = languages.chosen(request)
        self.words = self._pages.words(self.language)

    def __call__(self, template: str, status: int = 200, **values: Any) -> Response:
        """The template with these values, as HTML."""
        text = self._pages.render(template, self.language, page=self, **values)
        response = HTMLResponse(text, status)
        if self._request.query_params.get("lang") in LANGUAGES:
            response.set_cookie(
                languages.COOKIE, self.language, max_age=YEAR_SECONDS, samesite="lax", httponly=True,
                secure=self._request.url.scheme == "https",
            )  # fmt: skip
        return response

    def to(self, path: str) -> Response:
        """See there (303): what follows a form that was sent, so that a page can be loaded again without harm."""
        return RedirectResponse(path, 303)

    @property
    def site(self) -> str:
        return self.words.both(self._pages.title)

    @property
    def session(self) -> Any:
        """Who is signed in: an object with `kind` and `csrf`, for officers with `name`; None for nobody."""
        return getattr(self._request.state, "session", None)

    @property
    def csrf(self) -> str:
        """The hidden value of every form."""
        return self.session.csrf if self.session else ""

    @property
    def path(self) -> str:
        return self._request.url.path

    @property
    def asked(self) -> Mapping[str, str]:
        """What stands after the question mark of the address."""
        return self._request.query_params

    @property
    def in_other_language(self) -> str:
        """This page's address in the other language, without its path: one that begins with // is another site."""
        asked = [(name, value) for name, value in self._request.query_params.multi_items() if name != "lang"]
        return f"?{urlencode([*asked, ('lang', self.words.other)])}"

    @property
    def development(self) -> bool:
        """Whether everybody is believed to be who they say they are."""
        return bool(getattr(self._request.app.state.bus.settings, "development_sign_in", False))


async def the_page(request: Request) -> Page:
    return Page(request)


ThePage = Annotated[Page, Depends(the_page)]
"""Type of a route's parameter: `page("list.html", rows=rows)` is the answer."""
