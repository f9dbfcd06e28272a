"""Which columns of a copy an agency's own code reads; one that only the projection names is read by nobody.

A name counts where it is followed from the table itself, not wherever the word stands: a box of a form is filled from
it; a statement names it (`resident.c.street`, or `r.street` after `r = resident.c`); or a function that has rows of the
table takes it from one (`row["street"]`, `row.street`, `row[name] for name in NAMES`, `dict(row)`).
Such a function names the table, calls one that does, or is called by one of these; further on, values have names of
their own. A fact that is taken by its place counts too (`facts["identity.nik"]`).
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml

from sekali.inbox import Projection
from tests.architecture.house import files, is_generated, is_test, parsed

ROW = re.compile(r"\b(Row|RowMapping|Any)\b")
GIVEN = re.compile(r"\.execute\(|\.c$")
EVERY = ("*",)
"""Stands for all columns: a row that is shown as a whole."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


def unread(root: Path, agency: str, declared: Projection) -> Iterator[str]:
    """The paths whose column nobody reads."""
    home = root / "services" / agency
    shown = _shown(home, declared.topic)
    names = _Table(declared.into.name, _rooms(root, home)).read()
    for column, path in declared.columns.items():
        if path not in shown and not {column, path, *EVERY} & names:
            yield path


def _shown(home: Path, topic: str) -> set[str]:
    """The paths that a box of one of the agency's forms is filled from."""
    boxes = [box for file in home.glob("*.form.yaml") for box in yaml.safe_load(file.read_text("utf-8"))["boxes"]]
    return {box["from"]["field"] for box in boxes if box.get("from", {}).get("topic") == topic}


@cache
def _rooms(root: Path, home: Path) -> tuple[ast.Module, ...]:
    written = (file for file in files(home, ".py") if not is_test(file, root) and not is_generated(file))
    return tuple(parsed(file) for file in written if "migrations" not in file.parts)


class _Table:
    def __init__(self, name: str, rooms: tuple[ast.Module, ...]) -> None:
        self._name = name
        self._functions = [node for room in rooms for node in ast.walk(room) if isinstance(node, Function)]
        self._constants: dict[str, ast.expr] = {}
        for node in (node for room in rooms for node in room.body):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                self._constants[node.targets[0].id] = node.value

    def read(self) -> set[str]:
        """Columns, and places of facts, that are read."""
        near = [function for function in self._functions if self._names_table(function)]
        giving = {function.name for function in near}
        near += [function for function in self._functions if giving & _called(function)]
        taking = {name for function in near for name in _called(function)}
        near += [function for function in self._functions if function.name in taking]
        found: set[str] = set()
        for function in near:
            rows = _rows(function, giving)
            for node in ast.walk(function):
                found.update(EVERY if _is_whole(node, _one_by_one(function)) else self._taken(node, rows))
        return found

    def _names_table(self, function: Function) -> bool:
        return any(
            (isinstance(node, ast.Name) and node.id == self._name)
            or (isinstance(node, ast.Attribute) and node.attr == self._name and _is(node.value, "tables", "store"))
            for node in ast.walk(function)
        )

    def _taken(self, node: ast.AST, rows: set[str]) -> Iterator[str]:
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            table = (
                isinstance(node.value, ast.Attribute) and node.value.attr == "c" and _ends(node.value.value, self._name)
            )
            if table or (isinstance(node.value, ast.Name) and node.value.id in rows):
                yield node.attr
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            yield str(node.slice.value)
        if isinstance(node, ast.Name | ast.Attribute):
            yield from self._listed(node)

    def _listed(self, node: ast.expr) -> Iterator[str]:
        """The texts of a tuple or of the constant that a name stands for; a mapping is no list of what is read."""
        if isinstance(node, ast.Name | ast.Attribute):
            name = node.id if isinstance(node, ast.Name) else node.attr
            if name in self._constants:
                yield from self._listed(self._constants[name])
        elif isinstance(node, ast.Tuple | ast.List):
            for item in node.elts:
                if isinstance(item, ast.Constant):
                    yield str(item.value)
                elif isinstance(item, ast.Starred):
                    yield from self._listed(item.value)


def _called(function: Function) -> set[str]:
    calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return {call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "") for call in calls}


def _rows(function: Function, giving: set[str]) -> set[str]:
    """Names that may hold a row: looped over, given by a query or a giving function, typed as a row."""
    found = _one_by_one(function)
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            text = ast.unparse(node.value)
            if GIVEN.search(text) or any(f"{name}(" in text for name in giving):
                found |= {name.id for name in node.targets if isinstance(name, ast.Name)}
    return found


def _one_by_one(function: Function) -> set[str]:
    found = {each.arg for each in function.args.args if each.annotation and ROW.search(ast.unparse(each.annotation))}
    for node in ast.walk(function):
        if isinstance(node, ast.comprehension | ast.For):
            found |= {name.id for name in ast.walk(node.target) if isinstance(name, ast.Name)}
    return found


def _is_whole(node: ast.AST, rows: set[str]) -> bool:
    """`dict(row)` or `row.items()`: everything in it is shown."""
    if not isinstance(node, ast.Call):
        return False
    made = node.args[0] if node.args and _ends(node.func, "dict") else None
    walked = node.func.value if isinstance(node.func, ast.Attribute) and node.func.attr == "items" else None
    return any(isinstance(each, ast.Name) and each.id in rows for each in (made, walked))


def _ends(node: ast.expr, name: str) -> bool:
    return (isinstance(node, ast.Name) and node.id == name) or (isinstance(node, ast.Attribute) and node.attr == name)


def _is(node: ast.expr, *names: str) -> bool:
    return isinstance(node, ast.Name) and node.id in names
