"""`sekali replay`: an operator has one agency read a topic again and sees its end; a refusal is a sentence."""

import asyncio
from typing import Any

import pytest
import typer

from sekali import cli
from sekali.cli.replay import NotReplayed
from sekali.testing import eventually
from tests.sekali.letterbox import a_parcel
from tests.sekali.test_deadletters_cli import open_bank
from tests.sekali.test_replay import REASON, copy_of, execute
from tests.sekali.town import Town, rows


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Any:
    async def run(*arguments: str) -> str:
        await asyncio.to_thread(cli.run, ["replay", *arguments])
        return capsys.readouterr().out

    return run


async def test_an_operator_has_a_damaged_copy_read_again(town: Town, printed: Any) -> None:
    async with town.open_land() as land, open_bank(town) as (bank, _):
        parcel_id = await a_parcel(town, land, bank)
        await execute(bank, "update parcel set use = null, owner = null")
        told = await printed(town.bank, town.parcels, "--from", "start", "--reason", REASON, "--officer", "joko")
        assert "is read again from 0 to 1." in told and "Read again to where it stood." in told
        assert (await copy_of(bank))[parcel_id] == (1, False, "garden", "MELATI CONTOH")
        (order,) = await rows(bank, "inbox_replay")
        assert (order.officer, order.reason, order.state) == ("joko", REASON, "DONE")
        assert "MELATI" not in told and str(parcel_id) not in told


async def test_a_refusal_says_what_is_wrong(town: Town, printed: Any) -> None:
    async with open_bank(town) as (bank, _):

        async def begun() -> bool:
            return any(row.topic == town.parcels for row in await rows(bank, "inbox_offset"))

        await eventually(begun, "the bank hears the topic")
        with pytest.raises(NotReplayed, match="Choose an earlier beginning"):
            await printed(town.bank, town.parcels, "--from", "start", "--reason", REASON)
        with pytest.raises(NotReplayed, match="has no contract on it"):
            await printed(town.bank, "land.nothing.v1", "--from", "start", "--reason", REASON)
        with pytest.raises(NotReplayed, match=f"there are {town.bank}"):
            await printed("nobody", town.parcels, "--from", "start", "--reason", REASON)
        with pytest.raises(typer.BadParameter, match="say why"):
            await printed(town.bank, town.parcels, "--from", "start")
        with pytest.raises(typer.BadParameter, match="Say where it begins"):
            await printed(town.bank, town.parcels, "--from", "yesterday", "--reason", REASON)
