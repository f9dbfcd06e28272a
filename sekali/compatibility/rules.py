"""Can data of one schema be read with another? Avro's resolution rules, stricter where values would be corrupted.

https://avro.apache.org/docs/1.12.0/specification/#schema-resolution
"""

from collections import Counter
from dataclasses import dataclass, replace

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
    """Why data cannot be read: `path` is the field in dots ("" = the schema itself), sealed groups looked into.

    `way_out` is for who may change the reader, `writers_way_out` for who may change the writer only.
    `silent`: Avro itself sees no fault; the value would be read as something else.
    """

    path: str
    message: str
    way_out: str
    writers_way_out: str = ""
    silent: bool = False

    def told(self, *, to_writer: bool = False) -> str:
        place = f'"{self.path}"' if self.path else "the schema itself"
        return f"{place}: {self.message}. {(to_writer and self.writers_way_out) or self.way_out}."

    def __str__(self) -> str:
        return self.told()


def resolve(reader: Node, writer: Node, *, bytes_as_text: bool = False) -> list[Reason]:
    """Every reason why data written with `writer` cannot be read, or not rightly, with `reader`.

    `bytes_as_text` lets plain bytes be read as a string, as Avro does; it fails on what is not UTF-8.
    """
    return _Resolver(bytes_as_text).resolve(reader, writer, "")


class _Resolver:
    def __init__(self, bytes_as_text: bool) -> None:
        self._bytes_as_text = bytes_as_text
        self._busy: set[tuple[int, int]] = set()
        self._known: dict[tuple[int, int], list[Reason]] = {}  # with paths from the pair itself on
        self._leaned = 0  # how often a pair that is still being judged was taken for good

    def resolve(self, reader: Node, writer: Node, path: str) -> list[Reason]:
        pair = id(reader), id(writer)
        if pair in self._busy:  # a recursive type: judged where it began
            self._leaned += 1
            return []
        found = self._known.get(pair)
        if found is None:
            self._busy.add(pair)
            leaned = self._leaned
            found = self._resolve(reader, writer)
            self._busy.discard(pair)
            # A shared type is judged once, or schemas that nest it twice a level would take for ever.
            if found or leaned == self._leaned or not self._busy:
                self._known[pair] = found
        return [replace(reason, path=_joined(path, reason.path)) for reason in found]

    def _resolve(self, reader: Node, writer: Node) -> list[Reason]:
        if writer.kind == "union":
            return self._writer_union(reader, writer)
        if reader.kind == "union":
            return self._reader_union(reader, writer)
        if reader.kind != writer.kind:
            return self._promotion(reader, writer) or _logical(reader, writer)
        if reader.kind in {"record", "enum", "fixed"} and not _same_name(reader, writer):
            message = f"the {writer.kind} {writer.name} is read as {reader.name}"
            return [Reason("", message, "Keep the name, or add the old one to the aliases of the reader's type",
                           "Keep the name: older readers know no other")]  # fmt: skip
        return self._same_kind(reader, writer)

    def _same_kind(self, reader: Node, writer: Node) -> list[Reason]:
        if reader.kind == "record":
            return self._fields(reader, writer)
        if reader.items is not None and writer.items is not None:
            return self.resolve(reader.items, writer.items, "[]")
        if reader.sealed is not None and writer.sealed is not None:
            return self.resolve(reader.sealed, writer.sealed, "")
        if reader.kind == "enum":
            return _symbols(reader, writer)
        if reader.kind == "fixed" and reader.size != writer.size:
            message = f"the fixed {writer.simple_name} has {writer.size} bytes and is read with {reader.size}"
            return [Reason("", message, NEW_FIELD)]
        return _logical(reader, writer)

    def _fields(self, reader: Node, writer: Node) -> list[Reason]:
        written = {field.name: field for field in writer.fields}
        sources = [
            [written[name] for name in dict.fromkeys((field.name, *field.aliases)) if name in written]
            for field in reader.fields
        ]
        taken = Counter(one.name for each in sources for one in each)
        found = []
        for field, each in zip(reader.fields, sources, strict=True):
            shared = [one.name for one in each if len(each) > 1 or taken[one.name] > 1]
            found += [_two_names(field.name, shared)] if shared else self._field(field, each)
        return found

    def _field(self, field: Field, sources: list[Field]) -> list[Reason]:
        if sources:
            renamed = sources[0].name != field.name and (_is_sealed(field.node) or _is_sealed(sources[0].node))
            return [_renamed_seal(field.name)] if renamed else self.resolve(field.node, sources[0].node, field.name)
        if field.default is not MISSING:
            return []
        message = f"the field {field.name!r} is not in the data and has no default"
        return [Reason(field.name, message, 'Give it a default in the reader\'s schema (best: ["null", ...] with null)',
                       f"Keep the field {field.name!r}: its readers cannot do without it")]  # fmt: skip

    def _writer_union(self, reader: Node, writer: Node) -> list[Reason]:
        found = []
        for branch in writer.branches:
            reasons = self.resolve(reader, branch, "")
            if reasons and any(reason.path for reason in reasons):
                found += reasons
            elif reasons:
                message = f"the data may hold {branch}, which {reader} does not take"
                why = reasons[0].message
                found.append(Reason("", message + (f" ({why})" if why not in message else ""),
                                    "Keep each branch of the union that was ever written",
                                    "Say the new kind of value in a field under a new name: older readers know no more "
                                    "branches than they have", reasons[0].silent))  # fmt: skip
        return found

    def _reader_union(self, reader: Node, writer: Node) -> list[Reason]:
        # Avro looks for the writer's own type first, then for the first branch that it can be promoted to.
        own = [branch for branch in reader.branches if branch.kind == writer.kind]
        meant = []
        for branch in (*own, *(branch for branch in reader.branches if branch not in own)):
            reasons = self.resolve(branch, writer, "")
            if not reasons or all(reason.silent for reason in reasons):  # Avro takes it, rightly or wrongly
                return reasons
            if branch in own and (not branch.name or _same_name(branch, writer)):
                meant.append(reasons)
        if len(meant) == 1:  # its own reasons say more
            return meant[0]
        message = f"{writer} is none of the branches of the {reader}"
        return [Reason("", message, "Add the branch to the union", NEW_FIELD)]

    def _promotion(self, reader: Node, writer: Node) -> list[Reason]:
        if writer.kind in PROMOTIONS.get(reader.kind, frozenset()):
            return []
        if (reader.kind, writer.kind) == ("string", "bytes"):
            message = "bytes are read as text, which fails or garbles what is not UTF-8"
            return [] if self._bytes_as_text else [Reason("", message, NEW_FIELD, silent=True)]
        return [Reason("", f"{writer} is read as {reader}", NEW_FIELD)]


