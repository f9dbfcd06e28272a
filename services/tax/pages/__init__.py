"""The officer's desk as pages. No rules here: each opens a transaction, calls one use case, shows what came of it."""

from pathlib import Path

from services.tax.pages.acting import acting
from services.tax.pages.desk import desk

ROOM = Path(__file__).parent

__all__ = ["ROOM", "acting", "desk"]
