"""The laws of docs/threat-model.md: a threat has who, what, a control in a file that is there, what is left, tests."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PAGE = "docs/threat-model.md"
FEWEST = 12
ROWS = tuple(f"A{number}" for number in range(1, 17))
PARTS = ("Who.", "What.", "Control.", "Left.", "Tests.")
THREAT = re.compile(r"^### T(\d+)\. ([^\n]+)\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| (A\d+) \| (.*) \| (.*) \| (.*) \|$", re.MULTILINE)
TEST = re.compile(r"`([\w/.-]+\.py)::(\w+)`")
FILE = re.compile(r"`((?:sekali|services|deploy|tests|schemas|contracts|docs)/[\w/.-]*)`")
NOT_YET = "not yet"


def threats_are_whole(root: Path) -> Iterator[str]:
    """At least twelve, numbered without a gap, each with all parts, a file of its control and a test."""
    found = THREAT.findall(_page(root))
    if len(found) < FEWEST:
        yield f"{PAGE}: it has {len(found)} threats; it needs {FEWEST}. Think of an insider, a thief, a careless owner."
    for place, (number, title, text) in enumerate(found, 1):
        said = f"{PAGE}: T{number} ({title})"
        if int(number) != place:
            yield f"{said} should be T{place}. Number them without a gap."
        places = [text.find(f"**{part}**") for part in PARTS]
        if -1 in places or places != sorted(places):
            yield f"{said} needs the parts {', '.join(f'**{part}**' for part in PARTS)}, in this order."
            continue
        parts = dict(zip(PARTS, re.split("|".join(re.escape(f"**{part}**") for part in PARTS), text)[1:], strict=True))
        yield from (f"{said} says nothing under **{name}** Write it." for name, one in parts.items() if not one.strip())
        if not FILE.search(parts["Control."]):
            yield f"{said} names no file of its control. Say where in the code it is."
        if not TEST.search(parts["Tests."]):
            yield f"{said} names no test. A control that is not tested is a hope."


def rows_are_answered(root: Path) -> Iterator[str]:
    """Each row of the list of controls names its tests, or says that it is not checked yet."""
    rows = ROW.findall(_page(root))
    names = [row for row, *_ in rows]
    if names != list(ROWS):
        yield f"{PAGE}: its table should have the rows {ROWS[0]} to {ROWS[-1]}, each once and in order."
    for row, control, checked, left in rows:
        if not (control.strip() and checked.strip() and left.strip()):
            yield f"{PAGE}: {row} has an empty cell. Say what is checked, and what is not."
        if not TEST.search(checked) and NOT_YET not in checked:
            yield f"{PAGE}: {row} names no test. Name one, or say `{NOT_YET}`."


def what_is_named_is_there(root: Path) -> Iterator[str]:
    """Every `path::test` is a test that pytest collects, every file that is named exists."""
    page = _page(root)
    for path, name in sorted(set(TEST.findall(page))):
        if name not in _tests(root / path):
            yield f"{PAGE}: there is no test {path}::{name}. Name the one that took its place, or write it."
    for path in sorted(set(FILE.findall(page))):
        if not (root / path).exists():
            yield f"{PAGE}: there is no {path}. Name where the control is now."


@cache
def _tests(file: Path) -> frozenset[str]:
    """Names as pytest collects them: `test_…` at the top of a file `test_….py`."""
    if not file.exists() or not file.name.startswith("test_"):
        return frozenset()
    body = ast.parse(file.read_text(encoding="utf-8")).body
    found = (node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(name for name in found if name.startswith("test_"))


def _page(root: Path) -> str:
    return (root / PAGE).read_text(encoding="utf-8")
