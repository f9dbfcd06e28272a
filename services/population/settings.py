"""What the population registry can be told from outside (environment SEKALI_…)."""

from datetime import timedelta

from pydantic import Field

from sekali.settings import AgencySettings


class Settings(AgencySettings):
    """The registry's own switches beside those that every agency has."""

    issuing_region: str = "999999"
    """First six digits of the NIK and KK numbers that the registry issues itself; 99.99.99 is no real place."""

    verify_misses: int = Field(default=5, ge=1, le=100)
    """How many answers of one agency about one person may fail to match within the window, before it must wait."""
    verify_window: timedelta = timedelta(days=1)
    """How long such an answer counts."""
