"""Python source of dataclasses and enums for Avro records."""

from dataclasses import dataclass
from typing import Any

from sekali.errors import SekaliError

PRIMITIVES = {"string": "str", "int": "int", "long": "int", "boolean": "bool", "float": "float", "double": "float",
              "bytes": "bytes"}  # fmt: skip
# dt.date, not date: a group may have a field called date, which would hide the type in its own class.
LOGICAL = {"uuid": "UUID", "date": "dt.date", "timestamp-millis": "dt.datetime", "timestamp-micros": "dt.datetime",
           "decimal": "Decimal"}  # fmt: skip
IMPORTS = {"UUID": "uuid", "Decimal": "decimal", "StrEnum": "enum", "Mapping": "collections.abc", "Any": "typing",
           "ClassVar": "typing", "Self": "typing", "dataclass": "dataclasses"}  # fmt: skip
DECORATOR = "@dataclass(frozen=True, slots=True, kw_only=True, repr=False)"


class NoPythonType(SekaliError):
    """A schema uses a form of Avro that has no Python type here."""


def camel(name: str) -> str:
    """`kswp-requested` -> KswpRequested."""
    return "".join(part[:1].upper() + part[1:] for part in name.replace("-", "_").split("_"))


def join(prefix: str, name: str) -> str:
    """Prefix and name without saying a word twice: ResidentLife + LifeStatus -> ResidentLifeStatus."""
    for start in range(len(prefix)):
        if name.startswith(prefix[start:]) and name != prefix[start:] and prefix[start].isupper():
            return prefix[:start] + name
    return prefix + name


@dataclass(frozen=True, slots=True)
class PyType:
    """An annotation, and how a value of it goes into a record and comes out: templates with `{}` for the value."""

    annotation: str
    into: str = "{}"
    out: str = "{}"
    plain: bool = True


class Module:
    """One generated module: classes in the order in which they need each other."""

    def __init__(self, docstring: str) -> None:
        self._docstring = docstring
        self._classes: dict[str, str] = {}
        self._enums: dict[str, tuple[str, list[str]]] = {}
        self._imports: set[str] = set()

    def record(self, schema: dict[str, Any], name: str, constants: dict[str, tuple[str, Any]], *, heard: bool) -> None:
        """Add the class of a record, and before it those of its groups. `constants`: name -> (annotation, value)."""
        _Document(self, schema, heard=heard).record(schema, name, constants)

    def enum(self, full_name: str, schema: dict[str, Any], name: str) -> str:
        """Add an enum, or find the one with the same full name and symbols. Returns its class name."""
        known = self._enums.get(full_name)
        if known and known[1] == schema["symbols"]:
            return known[0]
        members = "\n".join(f'    {symbol} = "{symbol}"' for symbol in schema["symbols"])
        self.add(name, f"class {name}(StrEnum):\n{_docstring(schema)}{members}\n", "StrEnum")
        self._enums[full_name] = name, schema["symbols"]
        return name

    def add(self, name: str, source: str, *needs: str) -> None:
        if name in self._classes:
            raise NoPythonType(f"Two types would be called {name}. Give one of the Avro types another name.")
        self._classes[name] = source
        self.need(*needs)

    def need(self, *names: str) -> None:
        self._imports.update(names)

    def text(self) -> str:
        modules: dict[str, list[str]] = {}
        for name in sorted(self._imports - {"dt"}):
            modules.setdefault(IMPORTS[name], []).append(name)
        imports = "import datetime as dt\n" if "dt" in self._imports else ""
        imports += "".join(f"from {module} import {', '.join(names)}\n" for module, names in sorted(modules.items()))
        return f'"""{self._docstring}"""\n\n{imports}\n\n' + "\n\n".join(self._classes.values())


