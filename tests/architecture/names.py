"""The laws of names: no grab bags, and what an agency owns begins with its name and a dot."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from sekali.contracts import Catalogue
from sekali.rights.acls import Rule
from tests.architecture.house import files, short

GRAB_BAGS = frozenset({"common", "utils", "core", "helpers", "util", "helper"})


def no_grab_bags(root: Path) -> Iterator[str]:
    """A name that fits everything gathers everything."""
    told = set()
    for path in files(root):
        parts = path.relative_to(root).parts
        for index, part in enumerate(parts):
            if part.split(".")[0].lower() in GRAB_BAGS:
                told.add("/".join(parts[: index + 1]))
    for place in sorted(told):
        yield f"{place}: this name says nothing of what is in it. Name it by its one concern, or split it."


def topics_begin_with_their_owner(root: Path, catalogue: Catalogue) -> Iterator[str]:
    """A card lies with its owner, and its topic begins with the owner's name."""
    for topic, card in catalogue.cards.items():
        if not topic.startswith(f"{card.owner}."):
            yield f"schemas/{card.owner}/{topic}: a topic begins with its owner: call it {card.owner}.…, folder too."
    for file in files(root / "contracts", ".avsc"):
        heard, agency = file.stem, file.parent.name
        if heard.startswith(f"{agency}."):
            yield f"{short(file, root)}: an agency has no contract with itself. Remove it."


def groups_begin_with_their_agency(groups: Iterable[tuple[str, str]]) -> Iterator[str]:
    """`groups`: (agency, consumer group)."""
    for agency, group in groups:
        if not group.startswith(f"{agency}."):
            yield f"sekali/subscription.py: {agency}'s group is {group}. Begin it with `{agency}.`, dot included."


def prefixes_are_whole_names(rules: Iterable[Rule]) -> Iterator[str]:
    """`tax` as a prefix would also open what `taxation` owns."""
    for rule in rules:
        if rule.pattern == "PREFIXED" and rule.name != f"{rule.agency}.":
            yield f"sekali/rights/acls.py: {rule}. Give {rule.agency} the prefix `{rule.agency}.`, dot included."
        if rule.pattern == "LITERAL" and "WRITE" in rule.operation:
            yield f"sekali/rights/acls.py: {rule}. Nobody writes outside of his own prefix; take the rule away."
