"""Each law of contracts finds what it forbids, and its sentence names agency, field and way out."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sekali import generate, laws
from sekali.contracts import CatalogueError, Contract
from sekali.laws import Ground, contracts, golden
from tests.schemas.country import Country, field, inner, without

RESIDENT = "population.resident.v1"
Schema = dict[str, Any]
Law = Callable[[Ground, Contract], Any]


@pytest.fixture
def country(tmp_path: Path) -> Country:
    return Country(tmp_path)


def broken(country: Country, law: Law, agency: str, topic: str, today: date = date(2026, 11, 22)) -> str:
    ground = country.ground(today)
    return "\n".join(law(ground, ground.catalogue.contracts[agency, topic]))


def rename(named: Schema) -> None:
    named["name"] = "Person"


def religion(schema: Schema) -> Schema:
    kind: Schema = field(schema, "civil.religion")["type"]
    return kind


EDITS: list[tuple[Law, Callable[[Schema], object], tuple[str, ...]]] = [
    (contracts.well_formed, lambda s: s["purpose"].pop("en"), ("purpose", "'en'", "Add it")),
    (contracts.well_formed, lambda s: s.update(legal_basis="PP 28/2025"), ("legal_basis", "UU 27/2022 art. 20(2)")),
    (contracts.well_formed, lambda s: s.update(agreement="soon"), ("agreement", "PKS/")),
    (contracts.reasons, lambda s: field(s, "family").pop("doc"), ("field family", "reason")),
    (contracts.reasons, lambda s: field(s, "family.kk_number").update(doc=" "), ("field family.kk_number", "drop it")),
    (contracts.key_and_time, lambda s: without(s, "version"), ("field version", "List it")),
    (contracts.key_and_time, lambda s: without(s, "resident_id"), ("field resident_id", "List it")),
    (contracts.writers_names, rename, ("field ", "population.resident.v1.Resident")),
    (contracts.writers_names, lambda s: rename(inner(field(s, "birth"))), ("field birth", "v1.Birth")),
    (contracts.writers_names, lambda s: rename(religion(s)), ("field civil.religion", "v1.Religion")),
    (
        contracts.every_symbol,
        lambda s: religion(s)["symbols"].remove("HINDU"),
        ("field civil.religion", "HINDU", "Add"),
    ),
    (contracts.every_symbol, lambda s: religion(s).pop("default"), ("field civil.religion", "UNKNOWN", "Add it")),
    (contracts.reads_every_revision, lambda s: field(s, "birth.date").update(type="int"), ("field birth.date", "Keep")),
    (
        contracts.reads_every_revision,
        lambda s: inner(field(s, "birth"))["fields"].append({"name": "hour", "doc": "Why.", "type": "int"}),
        ("field birth.hour", "no default"),
    ),
    (
        contracts.reads_every_revision,
        lambda s: s["fields"].append({"name": "hour", "doc": "Why.", "type": ["null", "int"], "default": None}),
        ("field hour", "Drop it"),
    ),
    (
        golden.read_by,
        lambda s: field(s, "birth.date").update(type="int"),
        ("field birth", "golden bytes", "Correct"),
    ),
    (golden.read_by, lambda s: field(s, "life.status").update(type="string"), ("field life", "golden bytes")),
]


@pytest.mark.parametrize(("law", "edit", "words"), EDITS)
def test_a_wrong_contract_is_told(
    country: Country, law: Law, edit: Callable[[Schema], object], words: tuple[str, ...]
) -> None:
    country.contract("tax", RESIDENT, edit)
    said = broken(country, law, "tax", RESIDENT)
    assert all(word in said for word in ("tax: its contract on", RESIDENT, *words)), said


def asking(*paths: str, doc: str = "Who applies is who they say.") -> Callable[[Schema], object]:
    return lambda schema: schema.update(verify=[{"field": path, "doc": doc} for path in paths])


VERIFY: list[tuple[Callable[[Schema], object], str]] = [
    (asking("family.father_name"), "verify family.father_name: no sealed group of revision"),
    (asking("family"), "verify family: no sealed group"),
    (asking("standing"), "verify standing: no sealed group"),
    (asking("identity.nik"), "verify identity.nik: the contract opens that group"),
    (asking("family.mother_name", doc=" "), "verify family.mother_name: it has no reason"),
    (asking("family.mother_name", "family.mother_name"), "verify family.mother_name: it stands twice"),
]


@pytest.mark.parametrize(("edit", "words"), VERIFY, ids=[words for _, words in VERIFY])
def test_a_wrong_verify_is_told(country: Country, edit: Callable[[Schema], object], words: str) -> None:
    country.contract("licensing", RESIDENT, edit)
    assert words in broken(country, contracts.verified, "licensing", RESIDENT)


def test_a_verify_that_keeps_the_law(country: Country) -> None:
    country.contract("licensing", RESIDENT, asking("family.mother_name", "civil.marital_status"))
    assert not broken(country, contracts.verified, "licensing", RESIDENT)


def test_a_fact_is_not_verified(country: Country) -> None:
    country.contract("licensing", "tax.kswp-answered.v1", asking("answer.result"))
    assert "Remove verify" in broken(country, contracts.verified, "licensing", "tax.kswp-answered.v1")


def test_a_contract_that_outlives_its_topic_is_told(country: Country) -> None:
    country.card("tax.taxpayer.v1", sunset={"on": "2027-12-31", "successor": "tax.taxpayer.v2"})
    said = broken(country, contracts.within_sunset, "licensing", "tax.taxpayer.v1")
    assert "is after the topic's sunset 2027-12-31. Write 2027-12-31 or earlier, and add a contract on" in said
    country.contract("licensing", "tax.taxpayer.v1", lambda s: s.update(valid_until="2027-12-31"))
    assert not broken(country, contracts.within_sunset, "licensing", "tax.taxpayer.v1")


def test_a_symbol_that_came_later_may_be_missing_and_one_that_nobody_says_may_not(country: Country) -> None:
    country.revision(RESIDENT, lambda s: religion(s)["symbols"].append("LAINNYA"), number=2)
    assert not broken(country, contracts.every_symbol, "tax", RESIDENT)
    country.contract("tax", RESIDENT, lambda s: religion(s)["symbols"].append("NEVER"))
    assert "nobody says the symbols NEVER. Remove them" in broken(country, contracts.every_symbol, "tax", RESIDENT)


def test_a_contract_that_has_ended_is_told(country: Country) -> None:
    assert not broken(country, contracts.in_force, "tax", RESIDENT, date(2028, 12, 31))
    said = broken(country, contracts.in_force, "tax", RESIDENT, date(2029, 1, 1))
    assert "tax" in said
    assert "2028-12-31 has passed. Renew" in said


def test_a_topic_that_nobody_says_is_told(country: Country) -> None:
    country.copy_contract("tax", RESIDENT, "population.pet.v1")
    assert "nobody says this topic" in broken(country, contracts.somebody_says_it, "tax", "population.pet.v1")


def test_a_contract_on_ones_own_topic_is_told(country: Country) -> None:
    country.copy_contract("tax", RESIDENT, "tax.taxpayer.v1")
    assert "Remove the contract" in broken(country, contracts.somebody_says_it, "tax", "tax.taxpayer.v1")


@pytest.mark.parametrize("name", ["purpose", "legal_basis", "agreement", "retention_days", "valid_until"])
def test_a_contract_without_an_attribute_does_not_load(country: Country, name: str) -> None:
    country.contract("tax", RESIDENT, lambda s: s.pop(name))
    with pytest.raises(CatalogueError, match=f"contracts/tax/{RESIDENT}.avsc: tax's contract lacks {name}. Add it"):
        country.ground()


@pytest.mark.parametrize(("name", "value"), [("valid_until", "soon"), ("retention_days", -1), ("purpose", "a text")])
def test_a_contract_with_a_malformed_attribute_does_not_load(country: Country, name: str, value: object) -> None:
    country.contract("tax", RESIDENT, lambda s: s.update({name: value}))
    with pytest.raises(CatalogueError, match=f"tax/{RESIDENT}.avsc: {name} is no .* Write"):
        country.ground()


def test_stale_types_are_told(country: Country) -> None:
    generate.write(country.root)
    assert not list(laws.fresh_types(country.ground()))
    country.contract("licensing", "tax.kswp-answered.v1", lambda s: without(s, "answer.reason_code"))
    assert list(laws.fresh_types(country.ground())) == [
        "licensing: services/licensing/events.py is stale. Run `sekali types` and commit it."
    ]
