"""P6: registering a resident with a family card, the register's own use case, with the outbox row and without it."""

import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count as counting
from itertools import islice
from pathlib import Path
from unittest.mock import patch

from bench import stock
from bench.elsewhere import elsewhere
from bench.measure import Bench, Measure, Targets
from bench.pairs import Result, result
from bench.place import OWNER, Place
from demo import people
from sekali import migrations, outbox
from sekali.database import Database
from services.population import outbox as saying
from services.population.model.orders import CardOrder
from services.population.service.keeping import Desk
from services.population.service.registering import register_cards

REGISTRATIONS, WARM_UP = 200, 40
BATCHES = 20
"""Batches of fictive families that a turn may use up; a hundred cards and more are in each."""
UNIT = "ms"
DESK = Desk("officer:population:contoh", region="999999")
MIGRATIONS = Path(migrations.__file__).parent
OWN = Path(saying.__file__).parent / "migrations"


async def run(bench: Bench) -> Result:
    url, count, pairs = bench.place.database("register"), bench.count(REGISTRATIONS, least=20), []
    for number in range(bench.pairs):
        bench.step(f"pair {number + 1} of {bench.pairs}")
        await stock.settle(bench.place)
        pairs.append(await elsewhere(registered, bench.place, url, number, count))
    return result(pairs, unit=UNIT)


async def registered(place: Place, url: str, series: int, count: int) -> tuple[float, float]:
    """Median milliseconds of a transaction with the row, and of one without, taken in turn."""
    writer = outbox.Writer(OWNER, place.catalogue, place.keyring(OWNER), lambda: None)
    database = Database(url, info={outbox.WRITER: writer})
    await database.migrate([MIGRATIONS / "versions", OWN], MIGRATIONS)
    cards = islice(orders(series * BATCHES), WARM_UP + 2 * count)
    try:
        taken = [await _register(database, card, said=bool(turn % 2)) for turn, card in enumerate(cards)]
        return statistics.median(taken[WARM_UP + 1 :: 2]), statistics.median(taken[WARM_UP::2])
    finally:
        await database.close()


async def _register(database: Database, card: CardOrder, *, said: bool) -> float:
    with ExitStack() as without:
        if not said:
            without.enter_context(patch.object(outbox, "put", _nothing))
            without.enter_context(patch.object(saying, "state", lambda *_: None))
        begun = time.perf_counter()
        async with database.transaction() as session:
            await register_cards(session, [("", card)], DESK)
        return (time.perf_counter() - begun) * 1000


async def _nothing(*_: object) -> None:
    """Nothing is said."""


def orders(first: int) -> Iterator[CardOrder]:
    """Cards of one resident each, as the door takes them; checked before the clock starts."""
    for number in counting(first):
        for card in people.batch(number):
            yield CardOrder.model_validate(card | {"members": card["members"][:1]})


MEASURE = Measure(
    "P6",
    "Registering with the outbox row",
    against="the same transaction without it",
    unit=UNIT,
    targets=Targets(1.35, 1.25, 1.15, lower=True),
    run=run,
)
