"""What a replay does to a copy: a row whose version the log says again is compared, and made good where it differs.

The usual guard lets only higher versions through, so that reading again mends nothing.
A grave stays one: whom an erasure or the keeping time has emptied is not filled again by the version that stood there.
Effects need nothing of this: each has run once by its event's id, and what never ran runs now.
"""

import copy

from sqlalchemy import TextClause, text

from sekali.applying import Applying
from sekali.contracts import Contract
from sekali.inbox import Projection
from sekali.projection import Copy


class Remade(Copy):
    """The same copy with a guard that also lets through the version that stands there, where a column differs.

    When it was said (`as_of`) is not compared: a record that the relay sent twice has two times.
    """

    def __init__(self, projection: Projection, contract: Contract) -> None:
        super().__init__(projection, contract)
        table = projection.into.name
        guard = f"where {table}.version < excluded.version"
        differs = " or ".join(f"{table}.{name} is distinct from excluded.{name}" for name in ("gone", *self._columns))
        wider = f"{guard} or {table}.version = excluded.version and not {table}.gone and ({differs})"
        held = {name: one.text if isinstance(one, TextClause) else one for name, one in vars(self).items()}
        statements = {name: one for name, one in held.items() if isinstance(one, str) and guard in one}
        if not statements:
            raise AssertionError(f"The guard of {table} is written otherwise: sekali/projection.py was changed.")
        for name, statement in statements.items():
            made = statement.replace(guard, wider)
            setattr(self, name, text(made) if isinstance(vars(self)[name], TextClause) else made)


def remaking(applying: Applying) -> Applying:
    """What applies the batches of a replay: beside its copy all is the same."""
    if applying.copy is None:
        return applying
    made = copy.copy(applying)
    made.copy = Remade(applying.copy.projection, applying.contract)
    return made
