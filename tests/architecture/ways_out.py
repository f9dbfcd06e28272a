"""What rules name as the way out of an error: a citizen or an officer reads it on a page, so it is translated."""

import ast
from collections.abc import Iterator
from pathlib import Path

from sekali.pages.languages import LIBRARY, translations
from sekali.pages.sheets import in_words
from sekali.pages.words import Words
from tests.architecture.house import parsed

PLACES = {"FieldError": 2, "conflict": 3, "Refused": 1}
"""Call -> place of its way out among the arguments."""
TO_PROGRAMS = ("GET /", "submission_id", "new id", "form's declaration", "/openapi.json")
"""Words of sentences that no page shows."""
SHAPES = {"it was shown, and change it through", "so that they agree", "Take one of", "Copy it from the"}
"""Of sentences with a name in them: pages say them in words of their own, or the name decides (KTP-el)."""


def untranslated(folder: Path, room: Path) -> Iterator[str]:
    """A sentence for each way out in `folder` that the catalogues of the library and of `room` do not have."""
    words = Words("id", translations([LIBRARY, room], "id"))
    for file in sorted(folder.rglob("*.py")):
        if {"tests", "pages"} & set(file.relative_to(folder).parts):
            continue
        for text in _ways_out(file):
            if in_words(text, words) == text and not any(part in text for part in (*TO_PROGRAMS, *SHAPES)):
                yield f'{file.name}: "{text}" has no Indonesian. Mark it in {room.name}/sentences.py and translate it.'


def _ways_out(file: Path) -> Iterator[str]:
    """Texts; what a formatted one fills in is taken as a number."""
    for call in (node for node in ast.walk(parsed(file)) if isinstance(node, ast.Call)):
        place = PLACES.get(ast.unparse(call.func).rpartition(".")[2])
        if place is None:
            continue
        named = [word.value for word in call.keywords if word.arg == "way_out"]
        for found in named or call.args[place : place + 1]:
            if isinstance(found, ast.Constant) and isinstance(found.value, str) and found.value:
                yield found.value
            elif isinstance(found, ast.JoinedStr):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in found.values)
