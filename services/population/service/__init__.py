"""The use cases of the register. Each runs in ONE transaction, which the door gives, and says what it changed."""

from services.population.service.current import CURRENT
from services.population.service.keeping import Desk, Done
from services.population.service.life_events import (
    annul,
    correct,
    die,
    divorce,
    erase,
    give_birth,
    marry,
    move,
    rename,
)
from services.population.service.proposals import decide
from services.population.service.registering import register_cards
from services.population.service.verifying import forget_misses, verify

__all__ = [
    "CURRENT", "Desk", "Done", "annul", "correct", "decide", "die", "divorce", "erase", "forget_misses",
    "give_birth", "marry", "move", "register_cards", "rename", "verify",
]  # fmt: skip
