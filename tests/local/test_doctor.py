"""`sekali doctor` says in words what is wrong, and is silent about what is well."""

import shutil
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from sekali import cli
from sekali.local.checkup import Finding, checkup
from sekali.local.endpoints import Endpoints
from sekali.local.place import Place
from sekali.local.platform import Platform


def wrong(place: Place) -> dict[str, Finding]:
    return {finding.what: finding for finding in checkup(place) if finding.wrong}


def test_a_prepared_platform_lacks_its_services_and_its_trace_viewer_only(prepared: Platform) -> None:
    place = prepared.place
    assert set(wrong(place)) <= {"zipkin answers", *(f"{name} is ready" for name in place.services())}


def test_a_right_that_no_contract_gives_and_a_missing_keyring_are_found(prepared: Platform, tmp_path: Path) -> None:
    place = Place(prepared.place.root, tmp_path / "state")
    shutil.copytree(prepared.place.state / "keys", place.keys)
    for file in prepared.place.state.glob("*.json"):
        shutil.copy2(file, place.state)
    agency = place.agencies()[0]
    (place.keys / f"{agency}.json").unlink()
    Endpoints.path(place.state).chmod(0o644)
    found = wrong(place)
    assert found[f"{agency} has its keyring"].way_out == "run `sekali rights apply`"
    assert "others can read" in (found["passwords are for their owner only"].wrong or "")


def test_a_topic_that_differs_from_its_card_is_found_by_name(prepared: Platform, kafka_admin: AdminClient) -> None:
    """A setting that no other test depends on, since the platform is shared."""
    topic = "portal.correction.v1"
    other = ConfigEntry("delete.retention.ms", "1209600000", incremental_operation=AlterConfigOpType.SET)
    change = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[other])
    kafka_admin.incremental_alter_configs([change])[change].result(30)
    try:
        finding = wrong(prepared.place)["topics are as their cards say"]
        assert topic in (finding.wrong or "")
        assert finding.way_out == "run `sekali topics apply`"
    finally:
        prepared.apply()


def test_where_nothing_was_started_it_says_so_and_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEKALI_STATE", str(tmp_path / "nothing"))
    assert cli.run(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "WRONG  something was started here" in said
    assert "way out: run `sekali up`" in said
