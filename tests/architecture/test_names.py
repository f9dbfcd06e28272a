"""Names that say what they name, and prefixes that no other agency's name begins with."""

from pathlib import Path

import pytest

from sekali.contracts import Catalogue
from sekali.rights.acls import Rule, follow
from tests.architecture.house import ROOT, agencies, keeps
from tests.architecture.joined import joined
from tests.architecture.names import (
    groups_begin_with_their_agency,
    no_grab_bags,
    prefixes_are_whole_names,
    topics_begin_with_their_owner,
)
from tests.architecture.village import Village


def test_nothing_is_called_by_a_name_that_fits_everything() -> None:
    keeps(no_grab_bags(ROOT))


def test_topics_begin_with_their_owner() -> None:
    keeps(topics_begin_with_their_owner(ROOT, Catalogue.load(ROOT)))


@pytest.mark.parametrize("agency", agencies(ROOT))
def test_consumer_groups_begin_with_their_agency(agency: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bus = joined(agency, monkeypatch).state.bus
    assert bus.subscriptions
    keeps(groups_begin_with_their_agency((agency, one.group) for one in bus.subscriptions.values()))


def test_access_rules_begin_with_their_agency() -> None:
    catalogue = Catalogue.load(ROOT)
    keeps(prefixes_are_whole_names(follow(catalogue, catalogue.contracts.values())))


@pytest.mark.parametrize("name", ["sekali/utils.py", "services/tax/common/rates.py", "demo/Helpers.py", "core/x.md"])
def test_a_grab_bag_is_told(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text("")
    (tmp_path / "sekali").mkdir(exist_ok=True)
    (tmp_path / "sekali" / "score.py").write_text("")
    (said,) = no_grab_bags(tmp_path)
    assert name.startswith(said.split(":")[0])
    assert "Name it by its one concern" in said


def test_a_topic_of_another_name_is_told(village: Village) -> None:
    catalogue = village.catalogue()
    topic = "health.visit-planned.v1"
    catalogue.cards = {topic: catalogue.cards[topic].model_copy(update={"owner": "heal"})}
    (said,) = topics_begin_with_their_owner(village.root, catalogue)
    assert f"schemas/heal/{topic}" in said
    assert "call it heal." in said


def test_a_contract_with_itself_is_told(village: Village) -> None:
    village.write("contracts/health/health.visit-planned.v1.avsc", "{}")
    (said,) = topics_begin_with_their_owner(village.root, Catalogue({}, {}, {}))
    assert "contracts/health/health.visit-planned.v1.avsc" in said
    assert "Remove it" in said


@pytest.mark.parametrize("group", ["taxation.x", "tax-x", "x.tax."])
def test_a_group_without_the_agencys_name_is_told(group: str) -> None:
    (said,) = groups_begin_with_their_agency([("tax", group), ("tax", "tax.x")])
    assert group in said
    assert "Begin it with `tax.`" in said


@pytest.mark.parametrize(
    "rule",
    [
        Rule("tax", "TOPIC", "PREFIXED", "tax", "READ"),
        Rule("tax", "GROUP", "PREFIXED", "licensing.", "READ"),
        Rule("tax", "TOPIC", "LITERAL", "licensing.licence.v1", "WRITE"),
    ],
)
def test_a_rule_that_reaches_further_is_told(rule: Rule) -> None:
    (said,) = prefixes_are_whole_names([rule, Rule("tax", "TOPIC", "PREFIXED", "tax.", "WRITE")])
    assert str(rule) in said
