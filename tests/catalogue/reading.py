"""A page as a parser reads it: strictly, with its links, its anchors and what it says."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

import html5lib


def parsed(text: str) -> Element:
    """Raises `html5lib.html5parser.ParseError` where the page is no valid HTML 5."""
    tree: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    return tree


@cache
def read(file: Path) -> Element:
    return parsed(file.read_text(encoding="utf-8"))


def words(element: Element) -> str:
    """What it says, with single spaces."""
    return " ".join("".join(element.itertext()).split())


def anchors(tree: Element) -> list[str]:
    return [found for element in tree.iter() if (found := element.get("id")) is not None]


def links(tree: Element) -> Iterator[str]:
    for element in tree.iter():
        for name in ("href", "src"):
            if (found := element.get(name)) is not None:
                yield found


def dead(site: Path) -> Iterator[str]:
    """A sentence for each link that leads nowhere in the site, or out of it."""
    trees = {file: read(file) for file in site.rglob("*.html")}
    for file, tree in trees.items():
        for link in links(tree):
            parts = urlsplit(link)
            if parts.scheme == "data":
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            if parts.scheme or parts.netloc or not target.is_relative_to(site) or not target.is_file():
                yield f"{file.relative_to(site)}: {link} leads nowhere"
            elif parts.fragment and parts.fragment not in anchors(trees[target]):
                yield f"{file.relative_to(site)}: {link} has no such place on its page"
