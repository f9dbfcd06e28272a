"""Taking out all of a person's licences and applications, case files too, as they stand; whatever columns they have."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import erasure

LICENCES = text("""
    select licence_id as key, version, false as buried,
           jsonb_build_object('licence', to_jsonb(licence.*), 'nib', to_jsonb(nib.*))::text as content
    from licence join nib on nib.resident_id = licence.holder_id
    where holder_id = :person order by licence_id for update of licence
""")
APPLICATIONS = text("""
    select application_id as key, version, buried_at is not null as buried,
           jsonb_build_object(
               'application', to_jsonb(application.*),
               'acts', (select jsonb_agg(to_jsonb(act.*) order by act_id) from act
                        where act.application_id = application.application_id),
               'questions', (select jsonb_agg(to_jsonb(kswp_request.*) order by requested_at) from kswp_request
                             where kswp_request.application_id = application.application_id))::text as content
    from application where resident_id = :person order by application_id for update of application
""")
DELETES = (
    text("delete from act using application a where a.application_id = act.application_id and a.resident_id = :person"),
    text("""
        delete from kswp_request q using application a where a.application_id = q.application_id
            and a.resident_id = :person
    """),
    text("delete from application where resident_id = :person"),
    text("delete from licence where holder_id = :person"),
    text("delete from nib where resident_id = :person"),
)


async def take_out(session: AsyncSession, person: UUID) -> list[erasure.Taken]:
    return await erasure.take_out(session, person, {"licence": LICENCES, "application": APPLICATIONS}, DELETES)
