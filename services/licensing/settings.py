"""What this agency is told from outside, beside what every agency is told."""

from datetime import timedelta

from pydantic import Field

from sekali.settings import AgencySettings


class Settings(AgencySettings):
    """The days and hours are demo values: the annexes of PP 28/2025 set them for each licence."""

    agency: str = "licensing"

    sla_working_days: int = Field(default=7, ge=1, le=250)
    """Working days that the office has before a licence is issued by itself."""
    kswp_repeat_after: timedelta = timedelta(hours=20)
    """How long tax may be silent before it is asked again; its answers are kept for 24 h."""
    worker_every: timedelta = timedelta(seconds=30)
    """How often the clocks are looked at: deadlines, silent questions, old applications."""
    verify_timeout: timedelta = timedelta(seconds=5)
    """How long the civil registry may take to say match or no match before it counts as away."""
