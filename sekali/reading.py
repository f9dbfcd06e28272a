"""How the records of one writer's schema are read with one contract: outer record, sealed groups, chosen fields."""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sekali import avro
from sekali.contracts import Contract, Schema, sealed_fields
from sekali.errors import SekaliError
from sekali.sealing import Keyring, SealBroken

MAGIC = 0
PREFIX = struct.Struct(">bI")
VERSION = "version"

Open = Callable[[bytes, bytes], bytes]
Group = tuple[str, Open, avro.Read]
"""Its name in the contract, what opens it, what reads its record."""


class Poison(SekaliError):
    """A record that will never be readable or applicable. `cause` is a code; the text holds no value of the record."""

    def __init__(self, cause: str, detail: str) -> None:
        super().__init__(detail)
        self.cause = cause


class NotSealed(ValueError):
    """A writer's schema that says in the open what the contract knows as sealed."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a copy takes of a record: dotted paths, read as a tuple in the order of `paths`.

    `raw`: those that are read without their logical type, as the number or string that Avro carries.
    """

    paths: tuple[str, ...]
    raw: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if list(self.paths) != sorted(self.paths, key=_group_of):
            raise ValueError("The paths of a shape stand by their groups.")

    def of(self, value: Mapping[str, Any]) -> tuple[Any, ...]:
        """The same of a record that is a dict, groups as dicts in it."""
        return tuple(_at(value, path) for path in self.paths)

    def within(self, group: str) -> list[str]:
        """The names of the group's fields; of the record's own with the group ""."""
        return [path.rpartition(".")[2] for path in self.paths if _group_of(path) == group]

    def raw_within(self, group: str) -> frozenset[str]:
        return frozenset(path.rpartition(".")[2] for path in self.raw if _group_of(path) == group)


def _group_of(path: str) -> str:
    return path.rpartition(".")[0]


def _at(value: Mapping[str, Any] | None, path: str) -> Any:
    for name in path.split("."):
        value = None if value is None else value[name]
    return value


class Plan(Protocol):
    def read(self, body: bytes, person: bytes, version: int | None) -> Any:
        """`person`: record key NUL subject, as in `sealing.binding`; `version`: what the header says, None for a fact.

        Raises `Poison`, `KeyNotKnownYet`, `NoRightToKey`.
        """
        ...


def plan(writer: Schema, contract: Contract, keyring: Keyring, shape: Shape | None) -> Plan:
    """How a writer's schema is read with a contract; with a shape into tuples, else into dicts. Raises `NotSealed`."""
    written = {group.name: group for group in sealed_fields(writer)}
    agreed = {group.name: group for group in contract.sealed}
    if bare := {field["name"] for field in writer["fields"]} & agreed.keys() - written.keys():
        raise NotSealed(f"{', '.join(sorted(bare))} is written without a seal")
    both = sorted(written.keys() & agreed.keys())  # a group that this revision lacks reads as null
    openers = {name: keyring.opener(contract.topic, name) for name in both}
    if shape is None:
        groups = [(name, openers[name], avro.reader(written[name].inner, agreed[name].inner)) for name in both]
        return _Whole(avro.reader(writer, contract.schema), tuple(groups))
    names, parts = [], []
    for name in sorted({group for path in shape.paths if (group := _group_of(path))}):
        fields, raw = shape.within(name), shape.raw_within(name)
        names.append(name)
        if name in openers:
            reader = avro.reader(avro.raw(written[name].inner, raw), avro.raw(agreed[name].inner, raw), fields)
            parts.append(_Part(name, len(fields), openers[name], reader))
        else:
            parts.append(_Part(name, len(fields), None, _picked(fields)))
    plain, raw = shape.within(""), shape.raw_within("")
    versioned = [VERSION] if any(field["name"] == VERSION for field in contract.schema["fields"]) else []
    outer = avro.reader(avro.raw(writer, raw), avro.raw(contract.schema, raw), [*versioned, *plain, *names])
    return _Row(outer, tuple(parts), bool(versioned), len(versioned), len(versioned) + len(plain))


@dataclass(frozen=True, slots=True)
class _Whole:
    """Reads into a dict by the contract's field names, groups as dicts in it."""

    outer: avro.Read
    groups: tuple[Group, ...]

    def read(self, body: bytes, person: bytes, version: int | None) -> dict[str, Any]:
        value: dict[str, Any] = _read(self.outer, body, PREFIX.size, "value")
        for name, opened, reader in self.groups:
            if value[name] is not None:
                value[name] = _read(reader, _opened(opened, person, value[name]), 0, name)
        if version is not None and value.get(VERSION, version) != version:
            raise _differs()
        return value


@dataclass(frozen=True, slots=True)
class _Part:
    """A group of the row: sealed, or, without `opened`, a record that stands in the open."""

    name: str
    width: int
    opened: Open | None
    reader: Callable[[Any, int], tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class _Row:
    """Reads into the tuple of a shape. `begin`, `end`: where the record's own fields lie in what `outer` answers."""

    outer: avro.Read
    parts: tuple[_Part, ...]
    versioned: bool
    begin: int
    end: int

    def read(self, body: bytes, person: bytes, version: int | None) -> tuple[Any, ...]:
        found = _read(self.outer, body, PREFIX.size, "value")
        if self.versioned and version is not None and found[0] != version:
            raise _differs()
        if not self.parts:
            return found[self.begin :]  # type: ignore[no-any-return]
        row = list(found[self.begin : self.end])
        for place, part in enumerate(self.parts, self.end):
            value = found[place]
            if value is None:
                row += (None,) * part.width
            elif part.opened is None:
                row += part.reader(value, 0)
            else:
                row += _read(part.reader, _opened(part.opened, person, value), 0, part.name)
        return tuple(row)


def _picked(fields: list[str]) -> Callable[[Any, int], tuple[Any, ...]]:
    return lambda value, _: tuple(value[name] for name in fields)


def _opened(opened: Open, person: bytes, sealed: bytes) -> bytes:
    try:
        return opened(person, sealed)
    except SealBroken as broken:
        raise Poison("SEAL_BROKEN", str(broken)) from None


def _read(reader: avro.Read, body: bytes, begin: int, place: str) -> Any:
    try:
        return reader(body, begin)
    except Exception as wrong:
        raise Poison("NOT_AVRO", f"The {place} is not Avro of its schema ({type(wrong).__name__}).") from None


def _differs() -> Poison:
    return Poison("VERSION_DIFFERS", "The header ce_entityversion and the field version differ.")
