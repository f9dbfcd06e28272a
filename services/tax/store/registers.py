"""Where this agency's own records of a person stand: whether it has one, `GET /facts/me` tells the person."""

from sekali.held import Registers
from services.tax.store.tables import application, taxpayer

REGISTERS: Registers = {
    "tax.application.v1": application.c.resident_id,
    "tax.taxpayer.v1": taxpayer.c.resident_id,
}
