"""Confirmations of an erasure: what each agency has cleared and holds, collected by the owner into a receipt."""

import json
import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import spans
from sekali.erasure import holds
from sekali.tokens import Speaker

logger = logging.getLogger(__name__)
Transaction = Callable[[], AbstractAsyncContextManager[AsyncSession]]
SECONDS = 5.0
UNSAMPLED = "00-00000000000000000000000000000001-0000000000000001-00"

ERASED = text("select topic, version, erased_at, cleared from erasure where key = :key order by topic")
AGENCIES = text("""
    select agency, confirmed_at, cleared, holds from erasure_receipt where topic = :topic and key = :key order by agency
""")
MISSING = text("""
    select e.topic, e.key, e.version, r.agency from erasure_receipt r join erasure e using (topic, key)
    where r.confirmed_at is null order by e.erased_at desc, r.agency limit 200
""")
CONFIRM = text("""
    update erasure_receipt set confirmed_at = :at, cleared = cast(:cleared as jsonb), holds = cast(:holds as jsonb)
    where topic = :topic and key = :key and agency = :agency and confirmed_at is null
""")


async def confirmation(session: AsyncSession, person: UUID) -> dict[str, Any] | None:
    """{topic, version, erased_at, cleared, holds}, at the owner also {complete, agencies, missing}; or None."""
    row = (await session.execute(ERASED, {"key": person})).mappings().first()
    if row is None:
        return None
    found: dict[str, Any] = {**row, "holds": await holds.listed(session, person)}
    asked = (await session.execute(AGENCIES, {"topic": row["topic"], "key": person})).mappings().all()
    if asked:
        agencies = [dict(one) for one in asked]
        missing = [one["agency"] for one in agencies if one["confirmed_at"] is None]
        found |= {"complete": not missing, "agencies": agencies, "missing": missing}
    return found


async def collect(transaction: Transaction, speaker: Speaker, doors: Mapping[str, str]) -> int:
    """Asks those who have not confirmed yet; how many have now. A door that is down is asked again the next time."""
    async with transaction() as session:
        missing = (await session.execute(MISSING)).all()
    if not missing:
        return 0
    confirmed, down = 0, set[str]()
    with spans.carrying(UNSAMPLED):
        async with httpx.AsyncClient(timeout=SECONDS) as client:
            for row in missing:
                if row.agency in down or row.agency not in doors:
                    continue
                try:
                    url = f"{doors[row.agency]}/erasures/{row.key}"
                    answer = await client.get(url, headers=speaker.headers(row.agency))
                except httpx.TransportError:
                    down.add(row.agency)
                    continue
                confirmed += await _note(transaction, row, answer)
    return confirmed


async def _note(transaction: Transaction, row: Any, answer: httpx.Response) -> bool:
    if answer.status_code != 200:
        return False
    told = answer.json()
    if told["topic"] != row.topic or told["version"] < row.version:
        return False
    held = [{name: one[name] for name in ("record", "article", "until")} for one in told["holds"]]
    async with transaction() as session:
        await session.execute(
            CONFIRM,
            {
                "topic": row.topic,
                "key": row.key,
                "agency": row.agency,
                "at": datetime.fromisoformat(told["erased_at"]),
                "cleared": json.dumps(told["cleared"]),
                "holds": json.dumps(held),
            },
        )
    return True
