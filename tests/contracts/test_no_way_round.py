"""Nothing flows without a whole contract: each one with a gap is refused by a sentence that names file or field.

Every contract in the tree is spoilt in every way of this page: some hundreds of cases, made from what lies on disk.
"""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from sekali import laws
from sekali.contracts import Catalogue, CatalogueError
from sekali.laws import Ground, golden
from sekali.laws.ground import fields
from tests.schemas.country import ROOT, TODAY, Schema, field, without

Spoil = Callable[[Schema], object]
ATTRIBUTES: dict[str, tuple[object, ...]] = {
    "purpose": (None, "", {}, "to help", {"id": "Menolong"}, {"id": " ", "en": "Help"}, ["Help"]),
    "legal_basis": (None, "", "UU 27/2022", "PP 28/2025", "UU 27/2022 art. 20(2)(g); PP 28/2025",
                    "UU 27/2022 art. 20(2)(e)", "UU 27/2022 art. 20(2)(e); "),
    "agreement": (None, "", "soon", "PKS/CONTOH", "PKS/CONTOH/26/1", "pks/contoh/2026/1", "PKS/CONTOH/2026/x"),
    "retention_days": (None, 0, -1, "365", 1.5, True),
    "valid_until": (None, "", "soon", "2028-13-01", "31-12-2028", 20281231, "2020-01-01"),
}  # fmt: skip
TREE = Catalogue.load(ROOT)


def _attribute(name: str, value: object) -> Spoil:
    return lambda schema: schema.pop(name) if value is None else schema.update({name: value})


def _leave_out(name: str, schema: Schema) -> None:
    without(schema, name)


def _silence(path: str, schema: Schema) -> None:
    field(schema, path)["doc"] = ""


def _say_more(schema: Schema) -> None:
    schema["fields"].append({"name": "unsaid", "doc": "Why.", "type": ["null", "string"], "default": None})


def _cases() -> Iterator[tuple[str, str, str, Spoil, str]]:
    """(agency, topic, what is done, how, what the sentence names)."""
    for contract in TREE.contracts.values():
        who = contract.agency, contract.topic
        for name, values in ATTRIBUTES.items():
            for value in values:
                yield *who, f"{name}={value!r}", _attribute(name, value), name
        card = TREE.cards[contract.topic]
        for name in (card.key, card.time, *(["version"] if card.kind == "state" else [])):
            yield *who, f"without {name}", partial(_leave_out, name), name
        groups = {group.name for group in contract.sealed}
        for path, _ in fields(contract.schema):
            outer = path.rpartition(".")[0]
            if not outer or outer in groups:
                yield *who, f"{path} without a reason", partial(_silence, path), path
        yield *who, "a field that nobody says", _say_more, "unsaid"
        for asked in ({"field": "no.such", "doc": "Why."}, {"field": "no.such"}, "no.such"):
            yield *who, f"verify {asked}", _attribute("verify", [asked]), "verify"


CASES = list(_cases())


def test_there_are_more_than_two_hundred() -> None:
    assert len(CASES) >= 200


@pytest.mark.parametrize("case", CASES, ids=[f"{one[0]}-{one[1]}-{one[2]}" for one in CASES])
def test_a_contract_with_a_gap_is_refused(tmp_path: Path, case: tuple[str, str, str, Spoil, str]) -> None:
    agency, topic, _, spoil, named = case
    schema = json.loads((ROOT / "contracts" / agency / f"{topic}.avsc").read_text())
    spoil(schema)
    said = _refusals(tmp_path, agency, topic, json.dumps(schema))
    sentences = [line for line in said if named in line]
    assert sentences, said
    assert all(agency in line and topic in line and line.endswith((".", "?")) for line in sentences), sentences


def _refusals(root: Path, agency: str, topic: str, text: str) -> list[str]:
    """What a contract is told, under the cards and revisions of the tree."""
    file = root / "contracts" / agency / f"{topic}.avsc"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    try:
        contracts = Catalogue.load(root).contracts
    except CatalogueError as wrong:
        return [str(wrong)]
    ground = Ground(root, Catalogue(TREE.cards, TREE.revisions, contracts), TODAY)
    contract = contracts[agency, topic]
    # Golden bytes lie with the schemas; they have tests of their own.
    return [line for law in laws.CONTRACT_LAWS if law is not golden.read_by for line in law(ground, contract)]


@pytest.mark.parametrize(("agency", "topic"), list(TREE.contracts), ids=lambda one: one)
def test_a_whole_contract_is_taken(tmp_path: Path, agency: str, topic: str) -> None:
    assert _refusals(tmp_path, agency, topic, (ROOT / "contracts" / agency / f"{topic}.avsc").read_text()) == []


NOBODYS = ("population.residents.v1", "population.resident.v9", "Population.resident.v1", "resident.v1", "no.pet.v1")


@pytest.mark.parametrize("topic", NOBODYS)
def test_a_contract_on_a_topic_that_nobody_says_is_refused(tmp_path: Path, topic: str) -> None:
    whole = (ROOT / "contracts/tax/population.resident.v1.avsc").read_text()
    assert "nobody says this topic" in "\n".join(_refusals(tmp_path, "tax", topic, whole))


@pytest.mark.parametrize("text", ["", "{", "[]", '"string"', "null", '{"type": "record", "name": "R"}'])
def test_a_file_that_is_no_contract_is_refused(tmp_path: Path, text: str) -> None:
    (said,) = _refusals(tmp_path, "tax", "population.resident.v1", text)
    assert said.startswith("contracts/tax/population.resident.v1.avsc: "), said
