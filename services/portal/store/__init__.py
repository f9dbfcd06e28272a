"""What the portal keeps: tables and their queries, one module for each matter."""

from services.portal.store.registers import REGISTERS

__all__ = ["REGISTERS"]
