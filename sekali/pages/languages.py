"""Which of the two languages a page speaks, and its texts: gettext catalogues, compiled in memory when an app is built.

Source strings are English sentences, so English needs no catalogue. Indonesian stands in `locale/id/LC_MESSAGES/
messages.po` of the library and of each agency's room `pages`; `sekali texts` writes them, `sekali texts --check` and a
test find what is missing, fuzzy or no longer used.
"""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from starlette.requests import Request

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
COOKIE = "lang"
SOURCE: Language = "en"
LIBRARY = Path(__file__).parent


def other(language: Language) -> Language:
    return "en" if language == "id" else "id"


def chosen(request: Request) -> Language:
    """`?lang=`, else the cookie, else what the browser accepts first, else Indonesian."""
    for said in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if said in LANGUAGES:
            return said
    return accepted(request.headers.get("accept-language", ""))


def accepted(header: str) -> Language:
    """The better of both by an Accept-Language header's weights; `in` is Indonesian's old code."""
    best: dict[str, float] = {}
    for part in header.split(","):
        tag, _, weight = part.partition(";")
        name = tag.strip().lower().split("-")[0]
        name = "id" if name == "in" else name
        if name in LANGUAGES:
            best[name] = max(best.get(name, 0.0), _weight(weight))
    return "en" if best.get("en", 0.0) > best.get("id", 0.0) else "id"


def _weight(text: str) -> float:
    name, _, number = text.strip().partition("=")
    try:
        return float(number) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


def catalogue_file(room: Path, language: Language) -> Path:
    """Where the texts of a folder of pages stand in a language."""
    return room / "locale" / language / "LC_MESSAGES" / "messages.po"


def translations(rooms: Sequence[Path], language: Language) -> NullTranslations:
    """All texts of these folders in one language; a text that is missing stays English."""
    merged: NullTranslations = NullTranslations()
    for room in rooms:
        file = catalogue_file(room, language)
        if file.exists():
            made = _compiled(file, language)
            made.add_fallback(merged)
            merged = made
    return merged


def _compiled(file: Path, language: Language) -> Translations:
    with file.open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)
