"""A peer's settings are tried, not guessed: all of them in the first pair, the fastest in the others."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Way = TypeVar("Way")


class Tried(Generic[Way]):
    """`run` answers in events/s; in words, what each way gave at its first try."""

    def __init__(self, ways: Sequence[Way], run: Callable[[Way], Awaitable[float]]) -> None:
        self._ways, self._run = ways, run
        self._first: list[tuple[float, Way]] = []

    async def best(self) -> float:
        if self._first:
            return await self._run(self._fastest[1])
        self._first = [(await self._run(way), way) for way in self._ways]
        return self._fastest[0]

    @property
    def _fastest(self) -> tuple[float, Way]:
        return max(self._first, key=lambda one: one[0])

    def __str__(self) -> str:
        return "; ".join(f"{rate:,.0f}/s {way}" for rate, way in self._first)
