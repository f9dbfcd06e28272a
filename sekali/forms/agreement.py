"""Region boxes must agree: the village lies in the district, the district in the regency, and so on."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sekali import regions
from sekali.errors import FieldError
from sekali.forms.declaration import ABOVE, Box


def disagreements(boxes: Sequence[Box], said: Mapping[str, Any], typed: Collection[str]) -> Iterator[FieldError]:
    """One error for each box that does not lie in the box its ``within`` names.

    Pairs that are both filled are the owner's matter: its list may be older than ours.
    """
    for box in boxes:
        if box.within is None or not {box.name, box.within} & set(typed):
            continue
        inner, outer = said.get(box.name), said.get(box.within)
        if inner is None or outer is None or _lies_in(box.type, inner, outer):
            continue
        yield FieldError(
            box.name, f"This {box.type.replace('_', ' ')} does not lie in the {ABOVE[box.type]} of box {box.within}.",
            f"Change {box.name} or {box.within}, so that they agree.", f"Isian ini tidak sesuai dengan {box.within}.",
        )  # fmt: skip


def _lies_in(kind: str, inner: str, outer: str) -> bool:
    if kind == "postal_code":
        return any(village.code == outer for village in regions.villages_of(inner))
    region = regions.find(inner)
    return region is not None and region.parent == outer
