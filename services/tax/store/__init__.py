"""What the tax agency keeps: copies of what it hears, its register, tasks, applications.

The modules are imported by name: `from services.tax.store import copies, register`.
"""

from services.tax.store.registers import REGISTERS
from services.tax.store.tables import metadata

__all__ = ["REGISTERS", "metadata"]
