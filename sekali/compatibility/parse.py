"""Reads an Avro schema strictly: what Avro's specification forbids is refused, with its place.

https://avro.apache.org/docs/1.12.0/specification/
"""

import json
import re
from typing import Any

from sekali.compatibility.defaults import wrong_default
from sekali.compatibility.logical import logical_type
from sekali.compatibility.nodes import MISSING, Field, Node
from sekali.errors import SekaliError

PRIMITIVES = frozenset({"null", "boolean", "int", "long", "float", "double", "bytes", "string"})
NAMED = frozenset({"record", "error", "enum", "fixed"})
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
TOO_DEEP = "It is nested too deeply. Name the inner types and refer to them."
ORDERS = frozenset({"ascending", "descending", "ignore"})


class InvalidSchema(SekaliError):
    """Not a valid Avro schema; the text names the place and the way out."""


def parse(schema: Any) -> Node:
    """A schema as JSON gives it. Raises `InvalidSchema`."""
    parser = _Parser()
    try:
        node = parser.schema(schema, "", "")
        # Defaults last: they may be of types that are defined further down.
        for place, field in parser.defaulted:
            wrong = wrong_default(field.node, field.default)
            if wrong:
                _refuse(place, f"the default is wrong: {wrong}", "Give a default of the field's (first) type")
    except RecursionError:
        raise InvalidSchema(TOO_DEEP) from None
    return node


def parse_text(text: str) -> Node:
    """A schema's JSON text. Raises `InvalidSchema`."""
    return parse(load_text(text))


def load_text(text: str) -> Any:
    """JSON, read strictly: no member twice in an object, no NaN. Raises `InvalidSchema`."""
    try:
        return json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_unique, parse_constant=_no_json)
    except RecursionError:
        raise InvalidSchema(TOO_DEEP) from None
    except ValueError as wrong:  # a number of too many digits too
        raise InvalidSchema(f"It is no JSON: {wrong}. Correct the text.") from None


