"""The officer's desk as pages. No rules here: each opens a transaction, calls one use case, shows what came of it."""

from pathlib import Path

from services.licensing.pages.cases import cases, lists
from services.licensing.pages.licences import licences
from services.licensing.pages.people import people

ROOM = Path(__file__).parent

__all__ = ["ROOM", "cases", "licences", "lists", "people"]
