"""Can data of one schema be read with another? Avro's resolution rules, stricter where values would be corrupted."""

from dataclasses import dataclass

from sekali.compatibility.nodes import MISSING, Field, Node, logical_text

PROMOTIONS: dict[str, frozenset[str]] = {  # reader: writers that it takes besides its own kind
    "long": frozenset({"int"}),
    "float": frozenset({"int", "long"}),
    "double": frozenset({"int", "long", "float"}),
    "bytes": frozenset({"string"}),
}
NEW_FIELD = "Add a field under a new name and leave the old one as it is"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why data cannot be read: `path` is the field in dots ("" = the schema itself), sealed groups looked into."""

    path: str
    message: str
    way_out: str

    def __str__(self) -> str:
        place = f'"{self.path}"' if self.path else "the schema itself"
        return f"{place}: {self.message}. {self.way_out}."


def resolve(reader: Node, writer: Node, *, bytes_as_text: bool = False) -> list[Reason]:
    """Every reason why data written with `writer` cannot be read, or not rightly, with `reader`.

    `bytes_as_text` lets plain bytes be read as a string, as Avro does; it fails on what is not UTF-8.
    """
    return _Resolver(bytes_as_text).resolve(reader, writer, "")


class _Resolver:
    def __init__(self, bytes_as_text: bool) -> None:
        self._bytes_as_text = bytes_as_text
        self._busy: set[tuple[int, int]] = set()

    def resolve(self, reader: Node, writer: Node, path: str) -> list[Reason]:
        pair = id(reader), id(writer)
        if pair in self._busy:  # a recursive type: judged where it began
            return []
        self._busy.add(pair)
        try:
            return self._resolve(reader, writer, path)
        finally:
            self._busy.discard(pair)

    def _resolve(self, reader: Node, writer: Node, path: str) -> list[Reason]:
        if writer.kind == "union":
            return self._writer_union(reader, writer, path)
        if reader.kind == "union":
            return self._reader_union(reader, writer, path)
        if reader.kind != writer.kind:
            return self._promotion(reader, writer, path) or _logical(reader, writer, path)
        if reader.kind in {"record", "enum", "fixed"} and not _same_name(reader, writer):
            way_out = "Keep the name, or add the old one to the aliases of the reader's type"
            return [Reason(path, f"the {writer.kind} {writer.name} is read as {reader.name}", way_out)]
        return self._same_kind(reader, writer, path)

    def _same_kind(self, reader: Node, writer: Node, path: str) -> list[Reason]:
        if reader.kind == "record":
            return [reason for field in reader.fields for reason in self._field(field, writer, path)]
        if reader.items is not None and writer.items is not None:
            return self.resolve(reader.items, writer.items, f"{path}[]")
        if reader.sealed is not None and writer.sealed is not None:
            return self.resolve(reader.sealed, writer.sealed, path)
        if reader.kind == "enum":
            return _symbols(reader, writer, path)
        if reader.kind == "fixed" and reader.size != writer.size:
            message = f"the fixed {writer.simple_name} has {writer.size} bytes and is read with {reader.size}"
            return [Reason(path, message, NEW_FIELD)]
        return _logical(reader, writer, path)

    def _field(self, field: Field, writer: Node, path: str) -> list[Reason]:
        here = f"{path}.{field.name}" if path else field.name
        written = _written_as(field, writer)
        if written is not None:
            return self.resolve(field.node, written.node, here)
        if field.default is not MISSING:
            return []
        message = f"the field {field.name!r} is not in the data and has no default"
        return [Reason(here, message, 'Give it a default in the reader\'s schema (best: ["null", ...] with null)')]

    def _writer_union(self, reader: Node, writer: Node, path: str) -> list[Reason]:
        found = []
        for branch in writer.branches:
            reasons = self.resolve(reader, branch, path)
            if reasons and any(reason.path != path for reason in reasons):
                found += reasons
            elif reasons:
                message = f"the data may hold {branch}, which {reader} does not take"
                why = reasons[0].message
                found.append(Reason(path, message + (f" ({why})" if why not in message else ""),
                                    "Keep each branch of the union that was ever written"))  # fmt: skip
        return found

    def _reader_union(self, reader: Node, writer: Node, path: str) -> list[Reason]:
        tried = []
        for branch in reader.branches:
            reasons = self.resolve(branch, writer, path)
            if not reasons:
                return []
            if branch.kind == writer.kind and (not branch.name or _same_name(branch, writer)):
                tried.append(reasons)
        if len(tried) == 1:  # the branch that was meant: its own reasons say more
            return tried[0]
        return [Reason(path, f"{writer} is none of the branches of the {reader}", "Add the branch to the union")]

    def _promotion(self, reader: Node, writer: Node, path: str) -> list[Reason]:
        if writer.kind in PROMOTIONS.get(reader.kind, frozenset()):
            return []
        if (reader.kind, writer.kind) == ("string", "bytes"):
            message = "bytes are read as text, which fails or garbles what is not UTF-8"
            return [] if self._bytes_as_text else [Reason(path, message, NEW_FIELD)]
        return [Reason(path, f"{writer} is read as {reader}", NEW_FIELD)]


def _logical(reader: Node, writer: Node, path: str) -> list[Reason]:
    if reader.logical == writer.logical:
        return []
    message = f"a value written as {logical_text(writer.logical)} is read as {logical_text(reader.logical)}"
    return [Reason(path, message, f"Keep the logical type, its unit, precision and scale. {NEW_FIELD}")]


def _symbols(reader: Node, writer: Node, path: str) -> list[Reason]:
    missing = [symbol for symbol in writer.symbols if symbol not in reader.symbols]
    if not missing or reader.default is not MISSING:
        return []
    message = f"the enum {reader.simple_name} may hold {', '.join(missing)}, which its reader does not know"
    return [Reason(path, message, 'Keep every symbol, and give the enum type itself a default such as "UNKNOWN"')]


def _same_name(reader: Node, writer: Node) -> bool:
    """Avro compares unqualified names, or a full alias of the reader."""
    return reader.simple_name == writer.simple_name or writer.name in reader.aliases


def _written_as(field: Field, writer: Node) -> Field | None:
    by_name = {written.name: written for written in writer.fields}
    return next((by_name[name] for name in (field.name, *field.aliases) if name in by_name), None)
