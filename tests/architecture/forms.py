"""The laws of forms: each is loaded by its agency, and each box that is filled is filled by a fact it may read."""

import ast
from collections.abc import Iterator
from pathlib import Path

import yaml

from sekali.contracts import Catalogue
from sekali.forms.declaration import BUILT_IN, Declaration, FormError
from tests.architecture.house import entries, files, parsed, short
from tests.architecture.inboxes import paths


def forms(root: Path, agency: str) -> list[Path]:
    return sorted(path for path in entries(root / "services" / agency) if path.name.endswith(".form.yaml"))


def keeps_its_own_laws(root: Path, path: Path) -> Iterator[str]:
    """Shape, both languages, choices, regions: `sekali.forms` says what is wrong. Its own types must be registered."""
    registered = _registered(path.parent)
    try:
        Declaration.load(path, registered)
    except FormError as error:
        yield str(error).replace(str(path), short(path, root))


def is_opened(root: Path, path: Path) -> Iterator[str]:
    """A form that no code of the agency loads is a page that nobody sees."""
    if not any(_names(path, file) for file in _rooms(path.parent)):
        yield f"{short(path, root)}: no room of {path.parent.name} loads it. Load it in prefill, or remove the file."
    name = yaml.safe_load(path.read_text(encoding="utf-8")).get("name")
    if path.name != f"{name}.form.yaml":
        yield f"{short(path, root)}: its name is {name}. Call the file {name}.form.yaml: one name in every place."


def sources_exist(root: Path, path: Path, catalogue: Catalogue) -> Iterator[str]:
    """The source of a box is a field of a contract of this agency, or of a topic that it says itself."""
    agency, place = path.parent.name, short(path, root)
    for box in yaml.safe_load(path.read_text(encoding="utf-8"))["boxes"]:
        source = box.get("from")
        if source is None:
            continue
        topic, field = source["topic"], source["field"]
        readable = _readable(agency, topic, catalogue)
        if not readable:
            yield (
                f"{place}: box {box['name']} comes from {topic}, on which {agency} has no contract. "
                f"Add contracts/{agency}/{topic}.avsc, or ask the citizen: take `from` away."
            )
        elif field not in readable:
            yield f"{place}: box {box['name']}: {topic} gives {agency} no field {field}. Correct it, or list it."


def says_what_for(root: Path, path: Path) -> Iterator[str]:
    """The citizen reads purpose and legal basis before anything is sent, so a form has both: UU 27/2022 art. 20(2)."""
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not told.get("purpose") or not str(told.get("legal_basis", "")).startswith("UU 27/2022 art. 20(2)("):
        yield (
            f"{short(path, root)}: it says neither purpose nor legal basis as the preview shows them. "
            "Write purpose: {id, en} and legal_basis: UU 27/2022 art. 20(2)(…); and the rule of the sector."
        )


def _names(path: Path, file: Path) -> bool:
    """`visit.form.yaml`, or `visit` beside an f-string that ends so."""
    texts = {node.value for node in ast.walk(parsed(file)) if isinstance(node, ast.Constant)}
    return path.name in texts or {path.name.removesuffix(".form.yaml"), ".form.yaml"} <= texts


def _readable(agency: str, topic: str, catalogue: Catalogue) -> set[str]:
    if (agency, topic) in catalogue.contracts:
        return paths(catalogue.contracts[agency, topic])
    if topic in catalogue.cards and catalogue.cards[topic].owner == agency:
        revision = catalogue.latest(topic)
        return {f"{group.name}.{field['name']}" for group in revision.sealed for field in group.inner["fields"]}
    return set()


def _registered(home: Path) -> set[str]:
    """The types that the agency gives rules for: the names in Form.load(…, rules={name: check})."""
    calls = (node for file in _rooms(home) for node in ast.walk(parsed(file)) if isinstance(node, ast.Call))
    rules = (
        word.value
        for call in calls
        if ast.unparse(call.func) == "Form.load"
        for word in call.keywords
        if word.arg == "rules" and isinstance(word.value, ast.Dict)
    )
    names = {key.value for rule in rules for key in rule.keys if isinstance(key, ast.Constant)}
    return {str(name) for name in names} - BUILT_IN


def _rooms(home: Path) -> Iterator[Path]:
    return (file for file in files(home, ".py") if "tests" not in file.relative_to(home).parts)
