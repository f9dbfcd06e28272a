"""What the licensing agency keeps: copies of what it hears, its licences, applications and case files.

The modules are imported by name: `from services.licensing.store import copies, licences`.
"""

from services.licensing.store.registers import REGISTERS
from services.licensing.store.tables import metadata

__all__ = ["REGISTERS", "metadata"]