def _no_json(constant: str) -> None:
    raise InvalidSchema(f"It is no JSON: {constant} is no number there. Write a number, or leave it out.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise InvalidSchema(f"The same member stands twice in an object: {', '.join(twice)}. Remove one.")
    return members


def _refuse(place: str, what: str, way_out: str) -> None:
    raise InvalidSchema(f"{place or 'The schema'}: {what}. {way_out}.")


class _Parser:
    def __init__(self) -> None:
        self.named: dict[str, Node] = {}
        self.defaulted: list[tuple[str, Field]] = []

    def schema(self, schema: Any, namespace: str, place: str) -> Node:
        if isinstance(schema, str):
            return self._reference(schema, namespace, place)
        if isinstance(schema, list):
            return self._union(schema, namespace, place)
        if not isinstance(schema, dict) or not isinstance(schema.get("type"), str):
            _refuse(place, "a schema is a type's name, a list of schemas, or an object with a type", "Add the type")
        kind = schema["type"]
        if kind in NAMED:
            return self._define(schema, namespace, place)
        if kind in {"array", "map"}:
            member = "items" if kind == "array" else "values"
            if member not in schema:
                _refuse(place, f"the {kind} lacks {member}", f"Add {member}")
            return Node(kind, items=self.schema(schema[member], namespace, f"{place}[]"))
        if kind not in PRIMITIVES:
            return self._reference(kind, namespace, place)
        node = Node(kind, logical=logical_type(kind, schema, 0))
        if node.logical == ("sealed",):
            node.sealed = self._sealed(schema, place)
        return node

    def _sealed(self, schema: dict[str, Any], place: str) -> Node:
        if "seals" not in schema:
            _refuse(place, "the sealed field does not say what it seals", "Add the record under seals")
        inner = _Parser()
        node = inner.schema(schema["seals"], "", f"{place}(sealed)")
        self.defaulted += inner.defaulted
        return node

    def _reference(self, name: str, namespace: str, place: str) -> Node:
        if name in PRIMITIVES:
            return Node(name)
        full = name if "." in name or not namespace else f"{namespace}.{name}"
        node = self.named.get(full) or self.named.get(name)
        if node is None:
            _refuse(place, f"the type {name!r} is not defined", "Define it before it is used, or correct the name")
        assert node is not None
        return node

    def _union(self, schemas: list[Any], namespace: str, place: str) -> Node:
        branches = [self.schema(schema, namespace, place) for schema in schemas]
        seen: set[str] = set()
        for branch in branches:
            called = branch.name or branch.kind
            if called == "union":
                _refuse(place, "a union holds a union", "Put all branches into one union")
            if called in seen:
                _refuse(place, f"the union holds {called} twice", "Remove one of them")
            seen.add(called)
        return Node("union", branches=branches)

    def _define(self, schema: dict[str, Any], namespace: str, place: str) -> Node:
        full = _full_name(schema, namespace, place)
        place = place or full.rpartition(".")[2]
        if full in self.named:
            _refuse(place, f"the name {full!r} is defined twice", "Define it once and refer to it by name")
        space = full.rpartition(".")[0]
        aliases = tuple(a if "." in a or not space else f"{space}.{a}" for a in _aliases(schema, place))
        kind = "record" if schema["type"] == "error" else schema["type"]
        node = self.named[full] = Node(kind, name=full, aliases=aliases)
        if kind == "enum":
            _enum(node, schema, place)
        elif kind == "fixed":
            _fixed(node, schema, place)
        else:
            self._fields(node, schema, space, place)
        return node

    def _fields(self, node: Node, schema: dict[str, Any], namespace: str, place: str) -> None:
        fields = schema.get("fields")
        if not isinstance(fields, list):
            _refuse(place, "the record lacks a list of fields", "Add fields, [] if it has none")
        seen: set[str] = set()
        for number, field in enumerate(fields or []):
            name = field.get("name") if isinstance(field, dict) else None
            if not isinstance(name, str) or not NAME.match(name):
                _refuse(f"{place}.fields/{number}", "the field has no valid name", "Use letters, digits and _")
            here = f"{place}.{name}"
            if name in seen:
                _refuse(here, f"two fields are called {name!r}", "Rename one")
            seen.add(str(name))
            node.fields.append(self._field(field, str(name), namespace, here))

    def _field(self, schema: dict[str, Any], name: str, namespace: str, place: str) -> Field:
        if "type" not in schema:
            _refuse(place, "the field has no type", "Add the type")
        if schema.get("order", "ascending") not in ORDERS:
            _refuse(place, "its order is unknown", "Use ascending, descending or ignore")
        node = self.schema(schema["type"], namespace, place)
        field = Field(name, node, schema.get("default", MISSING), _aliases(schema, place))
        if "default" in schema:
            self.defaulted.append((place, field))
        return field


def _full_name(schema: dict[str, Any], namespace: str, place: str) -> str:
    name = schema.get("name")
    own = schema.get("namespace", namespace)
    if not isinstance(name, str) or not all(NAME.match(part) for part in name.split(".")):
        _refuse(place, f"the {schema['type']} has no valid name", "Use letters, digits and _, not a digit first")
    if own is not None and (not isinstance(own, str) or (own and not all(NAME.match(p) for p in own.split(".")))):
        _refuse(place, "the namespace is not valid", "Use names joined by dots")
    full = str(name) if "." in str(name) or not own else f"{own}.{name}"
    if full in PRIMITIVES:
        _refuse(place, f"{full!r} is the name of a primitive type", "Choose another name")
    return full


def _aliases(schema: dict[str, Any], place: str) -> tuple[str, ...]:
    aliases = schema.get("aliases") or []
    if not isinstance(aliases, list) or not all(isinstance(alias, str) and alias for alias in aliases):
        _refuse(place, "aliases is no list of names", 'Write it as ["old_name"]')
    return tuple(aliases)


def _enum(node: Node, schema: dict[str, Any], place: str) -> None:
    symbols = schema.get("symbols")
    if not isinstance(symbols, list) or not all(isinstance(s, str) and NAME.match(s) for s in symbols):
        _refuse(place, "symbols is no list of names", "Use letters, digits and _ in each symbol")
    node.symbols = tuple(symbols or ())
    if len(set(node.symbols)) != len(node.symbols):
        _refuse(place, "a symbol stands twice", "Remove one")
    if "default" in schema:
        node.default = schema["default"]
        if node.default not in node.symbols:
            _refuse(place, "the enum's default is none of its symbols", "Add the symbol or correct the default")


def _fixed(node: Node, schema: dict[str, Any], place: str) -> None:
    size = schema.get("size")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        _refuse(place, "the fixed has no valid size", "Give its number of bytes")
    node.size = int(size or 0)
    node.logical = logical_type("fixed", schema, node.size)
