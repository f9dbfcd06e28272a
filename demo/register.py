"""The population registry's doors, as seeding uses them: in an officer's name, never sampled by tracing."""

import asyncio
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, NamedTuple

import httpx

from demo import people
from sekali.errors import SekaliError

TRIES = 8
FIRST_WAIT = 0.25


class SeedFailed(SekaliError):
    """The registry does not answer, refuses a batch, or does not say it in time."""


class Count(NamedTuple):
    residents: int
    unsaid: int


@dataclass
class Register:
    client: httpx.AsyncClient

    async def count(self) -> Count:
        found = (await self._sent("GET", "/residents/count")).json()
        return Count(found["residents"], found["unsaid"])

    async def has(self, batch: int) -> bool:
        """Whether a batch is in: it is registered whole or not at all."""
        if batch >= people.MOST_RESIDENTS // people.BATCH:
            return False
        answer = await self._sent("POST", "/family-cards/find", {"kk_number": people.kk_number(batch)})
        return answer.status_code == httpx.codes.OK

    async def add(self, batch: int) -> None:
        """Registers a batch, or finds that it is in already."""
        cards = await asyncio.to_thread(people.batch, batch)
        answer = await self._sent("POST", "/family-cards/batch", {"cards": cards})
        if answer.status_code == httpx.codes.CREATED:
            return
        if answer.status_code == httpx.codes.CONFLICT and await self.has(batch):
            return
        slug = str(answer.json().get("type", "")).rpartition(":")[2]
        raise SeedFailed(
            f"The registry refuses batch {batch} ({answer.status_code} {slug}). "
            "If it holds people of another making, start with fresh data: `make clean`."
        )

    async def _sent(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Asks again while the door is down: every request here may be sent twice."""
        wait = FIRST_WAIT
        for _ in range(TRIES):
            unsampled = {"traceparent": f"00-{token_hex(16)}-{token_hex(8)}-00"}
            try:
                answer = await self.client.request(method, path, json=body, headers=unsampled)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                return answer
            await asyncio.sleep(wait)
            wait *= 2
        raise SeedFailed("The population registry does not answer: ask `sekali doctor`, then seed again.")
