"""A person is erased: whatever an agency holds of them goes, what a law holds is locked away, nothing comes after."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import erasure, inbox, metrics, outbox
from sekali.bus import Bus
from sekali.doors import application
from sekali.erasure import Hold, collect
from sekali.outbox import Tombstone
from sekali.testing import eventually
from sekali.testing_doors import served
from tests.sekali.test_inbox import Stranger, headers_of
from tests.sekali.test_relay import empty, log_of, partition_of
from tests.sekali.town import Town, counting, rows

TITLE = {"id": "Bank", "en": "The bank"}
MEASURED = 1_234_567_890  # no part of an id looks so
ARTICLE = "UU CONTOH art. 28"


@pytest.fixture
def village(town: Town) -> Town:
    """Here a parcel's key names a person."""
    card = town.root / "schemas" / town.land / town.parcels / "topic.yaml"
    card.write_text(card.read_text() + "person: true\n")
    return town


async def register(town: Town, land: Bus, bank: Bus, owner: str) -> UUID:
    async with land.transaction() as session:
        parcel_id = await town.register(session, "garden", owner)
    await eventually(lambda: holds(bank, parcel_id, owner), "the bank has the copy")
    return parcel_id


async def holds(bank: Bus, parcel_id: UUID, owner: str | None) -> bool:
    return any(row.parcel_id == parcel_id and row.owner == owner for row in await rows(bank, "parcel"))


async def erase(town: Town, land: Bus, parcel_id: UUID) -> int:
    """What an owner does: its row is withdrawn, and the next version is a tombstone."""
    async with land.transaction() as session:
        withdrawn = "update parcel set version = version + 1 where parcel_id = :id returning version"
        version: int = (await session.execute(text(withdrawn), {"id": parcel_id})).scalar_one()
        await erasure.withdrawn(session, Tombstone(town.events[town.land].Parcel, parcel_id, version))
    return version


async def confirmed(bus: Bus, person: UUID) -> dict[str, Any] | None:
    async with bus.transaction() as session:
        return await erasure.confirmation(session, person)


async def test_nothing_of_melati_is_left_at_the_bank_and_everything_of_sari(village: Town) -> None:
    town = village
    async with town.open_land() as land, town.open_bank() as bank:
        melati = await register(town, land, bank, "MELATI CONTOH")
        sari = await register(town, land, bank, "SARI CONTOH")
        late = uuid4()
        async with land.transaction() as session:
            await outbox.put(session, town.survey(melati, -1), town.survey(melati, 10), town.survey(sari, -1))
            await outbox.put(session, town.survey(late, 250), town.survey(sari, 70))
        await eventually(counting(bank, "dead_letter", 4), "two of each are dead, one behind the other")
        await eventually(counting(bank, "parked", 1), "one waits for its parcel")
        version = await erase(town, land, melati)
        found = await eventually(lambda: confirmed(bank, melati), "the bank confirms")
        assert found is not None
        assert (found["version"], found["cleared"], found["holds"]) == (version, {"copies": 1, "dead_letters": 2}, [])
        (grave,) = [row for row in await rows(bank, "parcel") if row.parcel_id == melati]
        assert (grave.version, grave.gone, grave.owner, grave.use) == (version, True, None, None)
        assert await holds(bank, sari, "SARI CONTOH")
        assert {row.key.decode() for row in await rows(bank, "dead_letter")} == {str(sari)}

        # Somebody who was never heard of is erased too: what waited for them goes.
        async with land.transaction() as session:
            await town.register(session, "garden", "WULAN CONTOH", late)
            await session.execute(text("delete from outbox"))
        await erase(town, land, late)
        found = await eventually(lambda: confirmed(bank, late), "the bank confirms")
        assert found is not None
        assert found["cleared"] == {"copies": 1, "parked": 1}
        assert await rows(bank, "parked") == []


