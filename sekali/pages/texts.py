"""The catalogues of texts: written from what code and templates mark, and checked (`sekali texts`)."""

import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes
from jinja2.ext import babel_extract

from sekali.pages.languages import Language, catalogue_file

TRANSLATED: Language = "id"
KEYWORDS: Mapping[str, tuple[int, ...] | None] = {
    "_": None, "N_": None, "words": None, "gettext": None, "ngettext": (1, 2), "plural": (1, 2),
}  # fmt: skip
WIDTH = 116
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
SHOWN_ATTRIBUTES = ("alt", "title", "placeholder", "aria-label")


def rooms(root: Path) -> list[Path]:
    """Every folder of pages: the library's, and each agency's room. What they mark stands in their own catalogue."""
    return [root / "sekali" / "pages", *sorted(root.glob("services/*/pages"))]


def sources(room: Path) -> list[Path]:
    """Code and templates whose texts stand in a room's catalogue: the library's is that of sign-in too."""
    folders = [room, room.parent / "signin"] if room.parent.name == "sekali" else [room]
    return sorted(file for folder in folders for kind in ("*.py", "*.html") for file in folder.rglob(kind))


def template(room: Path, root: Path) -> Catalog:
    """Every text that is marked, with the files that it stands in; no line numbers: they would change every day."""
    made = Catalog(locale=TRANSLATED, project="sekali", charset="utf-8", fuzzy=False)
    for file in sources(room):
        for message, comments in _marked(file):
            made.add(message, locations=[(file.relative_to(root).as_posix(), 0)], auto_comments=comments)
    return made


def _marked(file: Path) -> Iterator[tuple[str | tuple[str, ...], list[str]]]:
    if file.suffix == ".py":
        found = extract_from_file("python", file, keywords=KEYWORDS, comment_tags=["Texts:"])
        yield from ((message, comments) for _, message, comments, _ in found if message)
        return
    with file.open("rb") as source:
        for _, function, message, comments in babel_extract(source, list(KEYWORDS), ["Texts:"], {"silent": "false"}):
            if function in KEYWORDS and message:
                yield _plain(function, message), comments


def _plain(function: str, message: object) -> str | tuple[str, ...]:
    """The texts alone: a template's call hands its values too."""
    if isinstance(message, str):
        return message
    assert isinstance(message, tuple)
    taken = message[:2] if function in {"ngettext", "plural"} else message[:1]
    return taken if len(taken) > 1 else str(taken[0])


def written(room: Path, root: Path) -> bytes:
    """The catalogue's file as it should be: what stands translated stays, new texts are empty, others go."""
    file = catalogue_file(room, TRANSLATED)
    known = Catalog(locale=TRANSLATED)
    if file.exists():
        with file.open("rb") as source:
            known = read_po(source, locale=TRANSLATED)
    wanted = template(room, root)
    for message in wanted:
        old = known.get(message.id) if message.id else None
        if old is not None:
            message.string, message.flags = old.string, set(old.flags)
    wanted.header_comment = f"# Texts of {room.relative_to(root).as_posix()} in Indonesian. `sekali texts` writes it."
    out = io.BytesIO()
    write_po(out, wanted, width=WIDTH, omit_header=False, sort_by_file=True, include_lineno=False)
    return _steady(out.getvalue())


def _steady(content: bytes) -> bytes:
    """Without the lines that change with every run."""
    fleeting = (b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Last-Translator', b'"Report-Msgid', b'"Generated-By',
                b'"Language-Team')  # fmt: skip
    return b"".join(line for line in content.splitlines(keepends=True) if not line.startswith(fleeting))


def faults(root: Path) -> Iterator[str]:
    """A sentence for each text that is missing, fuzzy, stale, or breaks its places; for each that nobody marked."""
    for room in rooms(root):
        file = catalogue_file(room, TRANSLATED)
        place = file.relative_to(root).as_posix()
        if not sources(room):
            continue
        if not file.exists() or file.read_bytes() != written(room, root):
            yield f"{place}: it is not what the pages say. Run `sekali texts` and translate what is new."
            continue
        with file.open("rb") as source:
            yield from (f"{place}: {said}" for said in _untranslated(read_po(source, locale=TRANSLATED)))
        for page in (one for one in sources(room) if one.suffix == ".html"):
            yield from (f"{page.relative_to(root).as_posix()}: {said}" for said in unmarked(page.read_text("utf-8")))


def _untranslated(catalogue: Catalog) -> Iterator[str]:
    for message in catalogue:
        if not message.id:
            continue
        name = message.id if isinstance(message.id, str) else message.id[0]
        strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
        if message.fuzzy:
            yield f'"{name}" is fuzzy. Look at its translation and take away the mark.'
        if not strings or not all(strings):
            yield f'"{name}" has no translation into Indonesian.'
        yield from (f'"{name}": {error}' for error in message.check(catalogue))


def unmarked(text: str) -> Iterator[str]:
    """Words of a template that no `_(…)` holds: between its tags, and in attributes that people hear or see."""
    parsed = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(text)
    inside_tag = False
    for node in parsed.find_all(nodes.TemplateData):
        visible, inside_tag, attributes = _visible(node.data, inside_tag)
        for words in (*visible, *attributes):
            yield f'"{words}" is not marked for translation. Write {{{{ _("{words}") }}}}.'


def _visible(data: str, inside_tag: bool) -> tuple[list[str], bool, list[str]]:
    """Texts outside tags, whether a tag is open at the end, and texts of attributes that are shown."""
    texts, attributes, text, tag = [], [], "", ""
    for sign in data:
        if sign == "<":
            texts.append(text)
            inside_tag, text, tag = True, "", ""
        elif sign == ">":
            inside_tag = False
            attributes += _attributes(tag)
        elif inside_tag:
            tag += sign
        else:
            text += sign
    texts.append(text)
    cleaned = [" ".join(one.split()) for one in texts]
    shown = [one for one in cleaned if LETTERS & set(one) and one not in NAMES and not ATTRIBUTE.match(one)]
    return shown, inside_tag, attributes


NAMES = frozenset({"Sekali", "· Sekali", "Rp", "&nbsp;", "NIK", "NIB", "NPWP", "NITKU", "KK", "RT", "RW", "WIB"})
"""What is called so in every language."""
ATTRIBUTE = re.compile(r'[a-z-]+="')
"""A macro may give a piece of the inside of a tag."""


def _attributes(tag: str) -> list[str]:
    found = []
    for name in SHOWN_ATTRIBUTES:
        _, equals, rest = tag.partition(f' {name}="')
        value = rest.partition('"')[0]
        if equals and LETTERS & set(value):
            found.append(value)
    return found


def write(root: Path) -> list[Path]:
    """Brings every catalogue up to date; gives those that changed."""
    changed = []
    for room in rooms(root):
        if not sources(room):
            continue
        file, content = catalogue_file(room, TRANSLATED), written(room, root)
        if not file.exists() or file.read_bytes() != content:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            changed.append(file)
    return changed
