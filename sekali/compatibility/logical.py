"""Logical types: which ones Avro knows, and when it says to ignore one.

An unknown one is kept by its name: dropping or changing it changes what readers make of a value.
"""

from typing import Any

from sekali.compatibility.nodes import Logical

BASES: dict[str, frozenset[str]] = {
    "date": frozenset({"int"}),
    "time-millis": frozenset({"int"}),
    "time-micros": frozenset({"long"}),
    "timestamp-millis": frozenset({"long"}),
    "timestamp-micros": frozenset({"long"}),
    "timestamp-nanos": frozenset({"long"}),
    "local-timestamp-millis": frozenset({"long"}),
    "local-timestamp-micros": frozenset({"long"}),
    "local-timestamp-nanos": frozenset({"long"}),
    "uuid": frozenset({"string", "fixed"}),
    "duration": frozenset({"fixed"}),
    "decimal": frozenset({"bytes", "fixed"}),
    "big-decimal": frozenset({"bytes"}),
    "sealed": frozenset({"bytes"}),
}


def logical_type(kind: str, schema: dict[str, Any], size: int) -> Logical | None:
    """The logical type that counts; None where there is none or Avro says to ignore it. `size` of a fixed in bytes."""
    name = schema.get("logicalType")
    if not isinstance(name, str) or (name in BASES and kind not in BASES[name]):
        return None
    if name == "decimal":
        return _decimal(kind, schema, size)
    if kind == "fixed" and size != {"uuid": 16, "duration": 12}.get(name, size):
        return None
    return (name,)


def _decimal(kind: str, schema: dict[str, Any], size: int) -> Logical | None:
    precision, scale = schema.get("precision", 0), schema.get("scale", 0)
    if not _whole(precision, 1) or not _whole(scale, 0) or scale > precision:
        return None
    # A fixed of n bytes holds that many digits at most, by the specification's formula.
    if kind == "fixed" and precision > (len(str(2 ** (8 * size - 1) - 1)) - 1 if size else 0):
        return None
    return ("decimal", precision, scale)


def _whole(number: Any, least: int) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number >= least
