"""When this agency's purpose with what it has heard is over: annulled, or dead with nothing open here."""

from sqlalchemy import and_, exists, or_

from services.licensing.model import LicenceStatus
from services.licensing.model.application import OPEN
from services.licensing.store.tables import application, contact, licence, resident, taxpayer

# Also a licence under review or suspended is open: an officer still decides on it.
_OPEN_CASE = exists().where(application.c.resident_id == resident.c.resident_id, application.c.status.in_(OPEN))
_LICENCE = exists().where(licence.c.holder_id == resident.c.resident_id, licence.c.status != LicenceStatus.DICABUT)

RESIDENT_OVER = or_(
    resident.c.gone,
    resident.c.standing == "ANNULLED",
    and_(resident.c.life_status == "DIED", ~_OPEN_CASE, ~_LICENCE),
)
CONTACT_OVER = exists().where(resident.c.resident_id == contact.c.resident_id, RESIDENT_OVER)
TAXPAYER_OVER = exists().where(resident.c.resident_id == taxpayer.c.resident_id, RESIDENT_OVER)
