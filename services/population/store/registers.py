"""Where this agency's own records of a person stand: whether it has one, `GET /facts/me` tells the person."""

from sekali.held import Registers
from services.population.store.tables import resident

REGISTERS: Registers = {"population.resident.v1": resident.c.resident_id}
