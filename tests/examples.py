"""How many examples a property is tried with: its own number, or that of the fault suite's profile.

Hypothesis is not imported where nobody asks: most sessions have no property.
"""

import os

PROFILE, COUNT = "faults", "SEKALI_EXAMPLES"


def load_profile() -> None:
    """Before anything is collected; the number stands in the environment.

    A failure that was found earlier is not tried first: only what is drawn counts.
    """
    if COUNT in os.environ:
        from hypothesis import settings

        settings.register_profile(PROFILE, max_examples=int(os.environ[COUNT]), deadline=None, database=None)
        settings.load_profile(PROFILE)


def examples(usual: int) -> int:
    """For a property's own `settings(max_examples=…)`, which else outdoes any profile."""
    from hypothesis import settings

    return settings().max_examples if settings.get_current_profile_name() == PROFILE else usual
