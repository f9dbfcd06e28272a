"""The law of an agency's README: its table of what it says and hears is the truth of schemas/ and contracts/."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from sekali.contracts import Catalogue

ROW = re.compile(r"^\| (says|hears) \| `?([a-z0-9.*-]+)`? \| (.*) \|$", re.MULTILINE)
FOLDERS = {"says": "schemas", "hears": "contracts"}


def table_is_true(root: Path, agency: str, catalogue: Catalogue) -> Iterator[str]:
    place = f"services/{agency}/README.md"
    rows = ROW.findall((root / place).read_text(encoding="utf-8"))
    written = [(verb, topic) for verb, topic, _ in rows]
    true = {("says", card.topic) for card in catalogue.says(agency)}
    true |= {("hears", contract.topic) for contract in catalogue.hears(agency)}
    for verb, topic in sorted(one for one in true if not any(_tells(row, one) for row in written)):
        yield f"{place}: it does not tell of {topic}. Add the row `| {verb} | `{topic}` | why |` to its table."
    for verb, topic in sorted(row for row in set(written) if not any(_tells(row, one) for one in true)):
        yield f"{place}: `| {verb} | {topic} |` has no file under {FOLDERS[verb]}/{agency}. Remove the row, or add it."
    for verb, topic, why in rows:
        if not why.strip():
            yield f"{place}: `| {verb} | {topic} |` does not tell why. Fill the third column."
        if written.count((verb, topic)) > 1:
            yield f"{place}: `| {verb} | {topic} |` stands twice. Keep one row."


def _tells(row: tuple[str, str], one: tuple[str, str]) -> bool:
    """`*.application.v1` tells of every agency's: who hears by shape edits no row for a new one."""
    return row[0] == one[0] and fnmatchcase(one[1], row[1])
