"""Taking out all that the tax agency registered of a person, as it stands; whatever columns it has."""

from collections import Counter
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import erasure

TAXPAYER = text("""
    select resident_id as key, version, false as buried,
           jsonb_build_object(
               'taxpayer', to_jsonb(taxpayer.*),
               'places', (select jsonb_agg(to_jsonb(nitku.*) order by serial) from nitku
                          where nitku.resident_id = taxpayer.resident_id),
               'returns', (select jsonb_agg(to_jsonb(tax_return.*) order by tax_year) from tax_return
                           where tax_return.resident_id = taxpayer.resident_id),
               'acts', (select jsonb_agg(to_jsonb(act.*) order by act_id) from act
                        where act.resident_id = taxpayer.resident_id))::text as content
    from taxpayer where resident_id = :person for update of taxpayer
""")
APPLICATIONS = text("""
    select application_id as key, version, buried, jsonb_build_object('application', to_jsonb(application.*))::text
           as content
    from application where resident_id = :person order by application_id for update
""")
HELD = (
    text("delete from nitku where resident_id = :person"),
    text("delete from tax_return where resident_id = :person"),
    text("delete from act where resident_id = :person"),
    text("delete from taxpayer where resident_id = :person"),
    text("delete from application where resident_id = :person"),
)
NOT_HELD = {
    "tasks": text("delete from task where resident_id = :person"),
    "reminders": text("delete from reminder where resident_id = :person"),
    "kswp_answers": text("delete from kswp_answer where resident_id = :person"),
}


async def take_out(session: AsyncSession, person: UUID) -> tuple[list[erasure.Taken], Counter[str]]:
    """What may be held, and the counts of what no law keeps."""
    taken = await erasure.take_out(session, person, {"taxpayer": TAXPAYER, "application": APPLICATIONS}, HELD)
    gone: Counter[str] = Counter()
    for what, statement in NOT_HELD.items():
        done: Any = await session.execute(statement, {"person": person})
        gone[what] = done.rowcount
    return taken, gone
