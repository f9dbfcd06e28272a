"""When the tax agency's purpose with what it has heard is over: annulled, or dead with nothing open here."""

from sqlalchemy import and_, exists, or_

from services.tax.store.tables import contact, licence, resident, task

_TASK = exists().where(task.c.resident_id == resident.c.resident_id, task.c.closed_at.is_(None))
_held = licence.alias("held")
_LICENCE = exists().where(_held.c.holder_id == resident.c.resident_id, ~_held.c.gone, _held.c.status != "DICABUT")

RESIDENT_OVER = or_(
    resident.c.gone,
    resident.c.standing == "ANNULLED",
    and_(resident.c.life_status == "DIED", ~_TASK, ~_LICENCE),
)
CONTACT_OVER = exists().where(resident.c.resident_id == contact.c.resident_id, RESIDENT_OVER)
# A revoked licence's place keeps its NITKU; its address is not needed any more.
LICENCE_OVER = or_(
    licence.c.status == "DICABUT", exists().where(resident.c.resident_id == licence.c.holder_id, RESIDENT_OVER)
)
