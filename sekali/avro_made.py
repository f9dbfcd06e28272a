"""Writes the function that reads one pair of Avro schemas: `sekali.avro` says which shapes it knows."""

import struct
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from asyncpg.pgproto.pgproto import UUID  # a uuid.UUID that is parsed in C: 0.2 µs instead of 2

__all__ = ["EPOCH", "EPOCH_DAY", "PRIMITIVES", "UUID", "Read", "Unknown", "made"]

Read = Callable[[bytes, int], Any]
"""(body, where to begin) -> a dict by the reader's field names, or the tuple of the asked fields.

What is not Avro of the writer's schema raises some Exception; so do bytes behind the end.
"""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = date(1970, 1, 1).toordinal()
PRIMITIVES = frozenset({"null", "boolean", "int", "long", "float", "double", "bytes", "string"})
LOGICAL = {
    ("string", "uuid"): "UUID({0})",
    ("int", "date"): "day({0} + EPOCH_DAY)",
    ("long", "timestamp-millis"): "EPOCH + delta(milliseconds={0})",
    ("long", "timestamp-micros"): "EPOCH + delta(microseconds={0})",
}


class Unknown(Exception):
    """A shape that is left to fastavro."""


def made(writer: Any, contract: Any, fields: Sequence[str] | None) -> Read:
    """`fields`: answer a tuple of these, and read over the others. Raises `Unknown`; KeyError where the contract
    lacks one of them.
    """
    code, whole = _Code(), _spelt_out(contract, {})
    if fields is not None:
        whole["fields"] = [field for field in whole["fields"] if field["name"] in fields]
    values = code.record(_spelt_out(writer, {}), whole)
    if fields is None:
        answer = "{" + ", ".join(f"{name!r}: {value}" for name, value in values.items()) + "}"
    else:
        answer = "(" + "".join(f"{values[name]}, " for name in fields) + ")"
    code.add("if i != len(b): raise ValueError('bytes behind the end')", f"return {answer}")
    source = "def read(b, i):\n" + "\n".join(code.lines)
    # Made of our own schema files alone: names are quoted by repr, and no record is ever part of it.
    exec(compile(source, "<avro>", "exec"), code.constants)  # noqa: S102
    read: Read = code.constants["read"]
    return read


def _spelt_out(schema: Any, named: dict[str, Any]) -> Any:
    """Each type that is only named, put where it is named. `named`: what was defined before, by its last name."""
    if isinstance(schema, str):
        return schema if schema in PRIMITIVES else named.get(schema.rpartition(".")[2], schema)
    if isinstance(schema, list):
        return [_spelt_out(branch, named) for branch in schema]
    whole = dict(schema)
    if isinstance(whole["type"], dict):
        whole["type"] = _spelt_out(whole["type"], named)
    if "items" in whole:
        whole["items"] = _spelt_out(whole["items"], named)
    if "fields" in whole:
        whole["fields"] = [field | {"type": _spelt_out(field["type"], named)} for field in whole["fields"]]
    if "name" in whole:
        last = whole["name"].rpartition(".")[2]
        if last in named:
            raise Unknown  # two of one name, in two namespaces
        named[last] = whole
    return whole


def _long(body: bytes, i: int) -> tuple[int, int]:
    """A variable-length number of three bytes and more, before its zigzag is undone."""
    number, shift = 0, 0
    while True:
        byte = body[i]
        i += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
        shift += 7
        if shift > 63:
            raise ValueError("a number of more than 64 bits")
    if number >> 64:  # the tenth byte has room for one bit only
        raise ValueError("a number of more than 64 bits")
    return number, i


