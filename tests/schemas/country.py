"""A copy of the country's schemas and contracts that a test may spoil."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from sekali.laws import Ground

ROOT = Path(__file__).parent.parent.parent
TODAY = date(2026, 11, 22)
Schema = dict[str, Any]
Edit = Callable[[dict[str, Any]], object]


class Country:
    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("schemas", "contracts"):
            shutil.copytree(ROOT / name, root / name)

    def ground(self, today: date = TODAY) -> Ground:
        return Ground.load(self.root, today)

    def card(self, topic: str, **members: Any) -> None:
        """Set members of a topic's card; None removes one."""
        file = self._topic(topic) / "topic.yaml"
        card = yaml.safe_load(file.read_text()) | members
        file.write_text(yaml.safe_dump({name: value for name, value in card.items() if value is not None}))

    def revision(self, topic: str, edit: Edit, number: int = 1) -> None:
        """Change a revision in place, or write a new one after the last."""
        folder = self._topic(topic)
        source = folder / f"{number}.avsc"
        _edit(source if source.exists() else folder / f"{number - 1}.avsc", edit, folder / f"{number}.avsc")

    def contract(self, agency: str, topic: str, edit: Edit) -> None:
        file = self.root / "contracts" / agency / f"{topic}.avsc"
        _edit(file, edit, file)

    def copy_contract(self, agency: str, topic: str, other: str) -> None:
        """A contract that hears another topic."""
        folder = self.root / "contracts" / agency
        shutil.copy(folder / f"{topic}.avsc", folder / f"{other}.avsc")

    def _topic(self, topic: str) -> Path:
        return self.root / "schemas" / topic.partition(".")[0] / topic


def _edit(source: Path, edit: Edit, target: Path) -> None:
    schema = json.loads(source.read_text())
    edit(schema)
    target.write_text(json.dumps(schema, indent=2))


def field(schema: dict[str, Any], path: str) -> dict[str, Any]:
    """The field at a path in dots, groups looked into."""
    first, _, rest = path.partition(".")
    found: dict[str, Any] = next(one for one in schema["fields"] if one["name"] == first)
    return field(inner(found), rest) if rest else found


def inner(group: dict[str, Any]) -> dict[str, Any]:
    """The record that a sealed field seals."""
    record: dict[str, Any] = group["type"][1]["seals"]
    return record


def without(schema: dict[str, Any], path: str) -> None:
    """Remove a field."""
    before, _, name = path.rpartition(".")
    record = inner(field(schema, before)) if before else schema
    record["fields"] = [one for one in record["fields"] if one["name"] != name]
