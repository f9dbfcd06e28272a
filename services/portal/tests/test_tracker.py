"""Melati follows her applications at every agency in one place."""

import json
import shutil
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import httpx
import pytest

from sekali.contracts import Catalogue, Contract
from services.portal.inbox import hearing
from services.portal.store import tables
from services.portal.tests.melati import token
from services.portal.tests.office import Office


def progress(resident_id: UUID, status: str, **changed: Any) -> dict[str, Any]:
    step = {"status": status, "at": "2026-11-20T03:00:00+00:00"}
    shown = {"resident_id": resident_id, "service": "PERIZINAN_BERUSAHA", "status": status, "steps": [step]}
    rest = {"due_on": None, "clock": "RUNNING", "next_actor": "OFFICER", "reason_code": None}
    return {"progress": shown | rest | changed}


async def applications(door: httpx.AsyncClient, resident_id: UUID) -> list[dict[str, Any]]:
    answer = await door.get("/applications", headers=token(resident_id))
    return list(answer.json()["applications"])


async def test_applications_of_all_agencies_stand_side_by_side(office: Office, door: httpx.AsyncClient) -> None:
    melati = await office.melati()
    await office.hear("licensing.application.v1", uuid4(), progress(melati, "TERBIT"))
    office.clock.turn(hours=1)
    await office.hear("tax.application.v1", uuid4(), progress(melati, "DISETUJUI", service="AKTIVASI_NPWP"))
    shown = await applications(door, melati)
    assert [(one["agency"], one["status"]) for one in shown] == [("tax", "DISETUJUI"), ("licensing", "TERBIT")]
    assert shown[1]["steps"] == [{"status": "TERBIT", "at": "2026-11-20T03:00:00+00:00"}]


async def test_only_her_own_are_shown_and_an_ended_one_is_not(office: Office, door: httpx.AsyncClient) -> None:
    melati, rangga, ended = await office.melati(), await office.melati(), uuid4()
    await office.hear("licensing.application.v1", ended, progress(melati, "TERBIT"))
    assert await applications(door, rangga) == []
    await office.hear("licensing.application.v1", ended, None)
    assert await applications(door, melati) == []


async def test_an_older_version_changes_nothing(office: Office, door: httpx.AsyncClient) -> None:
    melati, mine = await office.melati(), uuid4()
    await office.hear("licensing.application.v1", mine, progress(melati, "TERBIT"), version=4)
    await office.hear("licensing.application.v1", mine, progress(melati, "DIAJUKAN"), version=3)
    assert [one["status"] for one in await applications(door, melati)] == ["TERBIT"]


@pytest.fixture
def with_a_fourth_agency(pytestconfig: pytest.Config, tmp_path: Path) -> Catalogue:
    """Schemas and contracts on disk, and beside them those of an agency that nobody here has heard of."""
    for folder in ("schemas", "contracts"):
        shutil.copytree(pytestconfig.rootpath / folder, tmp_path / folder)
    topic, new = "licensing.application.v1", "health.application.v1"
    told = tmp_path / "schemas" / "health" / new
    shutil.copytree(tmp_path / "schemas" / "licensing" / topic, told)
    contract = tmp_path / "contracts" / "portal" / f"{topic}.avsc"
    for source, target in ((told / "1.avsc", told / "1.avsc"), (contract, contract.with_name(f"{new}.avsc"))):
        target.write_text(source.read_text().replace(topic, new))
        assert json.loads(target.read_text())["namespace"] == new
    card = told / "topic.yaml"
    card.write_text(card.read_text().replace(topic, new).replace("owner: licensing", "owner: health"))
    return Catalogue.load(tmp_path)


async def test_a_new_agency_shows_up_by_its_contract_file(
    office: Office, door: httpx.AsyncClient, with_a_fourth_agency: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.inbox = hearing(with_a_fourth_agency)
    declared = office.inbox.declared["health.application.v1"]
    assert getattr(declared, "into", None) is tables.application
    melati = await office.melati()
    await office.hear("health.application.v1", uuid4(), progress(melati, "DIAJUKAN"))
    assert await applications(door, melati) == [], "this copy has no contract, so there is no ground to show it"
    contract = with_a_fourth_agency.contracts["portal", "health.application.v1"]
    monkeypatch.setitem(cast(dict[Any, Contract], office.catalogue.contracts), ("portal", contract.topic), contract)
    assert [one["agency"] for one in await applications(door, melati)] == ["health"]
    (use,) = (await door.get("/uses", headers=token(melati))).json()["uses"]
    assert (use["topic"], use["agreement"]) == ("health.application.v1", contract.agreement)


async def test_a_reason_that_a_later_revision_brought_is_shown_as_unknown_and_changes_nothing_else(
    office: Office, door: httpx.AsyncClient
) -> None:
    melati = await office.melati()
    returned = progress(melati, "PERLU_PERBAIKAN", next_actor="APPLICANT", reason_code="UNKNOWN")
    await office.hear("licensing.application.v1", uuid4(), returned)
    (shown,) = await applications(door, melati)
    assert (shown["status"], shown["next_actor"], shown["reason_code"]) == ("PERLU_PERBAIKAN", "APPLICANT", "UNKNOWN")
