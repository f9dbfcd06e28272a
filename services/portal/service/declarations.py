"""The boxes of the other agencies' forms, known to the portal before a citizen needs them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.database import now
from services.portal.prefill import Agencies
from services.portal.service.handing import Transaction
from services.portal.store import submissions

PORTAL = "Bearer agency:portal"


async def remember(session: AsyncSession, agency: str, form: str, boxes: Sequence[Mapping[str, Any]]) -> None:
    """Keeps what the portal needs of a declaration: names and sources of boxes, never a value."""
    kept = [{"name": box["name"], "source": box.get("source") or box.get("from")} for box in boxes]
    await submissions.remember_declaration(session, agency, form, kept, now(session))


async def known_or_asked(
    transaction: Transaction, agencies: Agencies, agency: str, form: str
) -> Sequence[Mapping[str, Any]] | None:
    """The declared boxes; asked of the agency when they are not known yet, None when its door is down then."""
    async with transaction() as session:
        boxes = await submissions.declared_boxes(session, agency, form)
    if boxes is not None:
        return boxes
    answer = await agencies.declaration(agency, form, PORTAL)
    if answer.status != 200:
        return None
    async with transaction() as session:
        await remember(session, agency, form, answer.body["boxes"])
        return await submissions.declared_boxes(session, agency, form)


async def read_ahead(transaction: Transaction, agencies: Agencies) -> None:
    """The worker's round over all doors; one that is down is left for the next round."""
    for agency in agencies.names:
        listed = await agencies.forms(agency, PORTAL)
        for form in listed.body.get("forms", []):
            answer = await agencies.declaration(agency, form["name"], PORTAL)
            if answer.status == 200:
                async with transaction() as session:
                    await remember(session, agency, form["name"], answer.body["boxes"])
