"""The law of uses: a door that shows what another agency said reaches the record of uses, whoever wrote it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sekali.inbox import Inbox, Projection
from tests.architecture.house import files, parsed, short

RECORDS = frozenset({"record", "opening"})
"""The functions of `sekali.uses` that record."""
Name = tuple[str, str]
"""(what stands before the dot, or nothing; the function's name)"""


@dataclass
class Function:
    """One function of an agency: whom it calls, and whether it reads a copy or records a use by itself."""

    file: Path
    name: str
    calls: set[Name] = field(default_factory=set)
    reads: bool = False
    records: bool = False
    door: str = ""


def what_is_shown_is_recorded(root: Path, agency: str, inbox: Inbox) -> Iterator[str]:
    """Each GET door, through all functions of the agency that it calls: reading a copy needs a record of the use.

    Names are followed as far as modules tell; a call through an object is followed into every method of that name.
    """
    copies = {one.into.name for one in inbox.declared.values() if isinstance(one, Projection)}
    found = list(_functions(root / "services" / agency, copies))
    for door in found:
        if door.door:
            reached = list(_reached(door, found))
            if any(one.reads for one in reached) and not any(one.records for one in reached):
                yield (
                    f"{short(door.file, root)}: the door GET {door.door} shows what another agency said, and no use is "
                    "recorded. Call uses.record(session, who, resident_id, {topic: fields}) in the transaction that "
                    "reads, or open a form with uses.opening(session, resident_id)."
                )


def _functions(home: Path, copies: set[str]) -> Iterator[Function]:
    for file in files(home, ".py"):
        if file.name == "events.py" or {"tests", "migrations"} & set(file.relative_to(home).parts):
            continue
        tree = parsed(file)
        variables = _variables(tree, copies)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield _function(file, node, copies, variables)


def _variables(tree: ast.Module, copies: set[str]) -> set[str]:
    """Names under which a file knows the tables: `from …store.tables import resident [as people]`."""
    imported = (alias for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names)
    return {alias.asname or alias.name for alias in imported if alias.name in copies}


def _function(
    file: Path, node: ast.FunctionDef | ast.AsyncFunctionDef, copies: set[str], variables: set[str]
) -> Function:
    found = Function(file, node.name, door=_door(node))
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute):
            before = inner.value.id if isinstance(inner.value, ast.Name) else ""
            found.reads |= before == "tables" and inner.attr in copies
            found.records |= before == "uses" and inner.attr in RECORDS
        if isinstance(inner, ast.Name):
            found.reads |= inner.id in variables
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            found.reads |= any(f" {word} {copy} " in f" {inner.value.lower()} " for copy in copies for word in _SQL)
        if isinstance(inner, ast.Call):
            found.calls.add(_called(inner.func))
    return found


_SQL = ("from", "join")


def _called(function: ast.expr) -> Name:
    if isinstance(function, ast.Attribute):
        return (function.value.id if isinstance(function.value, ast.Name) else "", function.attr)
    return ("", function.id if isinstance(function, ast.Name) else "")


def _door(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """The path of a GET door."""
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute) and mark.func.attr == "get":
            return str(ast.literal_eval(mark.args[0])) or "/"
    return ""


def _reached(door: Function, found: list[Function]) -> Iterator[Function]:
    by_name = {name: [one for one in found if one.name == name] for name in {one.name for one in found}}
    seen, waiting = {id(door)}, [door]
    while waiting:
        one = waiting.pop()
        yield one
        for before, name in one.calls:
            for called in _meant(one, before, by_name.get(name, [])):
                if id(called) not in seen:
                    seen.add(id(called))
                    waiting.append(called)


def _meant(caller: Function, before: str, called: list[Function]) -> list[Function]:
    """Of functions of one name those that `before.name()` means: of the module or room of that name, else all."""
    if before:
        return [one for one in called if before in (one.file.stem, one.file.parent.name)] or called
    return [one for one in called if one.file == caller.file] or called
