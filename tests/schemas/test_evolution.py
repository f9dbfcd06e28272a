"""`sekali schemas diff`: what a revision changes, whom it affects by name, in which order to roll it out."""

import json
from pathlib import Path

import pytest
import typer

from sekali import cli, evolution
from sekali.laws import frozen
from tests.schemas.country import ROOT, Country, Schema, field, inner, without

RESIDENT = "population.resident.v1"


@pytest.fixture
def country(tmp_path: Path) -> Country:
    return Country(tmp_path)


def told(country: Country, topic: str = RESIDENT) -> str:
    return "\n".join(evolution.of_topic(country.ground(), topic))


def line(text: str, start: str) -> str:
    (found,) = [one for one in text.splitlines() if one.strip().startswith(start)]
    return found


def add_work(schema: Schema) -> None:
    seals = {"type": "record", "name": "Work", "namespace": RESIDENT,
             "fields": [{"name": "employer", "type": "string"}, {"name": "since", "type": "int"}]}  # fmt: skip
    kind = ["null", {"type": "bytes", "logicalType": "sealed", "seals": seals}]
    schema["fields"].append({"name": "work", "type": kind, "default": None})


def test_a_group_more_touches_nobody_and_the_owner_goes_first(country: Country) -> None:
    country.revision(RESIDENT, add_work, number=2)
    said = told(country)
    assert f"{RESIDENT}: revision 2 against 1, not frozen yet" in said
    assert "a sealed group of employer and since; older records read as null" in line(said, "+ work")
    assert "employer" not in said.replace(line(said, "+ work"), "")
    for agency in ("licensing", "portal", "tax"):
        assert "untouched" in line(said, agency)
    assert "population first" in line(said, "Roll-out:")


def test_a_new_symbol_names_who_sees_unknown(country: Country) -> None:
    country.revision(RESIDENT, lambda s: field(s, "civil.religion")["type"]["symbols"].append("LAINNYA"), number=2)
    said = told(country)
    assert "new symbols: LAINNYA" in line(said, "~ civil.religion")
    assert "LAINNYA as UNKNOWN until its contract lists it" in line(said, "tax")
    assert "untouched" in line(said, "licensing")
    assert "the contracts of tax" in line(said, "Roll-out:")


def test_who_has_the_symbol_in_its_contract_already_knows_it(country: Country) -> None:
    for change in (country.revision, lambda topic, edit, number: country.contract("tax", topic, edit)):
        change(RESIDENT, lambda s: field(s, "civil.religion")["type"]["symbols"].append("LAINNYA"), number=2)
    assert "knows LAINNYA already" in line(told(country), "tax")


def test_an_optional_field_that_goes_needs_its_readers_first(country: Country) -> None:
    country.revision(RESIDENT, lambda s: without(s, "family.mother_name"), number=2)
    said = told(country)
    assert "optional string" in line(said, "- family.mother_name")
    assert "drop it from the contract" in line(said, "tax")
    assert "untouched" in line(said, "portal")
    assert "readers first." in line(said, "Roll-out:")
    assert "tax must do without" in line(said, "Roll-out:")


def test_what_breaks_names_the_agency_the_field_and_the_next_topic(country: Country) -> None:
    def edit(schema: Schema) -> None:
        field(schema, "birth.date")["type"] = "string"
        without(schema, "address.street")

    country.revision(RESIDENT, edit, number=2)
    said = told(country)
    assert "it was int (date) and is string" in line(said, "~ birth.date")
    assert "Not FULL_TRANSITIVE:" in said
    assert "breaks: birth.date:" in line(said, "tax")
    assert "address.street: the field 'street' is not in the data" in line(said, "licensing")
    assert "untouched" in line(said, "portal")
    assert "population.resident.v2" in line(said, "Roll-out:")


def test_words_alone_change_nothing(country: Country) -> None:
    country.revision(RESIDENT, lambda s: s.update(doc="Said better."), number=2)
    said = told(country)
    assert "only words differ" in said
    assert "no contract has to change" in line(said, "Roll-out:")


def test_a_verified_field_that_changes_is_told(country: Country) -> None:
    asked = [{"field": "family.mother_name", "doc": "Who applies is who they say."}]
    country.contract("licensing", RESIDENT, lambda s: s.update(verify=asked))
    country.revision(RESIDENT, lambda s: without(s, "family.mother_name"), number=2)
    said = told(country)
    assert "verifies family.mother_name, which changed" in line(said, "licensing")
    assert "licensing, tax must" in line(said, "Roll-out:")


def test_without_a_topic_only_what_is_not_frozen_is_told(country: Country) -> None:
    frozen.freeze(country.ground())
    assert "Every revision is frozen" in "\n".join(evolution.of_everything(country.ground()))
    country.revision(RESIDENT, add_work, number=2)
    said = "\n".join(evolution.of_everything(country.ground()))
    assert "revision 2 against 1, not frozen yet" in said
    assert "tax.taxpayer.v1" not in said
    country.revision("tax.taxpayer.v1", lambda s: s.update(doc="Edited after it was published."))
    assert "was published and has changed" in "\n".join(evolution.of_everything(country.ground()))


def test_a_topic_that_ends_says_who_still_hears_it_and_until_when(country: Country) -> None:
    source = country.root / "schemas/tax/tax.taxpayer.v1"
    card = {"on": "2028-12-31", "successor": "tax.taxpayer.v2"}
    country.card("tax.taxpayer.v1", sunset=card)
    copy = source.with_name("tax.taxpayer.v2")
    copy.mkdir()
    schema = json.loads((source / "1.avsc").read_text().replace("tax.taxpayer.v1", "tax.taxpayer.v2"))
    inner(field(schema, "registration"))["fields"].append({"name": "office", "type": "string"})
    (copy / "1.avsc").write_text(json.dumps(schema))
    (copy / "topic.yaml").write_text((source / "topic.yaml").read_text().replace("taxpayer.v1", "taxpayer.v2"))
    country.card("tax.taxpayer.v2", sunset=None)
    said = told(country, "tax.taxpayer.v1")
    assert "tax.taxpayer.v1 ends on 2028-12-31; tax.taxpayer.v2 is said beside it" in said
    assert "licensing, until 2028-12-31" in line(said, "still on it:")
    assert "nobody yet" in line(said, "on tax.taxpayer.v2:")
    assert "string" in line(told(country, "tax.taxpayer.v2"), "+ registration.office")


def test_the_command_compares_files_and_finds_their_topic(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = ROOT / f"schemas/population/{RESIDENT}/1.avsc"
    schema = json.loads(old.read_text())
    add_work(schema)
    new = tmp_path / "new.avsc"
    new.write_text(json.dumps(schema))
    assert cli.run(["schemas", "diff", str(old), str(new)]) == 0
    said = capsys.readouterr().out
    assert "+ work" in said
    assert "untouched" in line(said, "tax")
    with pytest.raises(typer.BadParameter, match=RESIDENT):
        cli.run(["schemas", "diff", "no.such.v1"])
