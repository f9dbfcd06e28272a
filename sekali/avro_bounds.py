"""What a writer's schema may be, so that reading its records ends soon, whatever their bytes are.

A registry checks that a schema is compatible, not that it is kind: text of a kilobyte can stand for a milliard types,
a type that holds itself takes a reader as deep as the body is long, and items of no bytes are counted for ever.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

__all__ = ["Boundless", "refuse_boundless"]

MOST_TYPES = 5_000
"""Every type counted as often as it is named; the largest schema of the tree has under two hundred."""
DEEPEST = 40
LEAST_BYTES = {
    "null": 0, "boolean": 1, "int": 1, "long": 1, "float": 4, "double": 8, "bytes": 1, "string": 1, "enum": 1,
}  # fmt: skip


class Boundless(ValueError):
    """A schema that nobody should read by; the text says which bound it breaks and names nothing of it."""


class _Extent(NamedTuple):
    types: int
    least_bytes: int


def refuse_boundless(schema: Any) -> None:
    """Raises `Boundless`; any other Exception for what is no Avro schema."""
    _Measuring().of(schema, 0)


class _Measuring:
    def __init__(self) -> None:
        self._named: dict[str, _Extent | None] = {}

    def of(self, kind: Any, depth: int) -> _Extent:
        if depth > DEEPEST:
            raise Boundless(f"types stand in each other more than {DEEPEST} deep")
        if isinstance(kind, str):
            found = _Extent(1, LEAST_BYTES[kind]) if kind in LEAST_BYTES else self._by_name(kind)
        elif isinstance(kind, list):
            branches = [self.of(branch, depth + 1) for branch in kind]
            found = _together(branches, 1 + min(branch.least_bytes for branch in branches))
        else:
            found = self._spelt_out(kind, depth + 1)
        if found.types > MOST_TYPES:
            raise Boundless(f"it stands for more than {MOST_TYPES} types")
        return found

    def _by_name(self, name: str) -> _Extent:
        found = self._named[name.rpartition(".")[2]]
        if found is None:
            raise Boundless("a type holds itself")
        return found

    def _spelt_out(self, kind: dict[str, Any], depth: int) -> _Extent:
        what = kind["type"]
        if what in ("array", "map"):
            items = self.of(kind["items" if what == "array" else "values"], depth)
            if what == "array" and not items.least_bytes:
                raise Boundless("an array's items take no bytes")
            return _together([items], 1)
        if what == "record":
            return self._record(kind, depth)
        if what == "fixed":
            return self._under(kind, _Extent(1, int(kind["size"])))
        if what == "enum":
            return self._under(kind, _Extent(1, 1))
        if kind.get("logicalType") == "sealed" and "seals" in kind:
            return _together([_Measuring().of(kind["seals"], depth)], 1)  # self-contained
        return self.of(what, depth)

    def _record(self, kind: dict[str, Any], depth: int) -> _Extent:
        self._named[kind["name"].rpartition(".")[2]] = None
        fields = [self.of(field["type"], depth) for field in kind["fields"]]
        return self._under(kind, _together(fields, sum(field.least_bytes for field in fields)))

    def _under(self, kind: dict[str, Any], found: _Extent) -> _Extent:
        self._named[kind["name"].rpartition(".")[2]] = found
        return found


def _together(parts: Iterable[_Extent], least_bytes: int) -> _Extent:
    return _Extent(1 + sum(part.types for part in parts), least_bytes)
