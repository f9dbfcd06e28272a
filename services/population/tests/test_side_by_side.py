"""Officers who work in the same moment, and the order in which their changes are said."""

import asyncio
from typing import Any

import httpx

from services.population import events, service
from services.population.tests.families import MENTENG, PEGANGSAAN, card_a, card_b, couple
from services.population.tests.office import OFFICER, Office


async def post(office: Office, path: str, body: Any) -> httpx.Response:
    return await office.door.post(path, json=body, headers=OFFICER)


async def test_moves_in_the_same_moment_are_said_in_the_order_of_their_versions(office: Office) -> None:
    sari_id, melati_id = await office.register(card_a())
    moves = [
        {"resident_id": str(one), "moved_on": "2024-06-01", "address": MENTENG | {"street": f"JL. CONTOH NO. {number}"}}
        for number, one in enumerate([sari_id, melati_id] * 4, start=2)
    ]
    answers = await asyncio.gather(*(post(office, "/moves", move) for move in moves))
    assert [answer.status_code for answer in answers] == [200] * 8
    for one in (sari_id, melati_id):
        said = await office.said(one)
        assert [state["version"] for state in said] == list(range(1, 10))
    assert (await office.last_said(sari_id))["address"] == (await office.last_said(melati_id))["address"]
    shown = (await office.record(sari_id))["groups"]["address"]["street"]
    assert shown == (await office.last_said(sari_id))["address"]["street"]


async def test_of_two_who_register_the_same_card_one_is_told_that_it_is_there(office: Office) -> None:
    answers = await asyncio.gather(*(post(office, "/family-cards", card_a()) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    (count,) = await office.rows("select count(*) as residents from resident")
    assert count["residents"] == 2


async def test_nobody_marries_twice_in_the_same_moment(office: Office) -> None:
    _, melati_id = await office.register(card_a())
    (rangga_id,) = await office.register(card_b())
    order = {
        "husband_id": str(rangga_id),
        "wife_id": str(melati_id),
        "married_on": "2024-02-10",
        "certificate": {"issuer": "KUA", "number": "CONTOH/01/2024"},
        "household": "HUSBAND_CARD",
    }
    answers = await asyncio.gather(*(post(office, "/marriages", order) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert [state["version"] for state in await office.said(melati_id)] == [1, 2]


async def test_a_child_born_while_the_family_moves_lives_where_the_family_does(office: Office) -> None:
    rangga_id, melati_id, _ = await office.register(couple())
    birth = {
        "mother_id": str(melati_id),
        "full_name": "KIRANA CONTOH",
        "sex": "P",
        "birth_date": "2024-05-31",
        "birth_place": "JAKARTA",
    }
    move = {"resident_id": str(rangga_id), "moved_on": "2024-06-01", "address": MENTENG}
    born, moved = await asyncio.gather(post(office, "/births", birth), post(office, "/moves", move))
    assert (born.status_code, moved.status_code) == (201, 200)
    said = await office.last_said(born.json()["resident_id"])
    assert said["address"]["street"] == MENTENG["street"] != PEGANGSAAN["street"]


async def test_the_present_state_is_what_was_said_last(office: Office) -> None:
    """What the relay asks for when somebody else wrote into its log."""
    sari_id, melati_id = await office.register(card_a())
    move = {"resident_id": str(sari_id), "moved_on": "2024-06-01", "address": PEGANGSAAN}
    await office.order("/moves", move)
    async with office.bus.transaction() as session:
        states = await service.CURRENT["population.resident.v1"](session, [melati_id, sari_id])
    residents = [state for state in states if isinstance(state, events.Resident)]
    assert [state.resident_id for state in residents] == sorted([melati_id, sari_id])
    for state in residents:
        last = await office.last_said(state.resident_id)
        assert state.version == last["version"] == 2
        assert state.address is not None
        assert state.address.record() == last["address"]
