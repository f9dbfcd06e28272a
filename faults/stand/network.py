"""What a network does to what goes through a proxy, and how much of it was met: none met is no fault inflicted."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection, Hashable
from random import Random
from typing import Literal

Side = Literal["to", "from"]
"""To the server, from the server."""
BOTH: Collection[Side] = ("to", "from")


class Torn(Exception):
    """The connection is reset now."""


class Calm:
    """Nothing: all of it goes on at once. `met`: bytes that had to do with it."""

    def __init__(self) -> None:
        self.met = 0

    async def pieces(self, line: Hashable, side: Side, chunk: bytes) -> AsyncIterator[bytes]:
        """What goes on, and when; `line`: which connection. An empty chunk is the connection's end. Raises `Torn`."""
        yield chunk

    def end(self) -> None:
        """Whatever was held back goes on."""


class Slow(Calm):
    """Whatever comes waits; what comes meanwhile waits behind it."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    async def pieces(self, line: Hashable, side: Side, chunk: bytes) -> AsyncIterator[bytes]:
        self.met += len(chunk)
        await asyncio.sleep(self._seconds)
        yield chunk


class Silent(Calm):
    """Nothing comes through on these sides until the end, and nobody is told; then all of it does, as TCP has it."""

    def __init__(self, sides: Collection[Side] = BOTH) -> None:
        super().__init__()
        self._sides = sides
        self._over = asyncio.Event()

    async def pieces(self, line: Hashable, side: Side, chunk: bytes) -> AsyncIterator[bytes]:
        if side in self._sides and not self._over.is_set():
            self.met += len(chunk)
            await self._over.wait()
        yield chunk

    def end(self) -> None:
        self._over.set()


class Sliced(Calm):
    """In pieces of at most so many bytes."""

    def __init__(self, longest: int, chance: Random) -> None:
        super().__init__()
        self._longest = longest
        self._chance = chance

    async def pieces(self, line: Hashable, side: Side, chunk: bytes) -> AsyncIterator[bytes]:
        begin = 0
        while begin < len(chunk):
            end = begin + self._chance.randint(1, self._longest)
            yield chunk[begin:end]
            await asyncio.sleep(0)  # so that whoever reads there finds a piece by itself
            begin = end
        self.met += len(chunk)
        if not chunk:
            yield chunk


class Tearing(Calm):
    """Each connection is reset where so many bytes have come through on one side, in the middle of what was said."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._after = after
        self._seen: Counter[tuple[Hashable, Side]] = Counter()

    async def pieces(self, line: Hashable, side: Side, chunk: bytes) -> AsyncIterator[bytes]:
        left = self._after - self._seen[line, side]
        if len(chunk) > max(1, left):
            yield chunk[: max(1, left)]
            self.met += len(chunk)
            raise Torn
        self._seen[line, side] += len(chunk)
        yield chunk
