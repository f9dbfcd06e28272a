"""Where this agency's own records of a person stand: whether it has one, `GET /facts/me` tells the person."""

from sekali.held import Registers
from services.licensing.store.tables import application, licence

REGISTERS: Registers = {
    "licensing.application.v1": application.c.resident_id,
    "licensing.licence.v1": licence.c.holder_id,
}
