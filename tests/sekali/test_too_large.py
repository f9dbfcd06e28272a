"""A record that is far too large, and one under a key without end: dead letters, cut; the partition goes on."""

from random import Random
from uuid import uuid4

from sekali import outbox
from sekali.codec import LARGEST
from sekali.deadletter import LONGEST_KEY
from sekali.testing import eventually
from tests.sekali.letterbox import ask
from tests.sekali.test_inbox import Stranger, headers_of, survey_rows
from tests.sekali.test_replay import _in_partition
from tests.sekali.town import Town, counting, rows

# More than an entry of PostgreSQL's index holds, and nothing that can be packed.
ENDLESS = Random(7).randbytes(3_000)


async def test_they_are_cut_and_stay_what_they_were_when_they_are_run_again(town: Town) -> None:
    headers, prefix = await headers_of(town, town.surveys)
    key = str(uuid4()).encode()
    # Packed, the large one is small enough for the broker.
    async with (
        town.open_land() as land,
        town.open_bank() as bank,
        Stranger(town, compression_type="gzip", max_request_size=8 << 20) as stranger,
    ):
        await stranger.write(town.surveys, key, prefix + bytes(2 << 20), headers, 0)
        await stranger.write(town.surveys, ENDLESS, prefix + b"x", headers, 0)
        async with land.transaction() as session:
            parcel_id = await town.register(session, "garden", "MELATI CONTOH", _in_partition(town, 0))
            await outbox.put(session, town.survey(parcel_id, 250))
        await eventually(counting(bank, "survey", 1), "the good survey behind them is entered")
        letters = await eventually(counting(bank, "dead_letter", 2), "both are put aside")
        kept = [("TOO_LARGE", len(key), LARGEST + 1), ("NO_ID", LONGEST_KEY, len(prefix) + 1)]
        assert [(row.cause, len(row.key), len(row.payload)) for row in letters] == kept

        await ask(bank, *letters)

        async def tried() -> bool:
            return all(row.attempts == 2 for row in await rows(bank, "dead_letter"))

        await eventually(tried, "both are run again")
        assert [(row.cause, len(row.key), len(row.payload)) for row in await rows(bank, "dead_letter")] == kept
        assert await survey_rows(bank) == [250]
