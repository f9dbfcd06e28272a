"""The questions of `sekali schemas compatible`: files, or lines of JSON. Each answer is an exit code with reasons.

0 compatible, 1 incompatible, 2 not a valid schema or not a question.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sekali.compatibility import MODES, InvalidSchema, Node, compare, load_text, parse, parse_text

Answer = tuple[int, list[str]]
SHAPE = 'The line is not {"mode": "FULL", "new": {...}, "old": [{...}, ...]} with JSON schemas.'


def about_files(mode: str, new: Path, olds: Sequence[Path]) -> Answer:
    """`olds` oldest first."""
    nodes = []
    for path in (new, *olds):
        try:
            nodes.append(parse_text(path.read_text(encoding="utf-8")))
        except InvalidSchema as wrong:
            return 2, [f"{path}: {wrong}"]
        except UnicodeDecodeError:
            return 2, [f"{path}: it is no UTF-8. Save it as UTF-8."]
        except OSError as wrong:
            return 2, [f"{path}: it cannot be read ({wrong.strerror}). Name a file with a schema."]
    return _judged(mode, nodes)


def about_lines(lines: Iterable[bytes]) -> Iterator[Answer]:
    """An answer for each line that is not blank, in order; a line that is no question spoils no other."""
    return (_about(line) for line in lines if line.strip())


def _about(line: bytes) -> Answer:
    try:
        asked = load_text(line.decode("utf-8"))
    except (InvalidSchema, UnicodeDecodeError) as wrong:
        why = str(wrong) if isinstance(wrong, InvalidSchema) else "It is no UTF-8."
        return 2, [f"{SHAPE} {why}"]
    if not isinstance(asked, dict) or "new" not in asked or not isinstance(asked.get("old"), list):
        return 2, [f"{SHAPE} Correct it."]
    nodes = []
    for name, schema in (("new", asked["new"]), *((f"old {n}", old) for n, old in enumerate(asked["old"], 1))):
        try:
            nodes.append(_schema(schema))
        except InvalidSchema as wrong:
            return 2, [f"{name}: {wrong}"]
    return _judged(asked.get("mode", "FULL_TRANSITIVE"), nodes)


def _schema(schema: Any) -> Node:
    """As JSON gives it, or its text inside a JSON string; a bare word is a type's name."""
    is_text = isinstance(schema, str) and schema.lstrip()[:1] in {"{", "[", '"'}
    return parse_text(schema) if is_text else parse(schema)


def _judged(mode: object, nodes: Sequence[Node]) -> Answer:
    if not isinstance(mode, str) or mode not in MODES:
        return 2, [f"The mode {json.dumps(mode)} is not known. Use one of {', '.join(MODES)}."]
    # Avro and every registry let plain bytes be read as text; the laws for our own topics do not.
    found = compare(mode, nodes[0], nodes[1:], bytes_as_text=True)
    return (1 if found else 0), [str(finding) for finding in found]
