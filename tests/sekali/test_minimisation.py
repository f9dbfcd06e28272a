"""With raw access to the log and its own ring an agency opens the groups that its contracts list, and no other."""

import itertools
from pathlib import Path

import pytest

from sekali.contracts import Catalogue
from sekali.rights import in_force, keyrings
from sekali.sealing import Keyring, NoRightToKey
from tests.schemas.country import ROOT, TODAY

CATALOGUE = Catalogue.load(ROOT)
GROUPS = sorted({(topic, one.name) for topic, many in CATALOGUE.revisions.items() for r in many for one in r.sealed})
KEY, SUBJECT = b"0198c0de-0000-7000-8000-000000000001", b"\0\0\0\0\0\0\0\3"


@pytest.fixture(scope="module")
def rings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Keyring]:
    """As `sekali rights apply` writes them for the country on disk."""
    folder: Path = tmp_path_factory.mktemp("keys")
    planned, _ = keyrings.plan(CATALOGUE, in_force(CATALOGUE, TODAY), folder)
    keyrings.write(folder, planned)
    return {agency: Keyring(folder / f"{agency}.json") for agency in CATALOGUE.agencies}


def listed(agency: str, topic: str, group: str) -> bool:
    """Read from the contract alone, apart from the code that grants."""
    contract = CATALOGUE.contracts.get((agency, topic))
    return contract is not None and any(
        field["name"] == group and "sealed" in str(field["type"]) for field in contract.schema["fields"]
    )


@pytest.mark.parametrize(("agency", "place"), list(itertools.product(CATALOGUE.agencies, GROUPS)))
def test_a_ring_opens_a_group_exactly_if_the_contract_lists_it(
    rings: dict[str, Keyring], agency: str, place: tuple[str, str]
) -> None:
    topic, group = place
    owner = CATALOGUE.cards[topic].owner
    sealed = rings[owner].seal(topic, group, KEY, SUBJECT, b"MELATI CONTOH")
    if agency == owner or listed(agency, topic, group):
        assert rings[agency].open(topic, group, KEY, SUBJECT, sealed) == b"MELATI CONTOH"
    else:
        with pytest.raises(NoRightToKey):
            rings[agency].open(topic, group, KEY, SUBJECT, sealed)


def test_both_answers_occur() -> None:
    """Else the test above says nothing."""
    answers = {listed(agency, topic, group) for agency in CATALOGUE.agencies for topic, group in GROUPS}
    assert answers == {True, False}
    assert len(GROUPS) > 10
