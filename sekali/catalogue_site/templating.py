"""How templates are read, and what each of them may call."""

import os
import re
from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sekali.catalogue_site.fields import leaves
from sekali.catalogue_site.words import Language, Words

TEMPLATES = Path(__file__).with_name("templates")
BREAKS = re.compile(r"(?<=[._-])")


def environment(language: Language) -> Environment:
    """Every name that a template uses must be given: a missing one stops the build."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    made.globals |= {"words": Words(language), "leaves": leaves, "alone": False}
    made.filters |= {"breakable": breakable, "units": units, "capital": capital}
    return made


def linker(place: str) -> Callable[[str], str]:
    """Links from a page to places in the site, relative, so that it opens from a folder as from a server."""

    def link(to: str) -> str:
        return os.path.relpath(to, Path(place).parent)

    return link


def breakable(name: str) -> Markup:
    """A long name that may break after each of its dots, dashes and underscores."""
    return Markup("<wbr>").join(part for part in BREAKS.split(name) if part)


def units(number: float) -> str:
    """A coordinate without needless digits."""
    return f"{number:.1f}".removesuffix(".0")


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
