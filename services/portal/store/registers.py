"""Where this agency's own records of a person stand: whether it has one, `GET /facts/me` tells the person."""

from sekali.held import Registers
from services.portal.store.tables import contact, correction

# portal.contact.v1 says the same row once more, until its sunset.
REGISTERS: Registers = {
    "portal.contact.v2": contact.c.resident_id,
    "portal.correction.v1": correction.c.resident_id,
}
