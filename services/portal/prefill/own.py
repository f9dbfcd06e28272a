"""The portal's own form: how a citizen wants to be reached."""

from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.forms import Fact, Form
from services.portal.model import CONTACT_TOPIC
from services.portal.store import contact


def contact_form() -> Form:
    return Form.load(Path(__file__).parents[1] / "contact.form.yaml")


async def contact_fact(session: AsyncSession, resident_id: UUID) -> dict[str, Fact]:
    """What the citizen said last; nothing before the first time."""
    row = await contact.read(session, resident_id)
    if row is None:
        return {}
    values = {"email.address": row["email"], "mobile.number": row["mobile"]}
    return {CONTACT_TOPIC: Fact(values, row["said_at"], row["version"])}
