"""Each law of topics finds what it forbids, and its sentence names agency, field and way out."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sekali.laws import TOPIC_LAWS, Ground, cards, frozen, golden, revisions
from tests.schemas.country import Country, field, inner, without

RESIDENT = "population.resident.v1"
ANSWERED = "tax.kswp-answered.v1"
REQUESTED = "licensing.kswp-requested.v1"
Schema = dict[str, Any]
Law = Callable[[Ground, str], Any]


@pytest.fixture
def country(tmp_path: Path) -> Country:
    return Country(tmp_path)


def add(schema: Schema, **member: Any) -> None:
    schema["fields"].append({"doc": "A sentence.", "label": {"id": "Contoh", "en": "Example"}, **member})


def broken(country: Country, law: Law, topic: str) -> str:
    return "\n".join(law(country.ground(), topic))


CARDS: list[tuple[Law, str, dict[str, Any], tuple[str, ...]]] = [
    (cards.key_and_time, RESIDENT, {"key": "nik"}, ("population", "nik", "Correct card or schema")),
    (cards.key_and_time, RESIDENT, {"time": "version"}, ("population", "version", "timestamp-millis")),
    (cards.key_and_time, REQUESTED, {"kind": "state"}, ("licensing", "field version")),
    (cards.keeping, RESIDENT, {"retention": "7 days"}, ("population", "retention: for ever")),
    (cards.keeping, ANSWERED, {"retention": "25 hours"}, ("tax", "24 hours", "Shorten")),
    (cards.keeping, REQUESTED, {"retention": "8 days"}, ("licensing", "delete_retention", "Shorten")),
    (cards.compatibility, RESIDENT, {"compatibility": "NONE"}, ("population", "compatibility_reason", "Add it")),
    (cards.personal_data, RESIDENT, {"personal_data": "none"}, ("population", "specific")),
]


@pytest.mark.parametrize(("law", "topic", "card", "words"), CARDS)
def test_a_wrong_card_is_told(
    country: Country, law: Law, topic: str, card: dict[str, Any], words: tuple[str, ...]
) -> None:
    country.card(topic, **card)
    said = broken(country, law, topic)
    assert all(word in said for word in (topic, *words)), said


def sexes(schema: Schema) -> Schema:
    kind: Schema = field(schema, "identity.sex")["type"]
    return kind


EDITS: list[tuple[Law, Callable[[Schema], object], tuple[str, ...]]] = [
    (cards.open_fields, lambda s: add(s, name="nik", type="string"), ("field nik", "sealed group")),
    (revisions.names, lambda s: inner(field(s, "family")).pop("namespace"), ("field family", "namespace")),
    (revisions.names, lambda s: s.update(namespace="other.v1"), ("(record)", "namespace")),
    (revisions.sealed_shape, lambda s: field(s, "family")["type"].reverse(), ("field family", "default null")),
    (revisions.unknown_first, lambda s: sexes(s)["symbols"].reverse(), ("field identity.sex", "UNKNOWN")),
    (revisions.unknown_first, lambda s: sexes(s).pop("default"), ("field identity.sex", "Add both")),
    (revisions.described, lambda s: field(s, "birth.place").pop("doc"), ("field birth.place", "doc")),
    (revisions.described, lambda s: field(s, "birth.place")["label"].pop("id"), ("field birth.place", "label")),
    (revisions.ascii_only, lambda s: field(s, "birth.place").update(doc="Naïve."), ("field birth.place", "ASCII")),
    (
        revisions.nothing_protected,
        lambda s: add(inner(field(s, "civil")), name="blood_group", type=["null", "string"], default=None),
        ("field civil.blood_group", "never travels", "Remove it"),
    ),
    (
        revisions.nothing_protected,
        lambda s: field(s, "civil.occupation").update(label={"id": "Tanda tangan", "en": "Work"}),
        ("field civil.occupation", "Remove it"),
    ),
    (frozen.unchanged, lambda s: s.update(doc="Another text."), ("1.avsc", "has changed", "2.avsc")),
    (golden.kept, lambda s: sexes(s)["symbols"].insert(1, "X"), ("revision 1", "other bytes", "next revision")),
    (golden.examples_fit, lambda s: without(s, "standing"), ("annulled.json", "standing", "Correct it")),
]


@pytest.mark.parametrize(("law", "edit", "words"), EDITS)
def test_a_wrong_revision_is_told(
    country: Country, law: Law, edit: Callable[[Schema], object], words: tuple[str, ...]
) -> None:
    country.revision(RESIDENT, edit)
    said = broken(country, law, RESIDENT)
    assert all(word in said for word in ("population", RESIDENT, *words)), said


INCOMPATIBLE: list[tuple[Callable[[Schema], object], str]] = [
    (lambda s: add(s, name="moved", type="boolean"), "moved"),
    (lambda s: without(s, "version"), "version"),
    (lambda s: add(inner(field(s, "address")), name="lane", type="string"), "address.lane"),
    (lambda s: field(s, "birth.date").update(type="int"), "birth.date"),
    (
        lambda s: field(s, "registered_at").update(type={"type": "long", "logicalType": "timestamp-micros"}),
        "registered_at",
    ),
    (lambda s: field(s, "identity").update(type=["null", "bytes"]), "identity"),
]


@pytest.mark.parametrize(("edit", "path"), INCOMPATIBLE, ids=[path for _, path in INCOMPATIBLE])
def test_an_incompatible_second_revision_is_told(country: Country, edit: Callable[[Schema], object], path: str) -> None:
    country.revision(RESIDENT, edit, number=2)
    said = broken(country, revisions.compatible, RESIDENT)
    assert f"population: {RESIDENT} revision 2, field {path}:" in said, said
    assert "default" in said or "Keep" in said or "Add" in said, said


def test_an_optional_sealed_field_and_a_new_symbol_are_allowed(country: Country) -> None:
    """The two changes that agencies need most keep every law but the freezing, which waits for `freeze`."""

    def grow(schema: Schema) -> None:
        seals = {"type": "record", "name": "Work", "namespace": RESIDENT, "fields": []}
        kind = ["null", {"type": "bytes", "logicalType": "sealed", "seals": seals}]
        add(schema, name="work", type=kind, default=None)
        sexes(schema)["symbols"].append("X")

    country.revision(RESIDENT, grow, number=2)
    frozen.freeze(country.ground())
    ground = country.ground()
    assert not [line for law in TOPIC_LAWS for line in law(ground, RESIDENT)]


TAXPAYER = "tax.taxpayer.v1"


def ending(country: Country, on: str, successor: str = "tax.taxpayer.v2", **follower: Any) -> None:
    """tax.taxpayer.v1 ends; `follower` are members of the card of tax.taxpayer.v2."""
    country.card(TAXPAYER, sunset={"on": on, "successor": successor})
    source = country.root / f"schemas/tax/{TAXPAYER}"
    copied = source.with_name("tax.taxpayer.v2")
    shutil.copytree(source, copied)
    for name in ("topic.yaml", "1.avsc"):
        (copied / name).write_text((copied / name).read_text().replace(TAXPAYER, "tax.taxpayer.v2"))
    country.card("tax.taxpayer.v2", sunset=None, **follower)


def test_a_sunset_that_keeps_the_law(country: Country) -> None:
    ending(country, "2028-12-31")
    assert not broken(country, cards.sunset, TAXPAYER)


def test_a_sunset_without_a_follower_is_told(country: Country) -> None:
    country.card(TAXPAYER, sunset={"on": "2028-12-31", "successor": "tax.taxpayer.v2"})
    assert "tax.taxpayer.v2 has no card. Add schemas/tax/tax.taxpayer.v2/" in broken(country, cards.sunset, TAXPAYER)


@pytest.mark.parametrize("successor", ["tax.taxpayer.v3", "tax.taxpayer.v1", "portal.contact.v2", "tax.other.v2"])
def test_a_follower_of_another_name_or_number_is_told(country: Country, successor: str) -> None:
    ending(country, "2028-12-31", successor)
    assert f"{successor}. Write tax.taxpayer.v2" in broken(country, cards.sunset, TAXPAYER)


def test_a_follower_with_another_key_is_told(country: Country) -> None:
    ending(country, "2028-12-31", key="taxpayer_id")
    assert "has another key or kind. Keep both" in broken(country, cards.sunset, TAXPAYER)


def test_a_sunset_that_has_passed_names_who_still_reads(country: Country) -> None:
    ending(country, "2026-11-21")
    said = broken(country, cards.sunset, TAXPAYER)
    assert "2026-11-21 has passed. Remove the contracts of licensing" in said
    (country.root / f"contracts/licensing/{TAXPAYER}.avsc").unlink()
    assert not broken(country, cards.sunset, TAXPAYER)


def test_codes_travel_open_as_a_list_and_text_does_not(country: Country) -> None:
    code = {"type": "enum", "name": "Code", "symbols": ["UNKNOWN"], "default": "UNKNOWN"}
    country.revision(RESIDENT, lambda s: add(s, name="codes", type={"type": "array", "items": code}))
    assert not broken(country, cards.open_fields, RESIDENT)
    country.revision(RESIDENT, lambda s: add(s, name="words", type={"type": "array", "items": "string"}))
    assert "field words" in broken(country, cards.open_fields, RESIDENT)


def test_a_name_that_changes_is_told(country: Country) -> None:
    country.revision(RESIDENT, lambda s: s.update(name="Citizen"), number=2)
    assert "Keep Resident" in broken(country, revisions.names, RESIDENT)


def test_a_revision_that_was_never_frozen_is_told(country: Country) -> None:
    country.revision(RESIDENT, lambda s: None, number=2)
    assert "sekali schemas freeze" in broken(country, frozen.unchanged, RESIDENT)
    assert "sekali schemas freeze" in broken(country, golden.kept, RESIDENT)


def test_two_new_revisions_are_frozen_at_once_from_examples_of_the_later(country: Country) -> None:
    """And each contract reads the golden bytes of both, though the first lacks the group."""
    folder = country.root / f"schemas/population/{RESIDENT}"
    for file in (*folder.glob("golden/*"), *folder.parent.glob("published.sha256")):
        file.unlink()

    def grow(schema: Schema) -> None:
        seals = {
            "type": "record",
            "name": "Work",
            "namespace": RESIDENT,
            "fields": [{"name": "trade", "type": "string"}],
        }
        add(
            schema, name="work", type=["null", {"type": "bytes", "logicalType": "sealed", "seals": seals}], default=None
        )

    country.revision(RESIDENT, grow, number=2)
    for file in folder.glob("examples/*.json"):
        record = json.loads(file.read_text())
        if record.get("identity"):
            file.write_text(json.dumps(record | {"work": {"trade": "guru"}}))
    frozen.freeze(country.ground())
    ground = country.ground()
    kept = [json.loads((folder / f"golden/{number}.json").read_text()) for number in (1, 2)]
    assert ["work" in str(one) for one in kept] == [False, True]
    assert not [line for law in (golden.kept, golden.examples_fit) for line in law(ground, RESIDENT)]
    for contract in ground.catalogue.contracts.values():
        assert contract.topic != RESIDENT or not list(golden.read_by(ground, contract))


def test_freezing_never_takes_a_changed_file_for_a_new_one(country: Country) -> None:
    country.revision(RESIDENT, lambda s: s.update(doc="Another text."))
    assert frozen.freeze(country.ground()) == []
    assert "has changed" in broken(country, frozen.unchanged, RESIDENT)


def test_a_published_file_that_is_gone_is_told(country: Country) -> None:
    (country.root / "schemas/tax/tax.taxpayer.v1/golden/1.json").unlink()
    said = "\n".join(frozen.all_there(country.ground()))
    assert "tax:" in said
    assert "golden/1.json was published and is gone. Put it back" in said


def test_a_new_topic_is_listed_by_its_owner_alone(country: Country) -> None:
    """So a new agency edits no file that stands."""
    lists = {file: file.read_text() for file in sorted((country.root / "schemas").glob("*/published.sha256"))}
    assert len(lists) == len(list((country.root / "schemas").iterdir()))
    country.revision(RESIDENT, lambda s: None, number=2)
    assert frozen.freeze(country.ground()) == [f"population/{RESIDENT}/{name}" for name in ("2.avsc", "golden/2.json")]
    changed = [file.parent.name for file, text in lists.items() if file.read_text() != text]
    assert changed == ["population"]
    assert f"  {RESIDENT}/2.avsc\n" in (country.root / "schemas/population/published.sha256").read_text()


def test_a_topic_without_an_example_is_told(country: Country) -> None:
    for example in (country.root / f"schemas/tax/{ANSWERED}/examples").iterdir():
        example.unlink()
    assert "tax: tax.kswp-answered.v1 revision 1: there is no example" in broken(country, golden.examples_fit, ANSWERED)
