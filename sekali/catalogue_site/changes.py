"""What a revision changed against the one before it: `sekali schemas diff` as the rows of a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sekali.catalogue_site.fields import Field, every
from sekali.compatibility import parse
from sekali.compatibility.changes import changes
from sekali.contracts import Revision


@dataclass(frozen=True, slots=True)
class Row:
    """`kind` is added, removed or changed; `words` are in English. `field` is None where the record itself changed."""

    kind: str
    path: str
    words: str
    field: Field | None


@dataclass(frozen=True, slots=True)
class Step:
    revision: Revision
    rows: tuple[Row, ...] = ()


def between(old: Revision, new: Revision) -> tuple[Row, ...]:
    named = {field.path: field for field in (*every(old.schema), *every(new.schema))}
    found = changes(parse(old.schema), parse(new.schema))
    return tuple(Row(one.kind, one.path, one.words, named.get(one.path)) for one in found)


def history(revisions: Sequence[Revision]) -> list[Step]:
    """Newest first; of the first revision nothing is told."""
    steps = [Step(revisions[0])] + [Step(new, between(old, new)) for old, new in pairwise(revisions)]
    return steps[::-1]
