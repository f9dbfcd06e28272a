"""The boxes of the other agencies' forms, known to the portal before a citizen needs them."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.database import now
from sekali.errors import Problem, not_found
from services.portal.model import Answer, is_form_name
from services.portal.prefill import Agencies
from services.portal.service.handing import Transaction
from services.portal.store import submissions

FACTS = frozenset({"value", "as_of"})
"""What of an opened box is a person's."""


async def remember(session: AsyncSession, agency: str, form: str, boxes: Sequence[Mapping[str, Any]]) -> None:
    """Keeps the boxes as they are declared, so that pages can show them while the door is down; never a value."""
    await submissions.remember_declaration(session, agency, form, _declared(boxes), now(session))


async def remember_news(
    transaction: Transaction, agency: str, form: str, boxes: Sequence[Mapping[str, Any]],
    known: Sequence[Mapping[str, Any]],
) -> Sequence[Mapping[str, Any]]:  # fmt: skip
    """`remember` where they are other boxes than those known: nearly never, so an opened form costs no write.

    What is known now.
    """
    declared = _declared(boxes)
    if declared != list(known):
        async with transaction() as session:
            await remember(session, agency, form, boxes)
    return declared


def _declared(boxes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {name: told for name, told in box.items() if name not in FACTS}
        | {"source": box.get("source") or box.get("from")}
        for box in boxes
    ]


async def known_or_asked(
    transaction: Transaction, agencies: Agencies, agency: str, form: str
) -> Sequence[Mapping[str, Any]]:
    """The declared boxes of a form; asked of the agency when they are not known yet.

    Only a name that the agency lists is ever put into an address: somebody may have typed anything in its place.
    Raises 404 for a form that the agency does not list, 503 while its door is down.
    """
    async with transaction() as session:
        boxes = await submissions.declared_boxes(session, agency, form)
    if boxes is not None:
        return boxes
    if form not in listed_names(await agencies.forms(agency), agency):
        raise unknown_form()
    answer = await agencies.declaration(agency, form)
    if answer.status == 404:
        raise unknown_form()
    if answer.status != 200:
        raise door_down(agency, answer)
    async with transaction() as session:
        await remember(session, agency, form, answer.body["boxes"])
    return cast(Sequence[Mapping[str, Any]], answer.body["boxes"])


def listed_names(listed: Answer, agency: str) -> list[str]:
    """Names of the forms that an agency lists; one without that door has none. Raises 503 when it did not answer."""
    if listed.status not in {200, 404}:
        raise door_down(agency, listed)
    forms = listed.body.get("forms", []) if listed.status == 200 else []
    return [form["name"] for form in forms if is_form_name(form["name"])]


def unknown_form() -> Problem:
    return not_found("form", "GET /forms lists them all.")


def door_down(agency: str, answer: Answer) -> Problem:
    cause = answer.cause or f"The door of {agency} refuses the portal."
    return Problem(503, "door-down", "An agency's door is down", cause, agency=agency)


async def read_ahead(transaction: Transaction, agencies: Agencies) -> None:
    """The worker's round over all doors; one that is down is left for the next round."""
    for agency in agencies.names:
        with suppress(Problem):
            for form in listed_names(await agencies.forms(agency), agency):
                answer = await agencies.declaration(agency, form)
                if answer.status == 200:
                    async with transaction() as session:
                        await remember(session, agency, form, answer.body["boxes"])
