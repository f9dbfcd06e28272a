"""The register's doors for people: officers' orders, look-ups, citizens' proposals."""

from services.population.forms.erasures import erasures
from services.population.forms.lookups import lookups
from services.population.forms.orders import orders
from services.population.forms.proposals import proposals
from services.population.forms.registrations import registrations
from services.population.forms.verifying import verifying

__all__ = ["erasures", "lookups", "orders", "proposals", "registrations", "verifying"]
