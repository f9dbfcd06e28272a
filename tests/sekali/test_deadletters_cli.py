"""`sekali deadletters`: an operator looks, has letters run again, gives one up; nothing of a person is printed."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import typer

from sekali import cli
from sekali.bus import Bus
from sekali.cli.deadletters import NotDone
from sekali.doors import application
from sekali.local.place import Place
from sekali.rights import identities
from sekali.testing import eventually
from sekali.testing_doors import served
from tests.sekali.letterbox import REASON, a_parcel, say, states, surveys, waiting
from tests.sekali.town import Town

TITLE = {"id": "Bank", "en": "The bank"}


@asynccontextmanager
async def open_bank(town: Town) -> AsyncIterator[tuple[Bus, str]]:
    """The bank with its doors, which believe signed tokens alone, and an installation that knows where they are."""
    place = Place(town.root, town.root / "state")
    identities.plan([town.land, town.bank], place.identities, datetime.now(UTC)).carry_out()
    believing = {"identities": place.identities.public, "development_sign_in": False}
    bank = Bus(town.settings(town.bank).model_copy(update=believing), inbox=town.inbox())
    async with served(application(bank, title=TITLE), lifespan="on") as url:
        town.platform.endpoints.model_copy(update={"http": {town.bank: url}}).save(place.state)
        with place.chosen():
            yield bank, url


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Any:
    async def run(*arguments: str) -> str:
        await asyncio.to_thread(cli.run, ["deadletters", *arguments])
        return capsys.readouterr().out

    return run


async def test_an_operator_finds_the_cause_mends_it_and_has_the_letter_run_again(town: Town, printed: Any) -> None:
    async with town.open_land() as land, open_bank(town) as (bank, _):
        assert await printed("list") == "There are no dead letters.\n"
        parcel_id = await a_parcel(town, land, bank)
        await say(town, land, parcel_id, -1, 10)
        first, behind = await waiting(bank, 2)
        place = f"{town.surveys}[{first.partition}]@{first.record_offset}"

        listed = await printed("list")
        assert all(word in listed for word in (place, "NOT_APPLICABLE", "BEHIND", town.bank))
        only = json.loads(await printed("list", "--cause", "BEHIND", "--json"))[town.bank]
        assert [one["offset"] for one in only["letters"]] == [behind.record_offset]
        shown = await printed("show", place)
        assert "ValueError at town.py:" in shown
        told = json.loads(await printed("show", place, "--json"))
        assert (told["cause"], told["attempts"], told["behind"], told["waits_for"]) == ("NOT_APPLICABLE", 1, 1, None)
        assert told["schema_id"] == int.from_bytes(first.payload[1:5], "big")
        stated = dict(zip(first.header_names, first.header_values, strict=True))["schema-fingerprint"].decode()
        assert (told["contract"], told["fingerprint"]) == (first.contract, stated)

        with pytest.raises(NotDone, match="Not all are done"):
            await printed("redrive", place, "--reason", "Coba lagi", "--officer", "joko")
        town.mended = True
        done = await printed("redrive", "--cause", "NOT_APPLICABLE", "--reason", REASON, "--agency", town.bank)
        assert f"{place}  APPLIED" in done
        await eventually(surveys(bank, -1, 10), "both are entered in order")
        shown = await printed("show", place)
        assert "joko: Coba lagi" in shown and REASON in shown
        assert (await printed("list")).count("REDRIVEN") == 0
        assert (await printed("list", "--settled")).count("REDRIVEN") == 2
        everything = listed + shown + done + json.dumps([only, told])
        assert not any(secret in everything for secret in (str(parcel_id), "MELATI", str(first.payload)))


async def test_giving_up_needs_a_reason_and_is_written_down(town: Town, printed: Any) -> None:
    async with town.open_land() as land, open_bank(town) as (bank, _):
        parcel_id = await a_parcel(town, land, bank)
        await say(town, land, parcel_id, -1, 10)
        first, _ = await waiting(bank, 2)
        place = f"{town.surveys}[{first.partition}]@{first.record_offset}"
        for arguments in (["discard", place], ["redrive", place], ["discard", "--reason", REASON],
                          ["discard", "--topic", town.surveys, "--reason", REASON]):  # fmt: skip
            with pytest.raises(typer.BadParameter):
                await printed(*arguments)
        assert await states(bank) == ["WAITING", "WAITING"]
        assert await printed("discard", place, "--reason", REASON) == (
            "Discarded 1; what waited behind them runs by itself.\n"
        )
        await eventually(surveys(bank, 10), "what waited behind it is entered")
        assert "DISCARDED by " in await printed("show", place)
        with pytest.raises(NotDone, match="Settled already, as DISCARDED"):
            await printed("redrive", place, "--reason", REASON)


async def test_what_cannot_be_done_is_said_with_a_way_out(town: Town, printed: Any) -> None:
    async with open_bank(town) as (_, url):
        with pytest.raises(NotDone, match=r"named by its place, topic\[partition\]@offset"):
            await printed("show", "the first one")
        with pytest.raises(NotDone, match="its person was erased, or its keeping time is over"):
            await printed("show", f"{town.surveys}[0]@7")
        with pytest.raises(NotDone, match="Name the agency by --agency"):
            await printed("show", "nobody.says.this.v1[0]@7")
        with pytest.raises(NotDone, match=f"there are {town.bank}"):
            await printed("list", "--agency", "stranger")
        async with httpx.AsyncClient(base_url=url) as door:
            assert (await door.get("/dead-letters")).status_code == 401
    with pytest.raises(NotDone, match="does not answer"), Place(town.root, town.root / "state").chosen():
        await printed("list")
