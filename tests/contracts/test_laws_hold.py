"""Every contract on disk keeps every law, today."""

import json
from datetime import UTC, datetime

import pytest

from sekali import laws
from sekali.contracts import Contract
from sekali.laws import Ground, golden
from tests.schemas.country import ROOT

GROUND = Ground.load(ROOT, datetime.now(UTC).date())
CONTRACTS = list(GROUND.catalogue.contracts.values())
NAMES = [f"{contract.agency}-{contract.topic}" for contract in CONTRACTS]


@pytest.mark.parametrize("law", laws.CONTRACT_LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("contract", CONTRACTS, ids=NAMES)
def test_a_contract_keeps_the_law(contract: Contract, law: laws.ContractLaw) -> None:
    assert not list(law(GROUND, contract))


@pytest.mark.parametrize("contract", CONTRACTS, ids=NAMES)
def test_golden_bytes_of_each_group_are_there_to_be_read(contract: Contract) -> None:
    """A law over golden bytes proves nothing about a group that no example has."""
    files = [golden.path(GROUND, revision) for revision in GROUND.catalogue.revisions[contract.topic]]
    kept = [one for file in files for one in json.loads(file.read_text(encoding="utf-8")).values()]
    for group in contract.sealed:
        assert any(group.name in one["groups"] for one in kept), f"{contract.topic}: no example has {group.name}."


def test_the_thirteen_contracts_are_there() -> None:
    """More may come by a file each; none of these goes without a word."""
    least = {"licensing": 4, "population": 1, "portal": 4, "tax": 4}
    assert all(sum(contract.agency == agency for contract in CONTRACTS) >= count for agency, count in least.items())


def test_licensing_opens_no_civil_status_and_the_portal_no_group() -> None:
    opened = {agency: {group.name for group in GROUND.catalogue.contracts[agency, "population.resident.v1"].sealed}
              for agency in ("licensing", "tax", "portal")}  # fmt: skip
    assert opened["licensing"] == {"identity", "life", "birth", "address"}
    assert opened["tax"] == {"identity", "life", "birth", "address", "civil", "family"}
    assert opened["portal"] == set()