class _Document:
    """One Avro document: the outer record, or a group with the names that it defines itself."""

    def __init__(self, module: Module, schema: dict[str, Any], *, heard: bool) -> None:
        self._module = module
        self._heard = heard
        self._named: dict[str, PyType] = {}
        self._namespace = schema.get("namespace", "")

    def record(self, schema: dict[str, Any], name: str, constants: dict[str, tuple[str, Any]]) -> PyType:
        types = {field["name"]: self._type(field["type"], name) for field in schema["fields"]}
        lines = [f"    {key}: ClassVar[{kind}] = {value!r}" for key, (kind, value) in constants.items()]
        lines += [""] * bool(lines)
        for field in schema["fields"]:
            lines.append(f"    {field['name']}: {types[field['name']].annotation}{_default(field)}")
        body = self._of(types) if self._heard else self._record(types)
        source = f"{DECORATOR}\nclass {name}:\n{_docstring(schema)}" + "\n".join(lines) + "\n\n" + body
        self._module.add(name, source, "dataclass", "Any", *["ClassVar"] * bool(constants))
        return PyType(name, "{}.record()", name + ".of({})", plain=False)

    def _record(self, types: dict[str, PyType]) -> str:
        members = ", ".join(f'"{name}": {_apply(kind, "into", f"self.{name}")}' for name, kind in types.items())
        return f"    def record(self) -> dict[str, Any]:\n        return {{{members}}}\n"

    def _of(self, types: dict[str, PyType]) -> str:
        self._module.need("Self", "Mapping")
        members = ", ".join(f"{name}={_apply(kind, 'out', f'record[{name!r}]')}" for name, kind in types.items())
        head = "    @classmethod\n    def of(cls, record: Mapping[str, Any]) -> Self:\n"
        return f"{head}        return cls({members})\n"

    def _type(self, schema: Any, prefix: str) -> PyType:
        if not isinstance(schema, dict):
            return self._by_name(schema) if isinstance(schema, str) else self._optional(schema, prefix)
        kind = schema["type"]
        if schema.get("logicalType") == "sealed":
            inner = schema["seals"]
            return _Document(self._module, inner, heard=self._heard).record(inner, join(prefix, inner["name"]), {})
        if schema.get("logicalType") in LOGICAL:
            return self._logical(schema["logicalType"])
        if kind in {"enum", "record"}:
            return self._define(schema, join(prefix, schema["name"]))
        if kind == "array":
            item = self._type(schema["items"], prefix)
            return PyType(f"tuple[{item.annotation}, ...]", *_comprehensions(item), plain=False)
        return self._type(kind, prefix)

    def _logical(self, name: str) -> PyType:
        annotation = LOGICAL[name]
        self._module.need(annotation.split(".")[0])
        return PyType(annotation)

    def _define(self, schema: dict[str, Any], name: str) -> PyType:
        full = self._full(schema["name"], schema.get("namespace"))
        if schema["type"] == "enum":
            name = self._module.enum(full, schema, name)
            found = PyType(name, "{}", name + "({})", plain=False)
        else:
            found = self.record(schema, name, {})
        self._named[full] = found
        return found

    def _by_name(self, name: str) -> PyType:
        if name in PRIMITIVES:
            return PyType(PRIMITIVES[name])
        found = self._named.get(self._full(name, None))
        if found is None:
            raise NoPythonType(f"The Avro type {name} has no Python type here. Use a type that another topic uses.")
        return found

    def _full(self, name: str, namespace: str | None) -> str:
        return name if "." in name else f"{self._namespace if namespace is None else namespace}.{name}"

    def _optional(self, branches: list[Any], prefix: str) -> PyType:
        others = [branch for branch in branches if branch != "null"]
        if len(others) != 1 or len(branches) != 2:
            raise NoPythonType("A union must be of null and one other type. Split the field in two.")
        inner = self._type(others[0], prefix)
        if inner.plain:
            return PyType(inner.annotation + " | None")
        guard = "None if {0} is None else "
        return PyType(
            inner.annotation + " | None",
            inner.into if inner.into == "{}" else guard + inner.into.replace("{}", "{0}"),
            guard + inner.out.replace("{}", "{0}"),
            plain=False,
        )


def _comprehensions(item: PyType) -> tuple[str, str]:
    into = "list({})" if item.into == "{}" else f"[{item.into.format('item')} for item in {{}}]"
    out = "tuple({})" if item.plain else f"tuple({item.out.format('item')} for item in {{}})"
    return into, out


def _apply(kind: PyType, direction: str, value: str) -> str:
    template: str = getattr(kind, direction)
    return template.format(value)


def _default(field: dict[str, Any]) -> str:
    if "default" not in field:
        return ""
    if field["default"] is not None and not isinstance(field["default"], int | str | bool):
        raise NoPythonType(f"The default of {field['name']} has no Python form here. Use null, a number or a text.")
    return f" = {field['default']!r}"


def _docstring(schema: dict[str, Any]) -> str:
    return f'    """{schema["doc"]}"""\n\n' if schema.get("doc") else ""