async def test_what_comes_after_the_tombstone_is_not_taken(village: Town) -> None:
    town = village
    async with town.open_land() as land, town.open_bank() as bank:
        melati = await register(town, land, bank, "MELATI CONTOH")
        await erase(town, land, melati)
        await eventually(lambda: confirmed(bank, melati), "the bank confirms")
        refused = metrics.value_of("sekali_inbox_refused_total", topic=town.surveys)
        async with land.transaction() as session:
            await outbox.put(session, town.parcel(melati, 9, "house", "MELATI CONTOH"), town.survey(melati, 250))
            await outbox.put(session, town.survey(melati, -1))
        sari = await register(town, land, bank, "SARI CONTOH")
        async with land.transaction() as session:
            await outbox.put(session, town.survey(sari, 70))
        (survey,) = await eventually(counting(bank, "survey", 1), "a later survey is entered")
        assert survey.parcel_id == sari

        async def all_seen() -> bool:
            return metrics.value_of("sekali_inbox_refused_total", topic=town.surveys) == refused + 2

        await eventually(all_seen, "both surveys of hers are refused")
        assert await holds(bank, melati, None)
        assert await rows(bank, "dead_letter") == []
        assert await rows(bank, "parked") == []


async def test_what_waits_in_the_owners_outbox_never_leaves(village: Town) -> None:
    """The relay does not run: the row with her name is still there when she is erased."""
    town = village
    async with town.open_land() as land:
        pass
    land = Bus(town.settings(town.land), inbox=inbox.Inbox(), current={town.parcels: town._current})
    async with land.transaction() as session:
        melati = await town.register(session, "garden", "MELATI CONTOH")
        sari = await town.register(session, "garden", "SARI CONTOH")
    version = await erase(town, land, melati)
    left = [(row.aggregateid, row.version, row.payload is None) for row in await rows(land, "outbox", "position")]
    assert left == [(str(sari), 1, False), (str(melati), version, True)]
    found = await confirmed(land, melati)
    assert found is not None
    assert (found["cleared"], found["complete"], found["missing"]) == ({"outbox": 1}, False, [town.bank])
    await land.database.close()
    await land.registry.close()


async def locks_away_surveys(session: AsyncSession, keys: list[UUID]) -> None:
    """The bank keeps a survey of the erased for five years."""
    gone = "select parcel_id from parcel where parcel_id = any(:keys) and gone order by parcel_id"
    for person in (await session.execute(text(gone), {"keys": keys})).scalars().all():
        taken = "delete from survey where parcel_id = :id returning to_jsonb(survey.*)::text"
        held = (await session.execute(text(taken), {"id": person})).scalars().all()
        holds = [Hold("survey", person, ARTICLE, date(2031, 11, 22), json.dumps([json.loads(one) for one in held]))]
        await session.execute(text("delete from followed where parcel_id = :id"), {"id": person})
        await erasure.end_own(session, person, holds=holds if held else (), cleared={"followed": 1})


async def test_the_owner_gets_a_receipt_that_says_who_has_not_confirmed(village: Town) -> None:
    town = village
    bank = Bus(town.settings(town.bank), inbox=town.inbox(locks_away_surveys), clock=lambda: town.now)
    town.now = datetime(2026, 11, 22, 3, tzinfo=UTC)
    async with town.open_land() as land:
        async with land.transaction() as session:
            melati = await town.register(session, "garden", "MELATI CONTOH")
            await outbox.put(session, town.survey(melati, MEASURED))
        async with served(application(bank, title=TITLE), lifespan="on") as url:
            await eventually(counting(bank, "survey", 1), "her survey is entered")
            await erase(town, land, melati)
            assert await collect(land.transaction, land.speaker, {town.bank: "http://127.0.0.1:1"}) == 0
            receipt = await confirmed(land, melati)
            assert receipt is not None
            assert (receipt["complete"], receipt["missing"]) == (False, [town.bank])

            async def asked() -> bool:
                return await collect(land.transaction, land.speaker, {town.bank: url}) == 1

            await eventually(asked, "the bank confirms")
            receipt = await confirmed(land, melati)
            assert receipt is not None
            assert (receipt["complete"], receipt["missing"]) == (True, [])
            (banks,) = receipt["agencies"]
            assert (banks["agency"], banks["cleared"]) == (town.bank, {"copies": 1, "followed": 1})
            assert banks["holds"] == [{"record": "survey", "article": ARTICLE, "until": "2031-11-22"}]
            assert await collect(land.transaction, land.speaker, {town.bank: url}) == 0
            await looks_into_the_hold(town, bank, url, melati)


