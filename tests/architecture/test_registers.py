"""Every agency can tell a person whether it has a record of its own about them: "my data" is true, not a catalogue."""

from importlib import import_module

import pytest

from sekali.contracts import Catalogue
from tests.architecture.house import ROOT, agencies


@pytest.mark.parametrize("agency", agencies(ROOT))
def test_each_state_topic_that_it_says_names_the_column_of_the_person(agency: str) -> None:
    said = {card.topic for card in Catalogue.load(ROOT).says(agency) if card.kind == "state" and not card.sunset}
    assert set(import_module(f"services.{agency}.store").REGISTERS) == said
