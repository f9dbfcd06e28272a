"""Melati takes her application back: while nothing is decided, for good, and nobody but her."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from sekali.errors import Problem
from services.licensing import service
from services.licensing.model import Application
from services.licensing.tests import people
from services.licensing.tests.office import Office

APPLICATION, LICENCE = "licensing.application.v1", "licensing.licence.v1"
OFFICER = {"Authorization": "Bearer officer:licensing:dewi"}


@pytest.fixture
async def melati(office: Office) -> UUID:
    return await office.registered()


@pytest.fixture
async def applied(office: Office, melati: UUID) -> dict[str, Any]:
    """Her restaurant; tax has not answered yet."""
    return await office.apply(melati, **people.RESTAURANT)


def citizen(resident_id: UUID) -> dict[str, str]:
    return {"Authorization": f"Bearer citizen:{resident_id}"}


def address(applied: dict[str, Any]) -> str:
    return f"/applications/{applied['application_id']}"


async def acts(office: Office) -> list[tuple[str, str, str | None]]:
    rows = await office.rows("select actor, deed, reason from act order by act_id")
    return [(row["actor"], row["deed"], row["reason"]) for row in rows]


async def test_it_ends_everybody_is_told_and_the_reason_stays_here(
    door: httpx.AsyncClient, office: Office, melati: UUID, applied: dict[str, Any]
) -> None:
    case = address(applied)
    assert (await door.get(case, headers=citizen(melati))).json()["may_withdraw"] is True
    said = {"text": "Sewa tempatnya batal.\nSaya cari yang lain."}
    answer = await door.post(f"{case}/withdraw", json=said, headers=citizen(melati))
    assert answer.status_code == 200, answer.text
    own = (await door.get(case, headers=citizen(melati))).json()
    assert (own["status"], own["clock"], own["due_on"]) == ("DIHENTIKAN", "STOPPED", None)
    assert (own["licence"]["status"], own["may_withdraw"]) == ("DICABUT", False)

    progress = (await office.last_said(APPLICATION, UUID(applied["application_id"])))["progress"]
    assert (progress["status"], progress["reason_code"], progress["next_actor"]) == (
        "DIHENTIKAN", "WITHDRAWN", "NOBODY",
    )  # fmt: skip
    assert "Sewa" not in str(progress)
    assert (await office.last_said(LICENCE, UUID(applied["licence_id"])))["permit"]["status"] == "DICABUT"
    assert await acts(office) == [("APPLICANT", "withdraw", said["text"])]
    assert (await door.get("/desk/applications", headers=OFFICER)).json() == {"applications": []}


async def test_sent_twice_it_is_withdrawn_once(
    door: httpx.AsyncClient, office: Office, melati: UUID, applied: dict[str, Any]
) -> None:
    answers = await asyncio.gather(
        *(door.post(f"{address(applied)}/withdraw", json={}, headers=citizen(melati)) for _ in range(2))
    )
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert await acts(office) == [("APPLICANT", "withdraw", None)]
    assert len(await office.said(APPLICATION)) == 2


async def test_nobody_takes_back_what_is_anothers(
    door: httpx.AsyncClient, office: Office, melati: UUID, applied: dict[str, Any]
) -> None:
    sari = await office.registered(people.resident("9999997108850001", "SARI CONTOH"))
    for headers, status in ((citizen(sari), 404), (OFFICER, 403), ({}, 401)):
        assert (await door.post(f"{address(applied)}/withdraw", json={}, headers=headers)).status_code == status
    unknown = await door.post(f"/applications/{uuid4()}/withdraw", json={}, headers=citizen(melati))
    assert unknown.status_code == 404
    assert await acts(office) == []


async def test_what_is_decided_meanwhile_stands(
    door: httpx.AsyncClient, office: Office, melati: UUID, applied: dict[str, Any]
) -> None:
    case = address(applied)
    await office.tax_answers(melati, await office.latest_request(UUID(applied["application_id"])), "VALID")
    assert (await door.post(f"{case}/verify", json={}, headers=OFFICER)).status_code == 200
    late = await door.post(f"{case}/withdraw", json={}, headers=citizen(melati))
    assert (late.status_code, late.json()["type"]) == (409, "urn:sekali:problem:not-possible")
    own = (await door.get(case, headers=citizen(melati))).json()
    assert (own["status"], own["licence"]["status"], own["may_withdraw"]) == ("TERBIT", "TERVERIFIKASI", False)


async def test_beside_an_officers_approval_one_of_the_two_holds(office: Office, melati: UUID) -> None:
    """Both lock the applicant's row: never a verified licence of a withdrawn application."""
    for number in range(5):
        receipt = await office.apply(melati, **people.RESTAURANT, business_street=f"Jalan Pasar {number + 2}")
        mine = UUID(receipt["application_id"])
        await office.tax_answers(melati, await office.latest_request(mine), "VALID")
        outcomes = await asyncio.gather(_withdraw(office, mine, melati), _verify(office, mine), return_exceptions=True)
        refused = [one for one in outcomes if isinstance(one, Problem)]
        assert [one.slug for one in refused] == ["not-possible"]
        status = (await office.last_said(APPLICATION, mine))["progress"]["status"]
        licence = (await office.last_said(LICENCE, UUID(receipt["licence_id"])))["permit"]["status"]
        assert (status, licence) in {("DIHENTIKAN", "DICABUT"), ("TERBIT", "TERVERIFIKASI")}


async def test_neither_tax_nor_the_clock_wakes_it(office: Office, melati: UUID, applied: dict[str, Any]) -> None:
    mine = UUID(applied["application_id"])
    request = await office.latest_request(mine)
    await _withdraw(office, mine, melati)
    await office.tax_answers(melati, request, "VALID")
    office.clock.turn(days=60)
    async with office.database.transaction() as session:
        assert not await service.approve_by_deadline(session, mine)
        assert not await service.repeat_question(session, mine, office.clock() - office.clock())
    assert (await office.last_said(APPLICATION, mine))["progress"]["reason_code"] == "WITHDRAWN"


async def test_she_may_apply_for_the_same_again(office: Office, melati: UUID, applied: dict[str, Any]) -> None:
    with pytest.raises(Problem) as refused:
        await office.apply(melati, **people.RESTAURANT)
    assert refused.value.slug == "already-licensed"
    await _withdraw(office, UUID(applied["application_id"]), melati)
    again = await office.apply(melati, **people.RESTAURANT)
    assert (again["status"], again["nib"]) == ("MENUNGGU_KSWP", applied["nib"])


async def _withdraw(office: Office, application_id: UUID, resident_id: UUID) -> Application:
    async with office.database.transaction() as session:
        return await service.withdraw(session, application_id, resident_id, None)


async def _verify(office: Office, application_id: UUID) -> Application:
    async with office.database.transaction() as session:
        return await service.verify(session, application_id, "dewi")