async def looks_into_the_hold(town: Town, bank: Bus, url: str, melati: UUID) -> None:
    """Who is shown what: nobody the record, but an officer under its article, and that is noted."""
    async with httpx.AsyncClient(base_url=url) as door:

        async def get(token: str) -> httpx.Response:
            return await door.get(f"/erasures/{melati}", headers={"Authorization": f"Bearer {token}"})

        assert (await get(f"citizen:{melati}")).status_code == 403
        assert (await get(f"officer:{town.land}:sri")).status_code == 403
        assert (await get("agency:stranger")).status_code == 403
        assert (await get(f"agency:{town.land}")).status_code == 200
        shown = await get(f"officer:{town.bank}:sri")
        (hold,) = shown.json()["holds"]
        assert str(MEASURED) not in shown.text
        path, officer = f"/holds/{hold['hold_id']}/opening", {"Authorization": f"Bearer officer:{town.bank}:sri"}
        wrong = await door.post(path, json={"article": "UU LAIN", "reason": "Ingin tahu"}, headers=officer)
        assert (wrong.status_code, wrong.json()["type"]) == (409, "urn:sekali:problem:another-article")
        assert await rows(bank, "legal_hold_opening") == []
        right = await door.post(path, json={"article": ARTICLE, "reason": "Pemeriksaan"}, headers=officer)
        assert right.json()["content"][0]["square_metres"] == MEASURED
        (opening,) = await rows(bank, "legal_hold_opening")
        assert (opening.officer, opening.article, opening.reason) == ("sri", ARTICLE, "Pemeriksaan")
        async with bank.transaction() as session:
            assert (await erasure.absent(session, melati, "survey")).status == 451
            assert (await erasure.absent(session, uuid4(), "survey")).status == 404
        town.now += timedelta(days=5 * 365 + 1)
        await bank.sweeper.sweep(bank.transaction)
        assert await rows(bank, "legal_hold") == []
        assert (await door.post(path, json={"article": ARTICLE, "reason": "Lagi"}, headers=officer)).status_code == 404


async def test_a_zombie_resurrects_nobody_whose_row_is_gone(village: Town) -> None:
    """Land has deleted the row itself: the repair of its log says the tombstone again."""
    town = village
    async with town.open_land() as land, Stranger(town) as zombie:
        async with land.transaction() as session:
            melati = await town.register(session, "garden", "MELATI CONTOH")
            payload = (await session.execute(text("select payload from outbox"))).scalar_one()
        await eventually(lambda: empty(land), "she is said")
        async with land.transaction() as session:
            await session.execute(text("delete from parcel"))
            await erasure.end_own(session, melati, ended=[Tombstone(town.events[town.land].Parcel, melati, 2)])
        await eventually(lambda: empty(land), "the tombstone is said")
        headers, prefix = await headers_of(town, town.parcels)
        late = [*headers, ("ce_entityversion", b"1")]
        await zombie.write(town.parcels, str(melati).encode(), prefix + payload, late, partition_of(town, melati))

        async def mended() -> bool:
            return (await log_of(town))[-1] == (melati, 2) and len(await log_of(town)) == 4

        await eventually(mended, "the last record of her key is the tombstone again", 40)


async def test_surveys_that_are_entered_beside_the_erasure_leave_nothing(village: Town) -> None:
    town = village
    async with town.open_land() as land, town.open_bank(then=locks_away_surveys) as bank:
        erased = []
        for _ in range(5):
            melati = await register(town, land, bank, "MELATI CONTOH")
            erased.append(melati)

            async def surveys(parcel_id: UUID = melati) -> None:
                for area in range(20):
                    async with land.transaction() as session:
                        await outbox.put(session, town.survey(parcel_id, area))

            await asyncio.gather(surveys(), erase(town, land, melati))
            await eventually(lambda: empty(land), "all is said")
            await eventually(lambda one=melati: confirmed(bank, one), "the bank confirms")  # type: ignore[misc]
        sari = await register(town, land, bank, "SARI CONTOH")
        async with land.transaction() as session:
            await outbox.put(session, town.survey(sari, 70))

        async def hers() -> bool:
            return any(row.parcel_id == sari for row in await rows(bank, "survey"))

        await eventually(hers, "a later survey is entered")
        assert {row.parcel_id for row in await rows(bank, "survey")} == {sari}
        assert await rows(bank, "parked") == []
        assert await rows(bank, "dead_letter") == []
        # Rows were deleted while the relay sent them: its order held, and the tombstone is the last word.
        last = dict(await log_of(town))
        assert {last[melati] for melati in erased} == {2}