def _joined(path: str, rest: str) -> str:
    return f"{path}{'.' if path and rest and not rest.startswith('[]') else ''}{rest}"


def _is_sealed(node: Node) -> bool:
    return node.sealed is not None or any(branch.sealed is not None for branch in node.branches)


def _two_names(name: str, shared: list[str]) -> Reason:
    message = f"its name and aliases fit more than one field ({', '.join(shared)}), and libraries differ in which"
    return Reason(name, message, "Remove the alias of a name that is still, or again, a field's own", silent=True)


def _renamed_seal(name: str) -> Reason:
    return Reason(name, "a sealed value is bound to the name of its field and opens under no other",
                  "Keep the name of a sealed field, or say the group anew beside it without an alias")  # fmt: skip


def _logical(reader: Node, writer: Node) -> list[Reason]:
    if reader.logical == writer.logical:
        return []
    message = f"a value written as {logical_text(writer.logical)} is read as {logical_text(reader.logical)}"
    way_out = f"Keep the logical type, its unit, precision and scale. {NEW_FIELD}"
    return [Reason("", message, way_out, silent=True)]


def _symbols(reader: Node, writer: Node) -> list[Reason]:
    missing = [symbol for symbol in writer.symbols if symbol not in reader.symbols]
    if not missing or reader.default is not MISSING:
        return []
    message = f"the enum {reader.simple_name} may hold {', '.join(missing)}, which its reader does not know"
    return [Reason("", message, 'Keep every symbol, and give the enum type itself a default such as "UNKNOWN"',
                   "Say the new symbol in a field under a new name: older readers have no default for what they do not "
                   'know. Give each enum a default such as "UNKNOWN" from its first revision')]  # fmt: skip


def _same_name(reader: Node, writer: Node) -> bool:
    """Avro compares unqualified names, or a full alias of the reader."""
    return reader.simple_name == writer.simple_name or writer.name in reader.aliases
