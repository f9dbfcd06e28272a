"""The counter's desk as pages. No rules here: each opens a transaction, calls one use case, shows what came of it."""

from pathlib import Path

from services.population.pages.finding import finding
from services.population.pages.proposals import proposals
from services.population.pages.registering import registering
from services.population.pages.reporting import reporting

ROOM = Path(__file__).parent

__all__ = ["ROOM", "finding", "proposals", "registering", "reporting"]
