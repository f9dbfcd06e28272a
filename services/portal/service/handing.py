"""Handing a kept submission on to its agency: at once by the door, later by a worker."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from sekali import tracing
from sekali.database import now
from services.portal.model import Answer, Verdict, back_off, verdict
from services.portal.prefill import Agencies
from services.portal.service import submissions as use_case
from services.portal.store import submissions

Transaction = Callable[[], AbstractAsyncContextManager[AsyncSession]]


@dataclass(frozen=True, slots=True)
class Handing:
    """What handing on needs. `deciders` are the agencies that decide on corrections of their facts."""

    agencies: Agencies
    deciders: Sequence[str]
    lease: timedelta
    first: timedelta
    most: timedelta

    async def over(
        self, transaction: Transaction, row: Mapping[Any, Any], authorization: str
    ) -> tuple[Verdict, Answer]:
        """Asks the agency once and settles what its answer means. A crash between the two is harmless:
        the agency knows the submission by its id and gives its first receipt again.
        """
        answer = await self.agencies.submit(
            row["agency"], row["form"], row["submission_id"], row["answers"], authorization
        )
        meaning = verdict(answer)
        async with transaction() as session:
            if meaning is Verdict.TAKEN:
                await use_case.take(session, row["submission_id"], answer, self.deciders)
            elif meaning is Verdict.REFUSED:
                await use_case.refuse(session, row["submission_id"], answer.body)
            else:
                detail = answer.cause or f"The door of {row['agency']} asks to come back later."
                wait = back_off(row["attempts"], self.first, self.most)
                await use_case.put_off(session, row["submission_id"], detail, wait)
        return meaning, answer

    async def over_all_due(self, transaction: Transaction) -> int:
        """The worker's round: every kept submission that is due, each in the trace it was sent in."""
        async with transaction() as session:
            due = await submissions.due(session, now(session), self.lease)
        await asyncio.gather(*(self._over_later(transaction, row) for row in due))
        return len(due)

    async def _over_later(self, transaction: Transaction, row: Mapping[Any, Any]) -> None:
        # Until sign-in exists, the portal speaks in the citizen's name by the development token.
        authorization = f"Bearer citizen:{row['resident_id']}"
        with tracing.span("hand on kept submission", parent=row["traceparent"]):
            await self.over(transaction, row, authorization)
