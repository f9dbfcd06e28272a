"""What the tax agency can be told from outside (environment SEKALI_…)."""

from datetime import timedelta

from sekali.settings import AgencySettings


class Settings(AgencySettings):
    """The tax agency's own switches beside those that every agency has."""

    bury_every: timedelta = timedelta(hours=1)
    """How often applications that ended long ago are taken off the bus."""

    remind_every: timedelta = timedelta(hours=6)
    """How often the reminders of a new tax year are made."""
