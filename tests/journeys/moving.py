"""Households of twenty that move at the registry's door, so many people a second, for as long as somebody looks on.

Each move is one order of an officer and twenty real events, `population.resident.v1`, for every agency that hears it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from secrets import token_hex
from string import ascii_uppercase
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

TOPIC = "population.resident.v1"
HEARD = ("sekali_inbox_applied_total", "sekali_inbox_duplicate_total")
FAMILIES, MEMBERS = 30, 20
AT_ONCE = 4
WIDOW_BORN, CHILD_BORN, CARD_ISSUED = date(1970, 1, 1), date(1995, 1, 1), date(2021, 1, 1)
SERIAL = 9001
"""On days that neither the story's people nor the seeded ones with this serial are born on or issued a card."""
STREETS = (
    {"street": "JALAN ANGGREK NOMOR 1", "village_code": "3273021004", "postal_code": "40135"},
    {"street": "JALAN TERATAI NOMOR 2", "village_code": "5171011003", "postal_code": "80223"},
)


@dataclass
class Arrived:
    """What came in while somebody looked on: agency -> people's changes a second, as its own metrics count them."""

    seconds: float = 0.0
    rates: dict[str, float] = field(default_factory=dict)


class Movers:
    def __init__(self, addresses: Mapping[str, str], hearers: tuple[str, ...]) -> None:
        """`addresses`: service -> URL. `hearers`: the agencies whose metrics tell what has arrived."""
        self._addresses, self._hearers = addresses, hearers
        headers = {"Authorization": "Bearer officer:population:pindahan"}
        self._client = httpx.AsyncClient(headers=headers, timeout=30)
        self._heads: list[str] = []
        self._moves = 0

    async def register(self) -> None:
        """All at once, as the seed does it."""
        body = {"cards": [_card(family) for family in range(FAMILIES)]}
        answer = await self._post("/family-cards/batch", body)
        self._heads = [card["residents"][0]["resident_id"] for card in answer["cards"]]

    @asynccontextmanager
    async def moving(self, people_a_second: int) -> AsyncIterator[Arrived]:
        """Inside, they move. Afterwards it is told how many changes really arrived, and in which time."""
        arrived, stop = Arrived(), asyncio.Event()
        driver = asyncio.create_task(self._drive(people_a_second / MEMBERS, stop))
        try:
            before, began = await self._heard(), time.monotonic()
            yield arrived
            after, arrived.seconds = await self._heard(), time.monotonic() - began
            arrived.rates = {name: (after[name] - before[name]) / arrived.seconds for name in self._hearers}
        finally:
            stop.set()
            await driver

    async def close(self) -> None:
        await self._client.aclose()

    async def _drive(self, moves_a_second: float, stop: asyncio.Event) -> None:
        """By the clock: what a slow moment leaves behind is made up for, a few orders at a time."""
        began, started, free = time.monotonic(), 0, asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as orders:
            while not stop.is_set():
                await free.acquire()
                orders.create_task(self._move(free))
                started += 1
                wait = began + started / moves_a_second - time.monotonic()
                if wait > 0:
                    await asyncio.sleep(wait)

    async def _move(self, free: asyncio.Semaphore) -> None:
        try:
            family, turn = self._moves % FAMILIES, self._moves // FAMILIES
            self._moves += 1
            order = {"resident_id": self._heads[family], "moved_on": date.today().isoformat(),
                     "address": STREETS[turn % 2]}  # fmt: skip
            await self._post("/moves", order)
        finally:
            free.release()

    async def _post(self, path: str, body: Any) -> Any:
        headers = {"traceparent": f"00-{token_hex(16)}-{token_hex(8)}-00"}  # not sampled, as most of a day's work
        answer = await self._client.post(self._addresses["population"] + path, json=body, headers=headers)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.json().get('type')}"
        return answer.json()

    async def _heard(self) -> dict[str, float]:
        answers = await asyncio.gather(
            *(self._client.get(f"{self._addresses[name]}/metrics") for name in self._hearers)
        )
        return {name: heard(answer.text) for name, answer in zip(self._hearers, answers, strict=True)}


def heard(metrics: str) -> float:
    """Changes of people that an agency has heard since it started."""
    return sum(
        sample.value
        for family in text_string_to_metric_families(metrics)
        for sample in family.samples
        if sample.name in HEARD and sample.labels.get("topic") == TOPIC
    )


def _card(family: int) -> dict[str, Any]:
    """A widow and nineteen grown children."""
    kk = f"999999{CARD_ISSUED + timedelta(days=family):%d%m%y}{SERIAL}"
    members = [_member(family, 0, WIDOW_BORN + timedelta(days=family), "CERAI_MATI", "KEPALA_KELUARGA")]
    for place in range(1, MEMBERS):
        born = CHILD_BORN + timedelta(days=family * MEMBERS + place)
        members.append(_member(family, place, born, "BELUM_KAWIN", "ANAK"))
    return {"kk_number": kk, "address": STREETS[1], "members": members}


def _member(family: int, place: int, born: date, marital_status: str, relationship: str) -> dict[str, Any]:
    return {
        "nik": f"999999{born.day + 40:02d}{born:%m%y}{SERIAL}",
        "full_name": f"PINDAHAN {ascii_uppercase[place]} CONTOH", "sex": "P", "birth_date": born.isoformat(),
        "birth_place": "BANDUNG", "religion": "ISLAM",
        "marital_status": marital_status, "occupation": "WIRASWASTA", "relationship": relationship,
        "mother_name": f"IBU {ascii_uppercase[family % MEMBERS]} CONTOH",
    }  # fmt: skip
