"""What changed between two schemas, in words: one line for each field, in dots, sealed groups looked into."""

from collections.abc import Iterator
from dataclasses import dataclass

from sekali.compatibility.nodes import MISSING, Field, Node


@dataclass(frozen=True, slots=True)
class Change:
    """`kind` is added, removed or changed; `symbols` those that an enum gained."""

    path: str
    kind: str
    words: str
    symbols: tuple[str, ...] = ()

    @property
    def sign(self) -> str:
        return {"added": "+", "removed": "-"}.get(self.kind, "~")


def changes(old: Node, new: Node) -> list[Change]:
    """Without documentation and labels; a field inside one that came or went is not told again."""
    before, after = dict(_fields(old, "")), dict(_fields(new, ""))
    found = [Change("", "changed", f"the {old} is now the {new}")] if str(old) != str(new) else []
    for path in sorted(before.keys() | after.keys(), key=lambda path: _place(path, after, before)):
        outer = path.rpartition(".")[0]
        if path not in before and (not outer or outer in before):
            found.append(Change(path, "added", f"{_called(after[path].node)}; {_older(after[path])}"))
        elif path not in after and (not outer or outer in after):
            found.append(Change(path, "removed", f"it was {_called(before[path].node)}"))
        elif path in before and path in after:
            found += _changed(path, before[path], after[path])
    return found


def _place(path: str, after: dict[str, Field], before: dict[str, Field]) -> tuple[int, str]:
    paths = list(after if path in after else before)
    return paths.index(path), path


def _older(field: Field) -> str:
    if field.default is MISSING:
        return "older records have none and there is no default"
    return f"older records read as {'null' if field.default is None else repr(field.default)}"


def _changed(path: str, old: Field, new: Field) -> Iterator[Change]:
    if _shape(old.node) != _shape(new.node):
        yield Change(path, "changed", f"it was {_called(old.node)} and is {_called(new.node)}")
    was, now = _symbols(old.node), _symbols(new.node)
    gained, lost = tuple(s for s in now if s not in was), tuple(s for s in was if s not in now)
    if was and now and gained:
        yield Change(path, "changed", f"new symbols: {', '.join(gained)}", gained)
    if was and now and lost:
        yield Change(path, "changed", f"symbols gone: {', '.join(lost)}")
    if old.default != new.default:
        yield Change(path, "changed", f"its default was {_default(old)} and is {_default(new)}")


def _default(field: Field) -> str:
    return "none" if field.default is MISSING else "null" if field.default is None else repr(field.default)


def _fields(node: Node, path: str, seen: tuple[Node, ...] = ()) -> Iterator[tuple[str, Field]]:
    for record in _records(node):
        for field in record.fields if record not in seen else ():
            here = f"{path}.{field.name}" if path else field.name
            yield here, field
            yield from _fields(field.node, here, (*seen, record))


def _records(node: Node) -> Iterator[Node]:
    """The records right under a type: sealed, in an array, a map or a union."""
    if node.kind == "record":
        yield node
    for part in (*node.branches, node.items, node.sealed):
        if part is not None:
            yield from _records(part)


def _symbols(node: Node) -> tuple[str, ...]:
    parts = (node, *node.branches, *([node.items] if node.items else []))
    return next((part.symbols for part in parts if part.kind == "enum"), ())


def _shape(node: Node) -> str:
    return f"{node}{node.size or ''}{[_shape(part) for part in (*node.branches, node.items, node.sealed) if part]}"


def _called(node: Node) -> str:
    """As a developer says it: an optional string, a sealed group of nik, full_name and sex."""
    others = [branch for branch in node.branches if branch.kind != "null"]
    if node.kind == "union" and len(others) == 1 and len(node.branches) == 2:
        inner = _called(others[0])
        return inner if others[0].sealed is not None else f"optional {inner}"
    if node.sealed is not None:
        names = [field.name for field in node.sealed.fields]
        return f"a sealed group of {' and '.join(filter(None, [', '.join(names[:-1]), *names[-1:]])) or 'nothing'}"
    return str(node)
