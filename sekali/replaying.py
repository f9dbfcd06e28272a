"""What a replay does to a copy: a row whose version the log says again is compared, and made good where it differs.

The usual guard lets only higher versions through, so that reading again mends nothing.
A grave stays one: whom an erasure or the keeping time has emptied is not filled again by the version that stood there.
Effects need nothing of this: each has run once by its event's id, and what never ran runs now.
"""

import copy

from sekali.applying import Applying
from sekali.projection import Copy


class Remade(Copy):
    """The same copy with a guard that also lets through the version that stands there, where a column differs.

    When it was said (`as_of`) is not compared: a record that the relay sent twice has two times.
    """

    def guard(self) -> str:
        table = self.projection.into.name
        differs = " or ".join(f"{table}.{name} is distinct from excluded.{name}" for name in ("gone", *self._columns))
        return f"{super().guard()} or {table}.version = excluded.version and not {table}.gone and ({differs})"


def remaking(applying: Applying) -> Applying:
    """What applies the batches of a replay: beside its copy all is the same."""
    if applying.copy is None:
        return applying
    made = copy.copy(applying)
    made.copy = Remade(applying.copy.projection, applying.contract)
    return made
