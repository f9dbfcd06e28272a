"""What a revision changed against the one before it, field by field."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sekali.catalogue_site.fields import Field, every
from sekali.contracts import Revision


@dataclass(frozen=True, slots=True)
class Change:
    """Paths of fields that came, went, or look different now."""

    revision: Revision
    added: tuple[Field, ...] = ()
    removed: tuple[Field, ...] = ()
    changed: tuple[Field, ...] = ()

    @property
    def nothing(self) -> bool:
        return not (self.added or self.removed or self.changed)


def history(revisions: Sequence[Revision]) -> list[Change]:
    """Newest first; of the first revision nothing is told."""
    told = [Change(revisions[0])]
    for before, now in pairwise(revisions):
        old = {field.path: field for field in every(before.schema)}
        new = {field.path: field for field in every(now.schema)}
        told.append(
            Change(
                now,
                added=tuple(field for path, field in new.items() if path not in old),
                removed=tuple(field for path, field in old.items() if path not in new),
                changed=tuple(field for path, field in new.items() if path in old and _differs(old[path], field)),
            )
        )
    return told[::-1]


def _differs(old: Field, new: Field) -> bool:
    if old.members and new.members:  # what changed inside a group is told of its members
        return (old.label, old.doc, old.optional) != (new.label, new.doc, new.optional)
    return old != new
