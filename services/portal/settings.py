"""What the portal can be told from outside (environment SEKALI_…)."""

from datetime import timedelta

from sekali.settings import AgencySettings


class Settings(AgencySettings):
    """The portal's own switches beside those that every agency has."""

    door_timeout: timedelta = timedelta(seconds=5)
    """How long another agency's door may take before it counts as down."""

    retry_first: timedelta = timedelta(milliseconds=500)
    """Waiting time before a kept submission is handed on again; doubles with each try."""
    retry_most: timedelta = timedelta(minutes=1)
    """The longest such time."""

    not_heard_patience: timedelta = timedelta(days=1)
    """How long a kept submission waits for an agency that is up but has not heard of the citizen yet."""

    drafts_kept: timedelta = timedelta(days=7)
    """How long what a citizen has typed and not sent is kept."""

    declarations_every: timedelta = timedelta(seconds=30)
    """How often the other agencies' forms are read ahead, so that a submission can be kept while a door is down."""
