"""Every topic on disk keeps every law."""

import pytest

from sekali import compatibility, laws
from sekali.laws import Ground
from tests.schemas.country import ROOT, TODAY

GROUND = Ground.load(ROOT, TODAY)


@pytest.mark.parametrize("law", laws.TOPIC_LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("topic", GROUND.catalogue.cards)
def test_a_topic_keeps_the_law(topic: str, law: laws.TopicLaw) -> None:
    assert not list(law(GROUND, topic))


@pytest.mark.parametrize("law", laws.LAND_LAWS, ids=lambda law: law.__name__)
def test_the_country_keeps_the_law(law: laws.LandLaw) -> None:
    assert not list(law(GROUND))


def test_the_strict_reader_takes_every_schema_and_contract() -> None:
    """Ours is stricter than fastavro, which let wrong defaults and duplicate names pass."""
    for revisions in GROUND.catalogue.revisions.values():
        for revision in revisions:
            compatibility.parse(revision.schema)
    for contract in GROUND.catalogue.contracts.values():
        compatibility.parse(contract.schema)


def test_the_topics_are_there() -> None:
    assert set(GROUND.catalogue.cards) >= {
        "population.resident.v1",
        "population.correction-decided.v1",
        "portal.contact.v1",
        "portal.contact.v2",
        "portal.correction.v1",
        "licensing.licence.v1",
        "licensing.application.v1",
        "licensing.kswp-requested.v1",
        "tax.application.v1",
        "tax.kswp-answered.v1",
        "tax.taxpayer.v1",
    }
