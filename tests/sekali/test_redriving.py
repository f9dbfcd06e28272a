"""Running dead letters again: one that cannot be run now, perhaps never, holds up no other."""

from sqlalchemy import text

from sekali.testing import eventually
from tests.sekali.letterbox import a_parcel, ask, say, states, waiting
from tests.sekali.town import Town, counting

FORGED = text("""
    update dead_letter set header_values[array_position(header_names, 'schema-fingerprint')] = :mark where id = :id
""")


async def test_a_letter_with_another_schema_than_the_registrys_holds_up_no_other(town: Town) -> None:
    async with town.open_land() as land, town.open_bank() as bank:
        for area in (-1, -2):
            await say(town, land, await a_parcel(town, land, bank), area)
        first, second = await waiting(bank, 2)
        async with bank.transaction() as session:
            await session.execute(FORGED, {"id": first.id, "mark": b"0" * 16})
        town.mended = True
        await ask(bank, first, second)
        await eventually(counting(bank, "survey", 1), "the one behind it is entered", 10)
        assert await states(bank) == ["WAITING", "REDRIVEN"]
