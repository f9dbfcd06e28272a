"""Contracts that stand still while the topic they hear has a later revision: what they read of its golden bytes."""

import base64
import io
import json
from datetime import UTC, datetime
from typing import Any

from fastavro import parse_schema, schemaless_reader

from sekali.laws import Ground, golden
from sekali.rights import keyrings
from tests.schemas.country import ROOT

CATALOGUE = (GROUND := Ground.load(ROOT, datetime.now(UTC).date())).catalogue
LICENCE, APPLICATION = "licensing.licence.v1", "licensing.application.v1"


def read(agency: str, topic: str, example: str, group: str) -> dict[str, Any]:
    """A group of the latest revision's golden bytes, read with the agency's contract."""
    revision = CATALOGUE.latest(topic)
    kept = json.loads(golden.path(GROUND, revision).read_text(encoding="utf-8"))[example]["groups"][group]
    writer = next(one.inner for one in revision.sealed if one.name == group)
    reader = next(one.inner for one in CATALOGUE.contracts[agency, topic].sealed if one.name == group)
    found = schemaless_reader(io.BytesIO(base64.b64decode(kept)), parse_schema(writer), parse_schema(reader))
    assert isinstance(found, dict)
    return found


def test_the_portal_reads_a_reason_that_it_does_not_know_as_unknown_and_the_rest_as_it_is() -> None:
    contract = CATALOGUE.contracts["portal", APPLICATION]
    assert "KKPR_MISSING" not in json.dumps(contract.schema)
    progress = read("portal", APPLICATION, "kkpr-missing", "progress")
    assert (progress["status"], progress["next_actor"], progress["reason_code"]) == (
        "PERLU_PERBAIKAN", "APPLICANT", "UNKNOWN",
    )  # fmt: skip


def test_tax_reads_a_verified_licence_and_gets_neither_the_new_group_nor_its_key() -> None:
    permit = read("tax", LICENCE, "restaurant-verified", "permit")
    assert permit["status"] == "TERVERIFIKASI"
    assert "verification" not in {group.name for group in CATALOGUE.contracts["tax", LICENCE].sealed}
    held = keyrings.follow(CATALOGUE, CATALOGUE.contracts.values())
    holders = {agency for agency, names in held.items() if f"{LICENCE}/verification" in names}
    assert holders == {"licensing"}
    assert f"{LICENCE}/permit" in held["tax"]


def test_of_a_contact_each_address_has_a_key_of_its_own_on_v2_and_one_for_both_on_v1() -> None:
    held = keyrings.follow(CATALOGUE, CATALOGUE.contracts.values())
    assert {name for name in held["tax"] if name.startswith("portal.contact.")} == {
        "portal.contact.v2/email", "portal.contact.v2/mobile",
    }  # fmt: skip
    assert {name for name in held["licensing"] if name.startswith("portal.contact.")} == {"portal.contact.v1/contact"}
