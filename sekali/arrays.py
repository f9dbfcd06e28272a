"""Keys as a parameter of SQL."""

from collections.abc import Iterable
from uuid import UUID

KEYS = "cast(cast(:keys as text) as uuid[])"
"""The parameter that `array_of` makes. Of a list the driver looks at each element for another list in it."""


def array_of(keys: Iterable[UUID]) -> str:
    return "{" + ",".join(map(str, keys)) + "}"