class _Code:
    """Lines of the function that is made. `b` is the body, `i` where it is read, `n` the number read last."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.constants: dict[str, Any] = {
            "_long": _long, "UUID": UUID, "EPOCH": EPOCH, "EPOCH_DAY": EPOCH_DAY, "day": date.fromordinal,
            "delta": timedelta, "double": struct.Struct("<d").unpack_from, "single": struct.Struct("<f").unpack_from,
        }  # fmt: skip
        self._depth = 1
        self._count = 0

    def add(self, *lines: str) -> None:
        self.lines += ["    " * self._depth + line for line in lines]

    def name(self) -> str:
        self._count += 1
        return f"v{self._count}"

    def constant(self, value: Any) -> str:
        name = f"K{len(self.constants)}"
        self.constants[name] = value
        return name

    def record(self, writer: Any, contract: Any) -> dict[str, str]:
        """Reads all fields of the writer; answers the contract's field names with the expressions that hold them."""
        if writer["name"].rpartition(".")[2] != contract["name"].rpartition(".")[2] or contract.get("aliases"):
            raise Unknown
        wanted = {field["name"]: field for field in contract["fields"]}
        found: dict[str, str] = {}
        for field in writer["fields"]:
            name = field["name"]
            if name in wanted:
                found[name] = self.name()
                self.value(found[name], field["type"], wanted[name]["type"])
            else:
                self.skip(field["type"])
        return {name: found.get(name) or self.default(field) for name, field in wanted.items()}

    def default(self, field: Any) -> str:
        """Of a field that the writer lacks."""
        kind = field["type"][0] if isinstance(field["type"], list) else field["type"]
        if "default" not in field or field.get("aliases") or (isinstance(kind, dict) and kind["type"] != "enum"):
            raise Unknown
        if not isinstance(field["default"], str | int | float | bool | None):
            raise Unknown
        return self.constant(field["default"])

    def zigzag(self) -> None:
        """A number as it is written: its double, one less where it is below zero."""
        self.add("n = b[i]; i += 1", "if n > 127:", "    m = b[i]; i += 1")
        self.add("    if m < 128: n = n & 127 | m << 7", "    else: n, i = _long(b, i - 2)")

    def number(self) -> None:
        self.zigzag()
        self.add("n = (n >> 1) ^ -(n & 1)")

    def length(self) -> None:
        """Leaves its double in `n`."""
        self.zigzag()
        self.add("if n & 1: raise ValueError('a length below zero')")

    def value(self, into: str, writer: Any, contract: Any) -> None:
        one, other = _optional(writer), _optional(contract)
        if one is not None:
            if other is None:
                raise Unknown
            place, kind = one
            self.add("n = b[i]; i += 1", f"if n == {place * 2}:")
            self.within(lambda: self.value(into, kind, other[1]))
            self.add(f"elif n == {2 - place * 2}: {into} = None", "else: raise ValueError('no such branch')")
        elif other is not None:
            self.value(into, writer, other[1])
        else:
            self.single(into, writer, contract)

    def within(self, write: Callable[[], None]) -> None:
        self._depth += 1
        write()
        self._depth -= 1

    def single(self, into: str, writer: Any, contract: Any) -> None:
        kind, logic = _kind(writer)
        if _kind(contract) != (kind, logic):
            raise Unknown
        if kind == "enum":
            self.enum(into, writer, contract)
        elif kind == "record":
            values = self.record(writer, contract)
            self.add(f"{into} = {{" + ", ".join(f"{name!r}: {value}" for name, value in values.items()) + "}")
        elif kind == "array":
            self.array(into, writer, contract)
        else:
            self.primitive(into, kind)
            if logic is not None:
                if (kind, logic) not in LOGICAL:
                    raise Unknown
                self.add(f"{into} = {LOGICAL[kind, logic].format(into)}")

    def primitive(self, into: str, kind: str) -> None:
        if kind in {"int", "long"}:
            self.number()
            self.add(f"{into} = n")
        elif kind in {"string", "bytes"}:
            self.length()
            decoded = ".decode()" if kind == "string" else ""
            self.add("e = i + (n >> 1)", f"{into} = b[i:e]{decoded}; i = e")
        elif kind == "boolean":
            self.add(f"{into} = b[i] != 0; i += 1")
        elif kind in {"float", "double"}:
            how, size = ("single", 4) if kind == "float" else ("double", 8)
            self.add(f"{into} = {how}(b, i)[0]; i += {size}")
        elif kind == "null":
            self.add(f"{into} = None")
        else:
            raise Unknown

    def enum(self, into: str, writer: Any, contract: Any) -> None:
        """A symbol that the contract does not know is read as its default."""
        known, default = set(contract["symbols"]), contract.get("default")
        symbols = [symbol if symbol in known else default for symbol in writer["symbols"]]
        if None in symbols or contract.get("aliases"):
            raise Unknown
        self.length()
        self.add(f"{into} = {self.constant(tuple(symbols))}[n >> 1]")

    def array(self, into: str, writer: Any, contract: Any) -> None:
        item, left = self.name(), self.name()
        self.add(f"{into} = []")

        def one() -> None:
            self.value(item, writer["items"], contract["items"])
            self.add(f"{into}.append({item})")

        self.blocks(left, one)

    def blocks(self, left: str, one: Callable[[], None]) -> None:
        """Runs of items, each with its count; a count below zero is followed by the run's size in bytes."""
        self.add("while True:")

        def run() -> None:
            self.number()
            self.add("if n == 0: break", f"{left} = n", "if n < 0:")
            self.within(self.number)
            self.add(f"    {left} = -{left}", f"if {left} > len(b): raise ValueError('more items than bytes')")
            self.add(f"for _ in range({left}):")
            self.within(one)

        self.within(run)

    def skip(self, kind: Any) -> None:
        optional = _optional(kind)
        if optional is not None:
            place, branch = optional
            self.add("n = b[i]; i += 1", f"if n == {place * 2}:")
            self.within(lambda: self.skip(branch))
            self.add(f"elif n != {2 - place * 2}: raise ValueError('no such branch')")
            return
        name, _ = _kind(kind)
        if name in {"string", "bytes"}:
            self.length()
            self.add("i += n >> 1")
        elif name in {"int", "long", "enum"}:
            self.zigzag()
        elif name in {"boolean", "float", "double", "null"}:
            self.add(f"i += {({'boolean': 1, 'float': 4, 'double': 8, 'null': 0})[name]}")
        elif name == "record":
            for field in kind["fields"]:
                self.skip(field["type"])
        elif name == "array":
            self.blocks(self.name(), lambda: self.skip(kind["items"]))
        else:
            raise Unknown


def _optional(kind: Any) -> tuple[int, Any] | None:
    """(place, type) of the one branch beside null; None for what is no union."""
    if not isinstance(kind, list):
        return None
    if len(kind) != 2 or kind.count("null") != 1:
        raise Unknown
    place = 1 - kind.index("null")
    return place, kind[place]


def _kind(kind: Any) -> tuple[str, str | None]:
    """(type, logical type); a type that is only named, defined elsewhere, is left to fastavro."""
    if isinstance(kind, str):
        if kind not in PRIMITIVES:
            raise Unknown
        return kind, None
    if isinstance(kind, dict) and isinstance(kind["type"], str):
        return kind["type"], kind.get("logicalType")
    raise Unknown
