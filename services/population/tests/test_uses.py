"""The register's own officers look at records too: each look is recorded, and the citizen sees it."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from services.population.tests.families import card_a
from services.population.tests.office import OFFICER, RESIDENT, Office


@pytest.fixture
async def family(office: Office) -> list[UUID]:
    return await office.register(card_a())


async def recorded(office: Office) -> list[dict[str, Any]]:
    return await office.rows("select * from use_entry order by number")


async def test_every_look_up_is_recorded_with_the_officer(office: Office, family: list[UUID]) -> None:
    sari, melati = family
    assert await recorded(office) == [], "registering is no look-up: the deed records it"
    await office.order("/residents/find", {"nik": "9999996507900002"})
    await office.order("/family-cards/find", {"kk_number": "9999990101200001"})
    await office.record(melati)
    found, *members, whole = await recorded(office)
    assert (found["resident_id"], found["fields"]) == (melati, ["identity.nik", "standing"])
    assert {one["resident_id"] for one in members} == {sari, melati}
    assert len({one["act"] for one in members}) == 1
    assert {"family.mother_name", "identity.full_name", "address.street"} <= set(whole["fields"])
    for one in (found, *members, whole):
        assert (one["kind"], one["agency"], one["officer"]) == ("OFFICER", "population", "wulan")
        assert (one["topic"], one["contract"], one["agreement"]) == (RESIDENT, None, None)
        assert one["purpose_id"]
        assert one["legal_basis"] == "UU 23/2006 jo. UU 24/2013"


async def test_who_is_not_found_is_no_use(office: Office, family: list[UUID]) -> None:
    for path, body in (("/residents/find", {"nik": "9999996507900008"}),
                       ("/family-cards/find", {"kk_number": "9999990101200008"})):  # fmt: skip
        assert (await office.door.post(path, json=body, headers=OFFICER)).status_code == 404
    assert (await office.door.get(f"/residents/{uuid4()}", headers=OFFICER)).status_code == 404
    assert await recorded(office) == []


async def test_the_citizen_looks_at_her_own_record_and_sees_all_looks(office: Office, family: list[UUID]) -> None:
    _, melati = family
    citizen = {"Authorization": f"Bearer citizen:{melati}"}
    await office.record(melati)
    assert (await office.door.get("/residents/me", headers=citizen)).status_code == 200
    told = (await office.door.get("/uses", headers=citizen)).json()
    assert [use["by"]["kind"] for use in told["uses"]] == ["CITIZEN", "OFFICER"]
    assert told["uses"][0]["legal_basis"] == "UU 27/2022 art. 7"
    assert "wulan" not in str(told)
