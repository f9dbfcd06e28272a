"""The fields of a schema as rows that people read: a path, a label, a form in words; groups before their members."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sekali.catalogue_site.words import Words

PRIMITIVES = {"string": "text", "int": "whole", "long": "whole", "float": "number", "double": "number",
              "boolean": "yes_no", "bytes": "bytes", "fixed": "bytes", "null": "nothing"}  # fmt: skip
LOGICAL = {"uuid": "uuid", "date": "day", "timestamp-millis": "time", "timestamp-micros": "time", "decimal": "number"}


@dataclass(frozen=True, slots=True)
class Form:
    """What a value looks like. `of`: the members of a list, dictionary or choice. `symbols`: the codes of an enum."""

    name: str
    of: tuple["Form", ...] = ()
    symbols: tuple[str, ...] = ()
    default: str | None = None
    fields: tuple["Field", ...] = ()
    sealed: bool = False

    def words(self, words: Words) -> str:
        if not self.of:
            return words(f"form_{self.name}")
        return words(f"form_{self.name}", of=", ".join(form.words(words) for form in self.of))

    @property
    def innermost(self) -> "Form":
        """Of a list of codes: the codes."""
        return self.of[0].innermost if len(self.of) == 1 else self


@dataclass(frozen=True, slots=True)
class Field:
    """`path` in dots from the topic's record; a list adds nothing to it. `doc` is in English, as schemas are."""

    path: str
    name: str
    label: Mapping[str, str]
    doc: str
    optional: bool
    form: Form

    @property
    def members(self) -> tuple["Field", ...]:
        return self.form.innermost.fields

    @property
    def sealed(self) -> bool:
        return self.form.sealed

    def walk(self) -> Iterator["Field"]:
        yield self
        for member in self.members:
            yield from member.walk()


def fields(schema: Mapping[str, Any]) -> tuple[Field, ...]:
    """The top fields of a record; groups hold theirs. `schema`: a revision or a contract, already checked."""
    return _Document().record(schema, "")


def every(schema: Mapping[str, Any]) -> list[Field]:
    """All fields in reading order, groups before their members."""
    return [found for top in fields(schema) for found in top.walk()]


def leaves(schema: Mapping[str, Any]) -> list[Field]:
    """The fields that hold a value of their own."""
    return [found for found in every(schema) if not found.members]


def docs(schema: Mapping[str, Any]) -> dict[str, str]:
    """Path -> doc; of a contract the reason why the field is read."""
    return {found.path: found.doc for found in every(schema)}


@dataclass(slots=True)
class _Document:
    """One Avro document with the types that it defines; a sealed record is a document of its own."""

    named: dict[str, Form] = field(default_factory=dict)

    def record(self, schema: Mapping[str, Any], path: str) -> tuple[Field, ...]:
        return tuple(self._field(one, path) for one in schema["fields"])

    def _field(self, schema: Mapping[str, Any], before: str) -> Field:
        name = schema["name"]
        path = f"{before}.{name}" if before else name
        branches = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        forms = [self._form(branch, path) for branch in branches if branch != "null"]
        form = forms[0] if len(forms) == 1 else Form("one_of", of=tuple(forms)) if forms else Form("nothing")
        label = schema.get("label") or {"en": name}
        return Field(path, name, label, schema.get("doc", ""), "null" in branches, form)

    def _form(self, schema: Any, path: str) -> Form:
        if isinstance(schema, str):
            return Form(PRIMITIVES[schema]) if schema in PRIMITIVES else self._known(schema)
        if isinstance(schema, Sequence):
            return Form("one_of", of=tuple(self._form(branch, path) for branch in schema))
        if schema.get("logicalType") == "sealed":
            return Form("group", fields=_Document().record(schema["seals"], path), sealed=True)
        return self._plain(schema, path)

    def _plain(self, schema: Mapping[str, Any], path: str) -> Form:
        kind = schema["type"]
        if schema.get("logicalType") in LOGICAL:
            return Form(LOGICAL[schema["logicalType"]])
        if kind == "array":
            return Form("list", of=(self._form(schema["items"], path),))
        if kind == "map":
            return Form("map", of=(self._form(schema["values"], path),))
        return self._define(schema, path) if kind in {"enum", "record"} else self._form(kind, path)

    def _define(self, schema: Mapping[str, Any], path: str) -> Form:
        if schema["type"] == "enum":
            form = Form("code", symbols=tuple(schema["symbols"]), default=schema.get("default"))
        else:
            form = Form("group", fields=self.record(schema, path))
        self.named[_short(schema["name"])] = form
        return form

    def _known(self, name: str) -> Form:
        """A type by its name; within one document the last part tells them apart, and a record in itself is a group."""
        return self.named.get(_short(name), Form("group"))


def _short(name: str) -> str:
    return name.rpartition(".")[2]
