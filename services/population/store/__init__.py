"""What the register keeps: tables and their queries."""

from services.population.store.registers import REGISTERS
from services.population.store.tables import metadata

__all__ = ["REGISTERS", "metadata"]
