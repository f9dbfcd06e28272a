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
from sekali.tokens import CitizenCaller
from services.portal.model import Answer, Verdict, back_off, verdict, why_kept
from services.portal.prefill import Agencies
from services.portal.service import submissions as use_case
from services.portal.service.contact import is_known
from services.portal.store import contact, submissions

Transaction = Callable[[], AbstractAsyncContextManager[AsyncSession]]


@dataclass(frozen=True, slots=True)
class Handing:
    """What handing on needs. `deciders` are the agencies that decide on corrections of their facts.

    `patience`: how long an agency may go on not having heard of a citizen.
    """

    agencies: Agencies
    deciders: Sequence[str]
    lease: timedelta
    first: timedelta
    most: timedelta
    patience: timedelta

    async def over(
        self, transaction: Transaction, row: Mapping[Any, Any], *, promised: bool = True
    ) -> tuple[Verdict, Answer]:
        """Asks the agency once, in the citizen's name, and settles what its answer means.

        A crash between the two is harmless: the agency knows the submission by its id and gives its first
        receipt again.
        `promised`: the citizen may have been told that the form is kept.
        """
        citizen = CitizenCaller(row["resident_id"])
        answer = await self.agencies.submit(
            row["agency"], row["form"], row["submission_id"], row["answers"], citizen, sent_at=row["kept_at"]
        )
        meaning = verdict(answer)
        async with transaction() as session:
            if meaning is Verdict.UNHEARD and not await self._may_wait(session, row, promised):
                meaning = Verdict.REFUSED
            if meaning is Verdict.TAKEN:
                await use_case.take(session, row["submission_id"], answer, self.deciders)
            elif meaning is Verdict.REFUSED:
                await use_case.refuse(session, row["submission_id"], answer.body)
            else:
                # Only unbroken not hearing counts: while its door is down an agency may be unable to hear.
                since = (row["not_heard_since"] or now(session)) if meaning is Verdict.UNHEARD else None
                wait = back_off(row["attempts"], self.first, self.most)
                await use_case.put_off(session, row["submission_id"], why_kept(row["agency"], answer), wait, since)
        return meaning, answer

    async def _may_wait(self, session: AsyncSession, row: Mapping[Any, Any], promised: bool) -> bool:
        """A fact that the portal has is on its way to the agency too. What was promised waits in any case."""
        if not promised and not is_known(await contact.standing(session, row["resident_id"])):
            return False
        since = row["not_heard_since"]
        return since is None or now(session) - since < self.patience

    async def over_all_due(self, transaction: Transaction) -> int:
        """The worker's round: every kept submission that is due, each in the trace it was sent in."""
        async with transaction() as session:
            due = await submissions.due(session, now(session), self.lease)
        await asyncio.gather(*(self._over_later(transaction, row) for row in due))
        return len(due)

    async def _over_later(self, transaction: Transaction, row: Mapping[Any, Any]) -> None:
        with tracing.span("hand on kept submission", parent=row["traceparent"]):
            await self.over(transaction, row)
