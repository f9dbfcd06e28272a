"""The register's doors for people: officers' orders, look-ups, citizens' proposals."""

from services.population.forms.lookups import lookups
from services.population.forms.orders import orders
from services.population.forms.proposals import proposals
from services.population.forms.registrations import registrations

__all__ = ["lookups", "orders", "proposals", "registrations"]
