"""What the population registry can be told from outside (environment SEKALI_…)."""

from sekali.settings import AgencySettings


class Settings(AgencySettings):
    """The registry's own switches beside those that every agency has."""

    issuing_region: str = "999999"
    """First six digits of the NIK and KK numbers that the registry issues itself; 99.99.99 is no real place."""
