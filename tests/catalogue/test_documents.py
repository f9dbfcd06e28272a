"""Other tools can read the catalogue: its AsyncAPI and ODCS documents are valid and say what the contracts say."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastavro import parse_schema

from sekali.contracts import Catalogue
from tests.catalogue.conftest import ROOT
from tests.catalogue.published import asyncapi_faults, odcs_faults

CATALOGUE = Catalogue.load(ROOT)
Spoil = Callable[[dict[str, Any]], object]


def read(file: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return document


@pytest.fixture
def asyncapi(site: Path) -> dict[str, Any]:
    return read(site / "asyncapi.yaml")


@pytest.fixture
def resident(site: Path) -> dict[str, Any]:
    return read(site / "odcs" / "population.resident.v1.odcs.yaml")


def test_the_asyncapi_document_is_valid(asyncapi: dict[str, Any]) -> None:
    assert asyncapi_faults(asyncapi) == []


def test_every_topic_is_a_channel_and_every_contract_an_operation(asyncapi: dict[str, Any]) -> None:
    assert asyncapi["channels"].keys() == CATALOGUE.cards.keys()
    said = {f"{card.owner}-says-{topic}" for topic, card in CATALOGUE.cards.items()}
    heard = {f"{agency}-hears-{topic}" for agency, topic in CATALOGUE.contracts}
    assert asyncapi["operations"].keys() == said | heard
    for (agency, topic), contract in CATALOGUE.contracts.items():
        told = asyncapi["operations"][f"{agency}-hears-{topic}"]["x-contract"]
        assert told["legal-basis"] == contract.legal_basis
        assert told["opens"] == [group.name for group in contract.sealed]
        assert told["verifies"].keys() == {verified.path for verified in contract.verify}


def test_payloads_are_the_frozen_revisions(asyncapi: dict[str, Any]) -> None:
    for topic, revisions in CATALOGUE.revisions.items():
        for revision in revisions:
            message = asyncapi["channels"][topic]["messages"][f"revision-{revision.number}"]
            assert message["payload"]["schema"] == revision.schema
            parse_schema(message["payload"]["schema"])
            assert message["headers"]["properties"]["schema-fingerprint"]["const"] == revision.fingerprint


def test_no_address_of_a_machine_is_told(asyncapi: dict[str, Any]) -> None:
    assert [server["host"] for server in asyncapi["servers"].values()] == ["{bootstrap}"]


@pytest.mark.parametrize("topic", CATALOGUE.cards)
def test_each_topic_is_a_valid_data_contract(site: Path, topic: str) -> None:
    document = read(site / "odcs" / f"{topic}.odcs.yaml")
    assert odcs_faults(document) == []
    assert document["id"] == topic
    assert document["apiVersion"] == "v3.1.0"
    assert {role["role"] for role in document["roles"]} == {
        agency for agency, heard in CATALOGUE.contracts if heard == topic
    }


def test_a_data_contract_tells_what_is_sealed(resident: dict[str, Any]) -> None:
    fields = {field["name"]: field for field in resident["schema"][0]["properties"]}
    assert fields["resident_id"]["primaryKey"] is True
    assert fields["identity"]["classification"] == "sealed, specific personal data"
    assert [member["name"] for member in fields["identity"]["properties"]] == ["nik", "full_name", "sex"]
    assert fields["standing"]["classification"] == "open"


WRONG_ASYNCAPI: dict[str, Spoil] = {
    "'shout'": lambda said: said["operations"]["tax-says-tax.taxpayer.v1"].update(action="shout"),
    "version": lambda said: said["info"].pop("version"),
    "points at nothing": lambda said: said["channels"].pop("tax.taxpayer.v1"),
    "'no avro'": lambda said: said["channels"]["tax.taxpayer.v1"]["messages"]["revision-1"]["payload"].update(
        schema={"type": "no avro"}
    ),
    "'chanels' does not match": lambda said: said.update(chanels={}),
}


@pytest.mark.parametrize(("words", "spoil"), WRONG_ASYNCAPI.items(), ids=WRONG_ASYNCAPI)
def test_a_wrong_asyncapi_document_is_told(asyncapi: dict[str, Any], words: str, spoil: Spoil) -> None:
    spoil(asyncapi)
    assert words in "\n".join(asyncapi_faults(asyncapi))


WRONG_ODCS: dict[str, Spoil] = {
    "'status'": lambda said: said.pop("status"),
    "'v9'": lambda said: said.update(apiVersion="v9"),
    "'sealed'": lambda said: said["schema"][0]["properties"][0].update(sealed=True),
    "'text'": lambda said: said["schema"][0]["properties"][0].update(logicalType="text"),
}


@pytest.mark.parametrize(("words", "spoil"), WRONG_ODCS.items(), ids=WRONG_ODCS)
def test_a_wrong_data_contract_is_told(resident: dict[str, Any], words: str, spoil: Spoil) -> None:
    spoil(resident)
    assert words in "\n".join(odcs_faults(resident))
