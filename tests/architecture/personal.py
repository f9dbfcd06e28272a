"""The laws of personal data: it never reaches a log line, a span, a metric, an error's text, a URL or a repr."""

import ast
import dataclasses
import importlib
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

from pydantic import BaseModel

from tests.architecture.house import files, is_test, parsed, short

PERSONAL = frozenset(
    {
        "nik", "full_name", "registered_name", "mother_name", "kk_number", "npwp", "nitku", "birth_date", "birth_place",
        "email", "mobile", "phone", "fax", "street", "answers", "proposed", "said", "values", "history",
    }
)  # fmt: skip
OUTLETS = {
    "a log line": frozenset({"debug", "info", "warning", "error", "exception", "critical", "log", "warn"}),
    "a span": frozenset(
        {"set_attribute", "set_attributes", "add_event", "start_span", "start_as_current_span", "span"}
    ),
    "a metric's label": frozenset({"labels"}),
    "the terminal": frozenset({"print", "echo", "secho"}),
    "an error's text": frozenset({"Problem", "FieldError", "Refused", "Poison", "invalid", "conflict", "forbidden"}),
}
MASKED = re.compile(r"\b(Nik|Kk|Nib|Npwp|Nitku)\b")
"""The types of sekali.identity, which show no digit."""
SECRET = "a value that nobody may see"
WAY_OUT = "Say the field's name, the topic or the resident id instead."


def outlets_are_clean(root: Path) -> Iterator[str]:
    """A walk over the code of sekali/ and services/: no outlet is handed something that is named like personal data."""
    for folder in ("sekali", "services"):
        for file in files(root / folder, ".py"):
            if not is_test(file, root):
                for line, name, outlet in sorted(set(_leaks(parsed(file)))):
                    yield f"{short(file, root)}:{line}: {name} goes into {outlet}. {WAY_OUT}"


def _leaks(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and node.exc is not None:
            yield from ((node.lineno, name, "an error's text") for name in _named(node.exc))
        elif isinstance(node, ast.Call):
            outlet = _outlet(node.func)
            handed = [*node.args, *(word.value for word in node.keywords)] if outlet else []
            yield from ((node.lineno, name, outlet) for part in handed for name in _named(part))
        elif isinstance(node, ast.JoinedStr) and _is_url(node):
            yield from ((node.lineno, name, "a URL") for name in _named(node))


def _outlet(function: ast.expr) -> str:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return next((outlet for outlet, names in OUTLETS.items() if name in names), "")


def _is_url(text: ast.JoinedStr) -> bool:
    return any(isinstance(part, ast.Constant) and "/" in str(part.value) for part in text.values)


def _named(expression: ast.expr) -> Iterator[str]:
    """Personal names in an expression: nik, person.nik, row["nik"]; a text that only says "nik" is none."""
    for node in ast.walk(expression):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str(name))):
                if name in PERSONAL:
                    yield name


def urls_are_clean(agency: str, openapi: Mapping[str, Any]) -> Iterator[str]:
    """Paths and queries stay in histories and logs of proxies."""
    for path, doors in openapi["paths"].items():
        for method, door in doors.items():
            for parameter in door.get("parameters", []):
                if parameter["name"] in PERSONAL:
                    yield (
                        f"services/{agency}: {method.upper()} {path} takes {parameter['name']} in its URL. "
                        "Take it in the body of a POST, or take the resident id."
                    )


def classes(root: Path, folder: str) -> Iterator[type]:
    """Every class of the code under a folder."""
    for file in files(root / folder, ".py"):
        if is_test(file, root) or "migrations" in file.parts or file.name == "__main__.py":
            continue
        parts = file.relative_to(root).with_suffix("").parts
        module = importlib.import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
        yield from (
            kind for _, kind in inspect.getmembers(module, inspect.isclass) if kind.__module__ == module.__name__
        )


def reprs_are_clean(kinds: Iterable[type]) -> Iterator[str]:
    """A repr reaches logs and debuggers by itself; so what holds personal data shows none of it."""
    for kind in kinds:
        shown = sorted(name for name in _personal_fields(kind) if SECRET in repr(_holding(kind, name)))
        if shown:
            yield (
                f"{kind.__module__}.{kind.__qualname__}: its repr shows {', '.join(shown)}. "
                "Write repr=False on the dataclass or the field, or take a type of sekali.identity."
            )


def _personal_fields(kind: type) -> set[str]:
    return {name for name, annotation in _fields(kind).items() if name in PERSONAL and not MASKED.search(annotation)}


def _fields(kind: type) -> dict[str, str]:
    if issubclass(kind, BaseModel):
        return {name: str(field.annotation) for name, field in kind.model_fields.items()}
    if dataclasses.is_dataclass(kind):
        return {field.name: str(field.type) for field in dataclasses.fields(kind)}
    named = getattr(kind, "_fields", ()) if issubclass(kind, tuple) else ()
    return {name: str(kind.__annotations__.get(name)) for name in named}


def _holding(kind: type, name: str) -> object:
    """An instance with the secret in one field."""
    values: dict[str, Any] = {field: SECRET if field == name else MagicMock() for field in _fields(kind)}
    if issubclass(kind, BaseModel):
        return kind.model_construct(**values)
    if issubclass(kind, tuple):
        return kind.__new__(kind, **values)
    made = object.__new__(kind)
    for field, value in values.items():
        object.__setattr__(made, field, value)
    return made
