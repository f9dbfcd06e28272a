"""The catalogue tells in a sentence what is wrong on disk: file, field, way out."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sekali.contracts import Catalogue, CatalogueError, fingerprint, sealed_fields
from tests.schemas.country import ROOT, Country, field

RESIDENT = "population.resident.v1"


@pytest.fixture
def country(tmp_path: Path) -> Country:
    return Country(tmp_path)


def test_the_catalogue_knows_who_says_and_hears_what() -> None:
    catalogue = Catalogue.load(ROOT)
    assert {card.topic for card in catalogue.says("population")} >= {RESIDENT, "population.correction-decided.v1"}
    assert {contract.topic for contract in catalogue.hears("tax")} >= {
        RESIDENT,
        "licensing.licence.v1",
        "licensing.kswp-requested.v1",
        "portal.contact.v2",
    }
    assert set(catalogue.agencies) >= {"licensing", "population", "portal", "tax"}
    card = catalogue.cards["tax.kswp-answered.v1"]
    assert (card.kind, card.key, card.retention_ms, card.delete_retention_ms) == (
        "fact", "resident_id", 86_400_000, 604_800_000,
    )  # fmt: skip
    assert catalogue.cards[RESIDENT].retention_ms is None
    assert catalogue.latest(RESIDENT) is catalogue.revision(RESIDENT, 1)
    with pytest.raises(CatalogueError, match="has no revision 99"):
        catalogue.revision(RESIDENT, 99)


def test_a_contract_opens_only_the_groups_and_fields_that_it_lists() -> None:
    contract = Catalogue.load(ROOT).contracts["licensing", RESIDENT]
    groups = {group.name: [one["name"] for one in group.inner["fields"]] for group in contract.sealed}
    assert groups["life"] == ["status"]
    assert groups["birth"] == ["date"]
    assert not {"rt", "rw"} & set(groups["address"])


def test_the_fingerprint_is_of_the_json_with_sorted_keys() -> None:
    assert fingerprint({"type": "record", "name": "A", "fields": []}) == fingerprint(
        {"fields": [], "name": "A", "type": "record"}
    )
    assert fingerprint({"type": "int"}) == "8227b502038b08ac"  # printf '{"type":"int"}' | sha256sum
    schema = Catalogue.load(ROOT).latest(RESIDENT).schema
    assert fingerprint(schema) != fingerprint({**schema, "doc": "other"})
    assert len(sealed_fields(schema)) == 7


def card_key(text: str, old: str, new: str) -> Callable[[Country], object]:
    def spoil(country: Country) -> None:
        file = country.root / f"schemas/population/{RESIDENT}/topic.yaml"
        file.write_text(text + file.read_text().replace(old, new))

    return spoil


def revision_text(text: str) -> Callable[[Country], object]:
    return lambda country: (country.root / f"schemas/population/{RESIDENT}/1.avsc").write_text(text)


SPOILT: dict[str, tuple[Callable[[Country], object], str]] = {
    "unknown kind": (card_key("", "kind: state", "kind: thing"), "topic.yaml: kind is wrong"),
    "unknown member": (card_key("colour: red\n", "", ""), "topic.yaml: colour is wrong"),
    "no retention": (card_key("", "retention: for ever", "retention: a while"), "written as `7 days`"),
    "no yaml": (card_key("{", "", ""), "topic.yaml: it is no YAML"),
    "wrong folder": (card_key("", f"topic: {RESIDENT}", "topic: population.person.v1"), "the wrong folder. Put it"),
    "no json": (revision_text("{"), r"1\.avsc: it is no valid Avro schema"),
    "no record": (revision_text('"string"'), r"1\.avsc: a topic carries a record"),
    "unknown type": (
        lambda country: country.revision(RESIDENT, lambda s: s["fields"][0].update(type="text")),
        r"1\.avsc: it is no valid Avro schema",
    ),
    "a group that is not self-contained": (
        lambda country: country.revision(RESIDENT, lambda s: field(s, "birth.date").update(type="Standing")),
        r"1\.avsc: what birth seals is no self-contained Avro record .* Define there",
    ),
    "a hole in the numbers": (
        lambda country: (country.root / f"schemas/population/{RESIDENT}/1.avsc").rename(
            country.root / f"schemas/population/{RESIDENT}/2.avsc"
        ),
        "revisions have a hole",
    ),
    "an odd file name": (
        lambda country: (country.root / f"schemas/population/{RESIDENT}/new.avsc").write_text("{}"),
        r"a revision's file is called 1\.avsc",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
def test_what_is_wrong_on_disk_is_told(country: Country, name: str) -> None:
    spoil, words = SPOILT[name]
    spoil(country)
    with pytest.raises(CatalogueError, match=words):
        Catalogue.load(country.root)


def test_examples_hold_fictive_people_only() -> None:
    """Surname CONTOH, numbers of region 99.99.99."""
    for file in (ROOT / "schemas").glob("*/*/examples/*.json"):
        record = json.loads(file.read_text())
        for group in [part for part in record.values() if isinstance(part, dict)]:
            assert group.get("full_name", "CONTOH").endswith("CONTOH"), file
            assert all(group.get(name, "999999").startswith("999999") for name in ("nik", "kk_number", "npwp")), file
