"""Before the first measure: a Kafka that has just started is slow, and in production none has.

Its Java is compiled while it works. Of the first 200,000 records each costs it 5.4 µs of processor time, of those
behind a million 1.9 µs: on two cores whoever is measured first would pay for that.
"""

from bench import copies, stock
from bench.carrier import carry
from bench.elsewhere import elsewhere
from bench.place import THIN, Place
from bench.reader import read

ROWS, ROUNDS = 200_000, 5
LEAST = 200


async def warm(place: Place, scale: float) -> None:
    """A million records through the relay, the last of them also through a subscriber."""
    count = max(LEAST, int(ROWS * scale))
    await stock.encoded(place, count)
    for _ in range(ROUNDS):
        place.fresh()
        await elsewhere(carry, place, count)
    await copies.held(place, THIN, count)
    await elsewhere(read, place, THIN)
