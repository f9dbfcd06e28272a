"""Before the first measure: a Kafka that has just started is slow, and in production none has.

Its Java is compiled while it works. Of the first 200,000 records each costs it 5.4 µs of processor time, of those
behind a million 1.9 µs: on two cores whoever is measured first would pay for that.
Single events beside a steady stream take other ways through it than a stream alone. For eight rounds of them its
compiler took up to a whole core for tenths of a second at a time, and the slowest of a hundred events waited 30 to
230 ms; from the ninth on it took nearly nothing, and they waited 22 to 35 ms.
"""

from dataclasses import replace

from bench import copies, stock
from bench.carrier import carry
from bench.elsewhere import elsewhere
from bench.path import Saying, delays
from bench.place import THIN, Place
from bench.reader import read

ROWS, ROUNDS = 200_000, 5
LEAST = 200
STEADY = Saying(singles=300, per_second=50.0, bulk=15_000.0)
STEADY_ROUNDS = 10


async def warm(place: Place, scale: float) -> None:
    """A million records through the relay, the last of them also through a subscriber; then the steady rounds."""
    count = max(LEAST, int(ROWS * scale))
    await stock.encoded(place, count)
    for _ in range(ROUNDS):
        place.fresh()
        await elsewhere(carry, place, count)
    await copies.held(place, THIN, count)
    await elsewhere(read, place, THIN)
    for _ in range(max(1, int(STEADY_ROUNDS * scale))):
        await delays(place, replace(STEADY, singles=max(2, int(STEADY.singles * scale))))
