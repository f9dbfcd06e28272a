"""Another agency asks whether answers match; it is recorded in the same transaction, before it hears."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali import uses
from sekali.database import now
from services.population import prefill
from services.population.model.codes import Standing
from services.population.model.verifying import Guessing, compared
from services.population.store import finding, misses


async def verify(
    session: AsyncSession, agency: str, resident_id: UUID, answers: Mapping[str, str], guessing: Guessing
) -> dict[str, bool] | None:
    """Field -> match; None where no record in force stands under the id. Problem 429 where too much was guessed.

    Neither answers nor matches are kept: only that it was asked about these fields, and how many did not match.
    """
    at = now(session)
    guessing.refuse(await misses.since(session, agency, resident_id, at - guessing.window), at)
    uses.record(session, uses.by_agency(agency), resident_id, {prefill.RESIDENT: list(answers)}, way=uses.VERIFY)
    found = await finding.by_id(session, resident_id)
    if found is None or found[0].standing is not Standing.VALID:
        return None
    matched = compared(prefill.groups(prefill.Found(*found)), answers)
    wrong = list(matched.values()).count(False)
    if wrong:
        await misses.note(session, agency, resident_id, at, wrong)
    return matched


async def forget_misses(session: AsyncSession, window: timedelta) -> None:
    await misses.forget(session, now(session) - window)
