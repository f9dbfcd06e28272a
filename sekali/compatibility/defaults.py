"""Whether a default is a value of its field's type, as JSON writes it."""

from typing import Any

from sekali.compatibility.nodes import MISSING, Node

RANGES = {"int": 2**31, "long": 2**63}


def wrong_default(node: Node, default: Any) -> str | None:
    """None, or what is wrong. A union's default is of its first branch: older readers know no other."""
    if node.kind == "union":
        if not node.branches:
            return "an empty union has no value"
        if wrong_default(node.branches[0], default) is None:
            return None
        return f"it is not of the union's first type, {node.branches[0]}"
    check = {"record": _record, "array": _array, "map": _map, "enum": _enum}.get(node.kind)
    if check is not None:
        return check(node, default)
    return None if _is_primitive(node, default) else f"it is no {node}"


def _is_primitive(node: Node, default: Any) -> bool:
    if node.kind in {"bytes", "fixed"}:
        fits = node.kind == "bytes" or (isinstance(default, str) and len(default) == node.size)
        return fits and isinstance(default, str) and all(ord(letter) < 256 for letter in default)
    if node.kind == "string":
        return isinstance(default, str)
    if node.kind in {"null", "boolean"}:
        return default is None if node.kind == "null" else isinstance(default, bool)
    if isinstance(default, bool):  # Python takes it for a number
        return False
    limit = RANGES.get(node.kind)
    return isinstance(default, int | float) if limit is None else isinstance(default, int) and -limit <= default < limit


def _record(node: Node, default: Any) -> str | None:
    if not isinstance(default, dict):
        return f"it is no {node}"
    for field in node.fields:
        value = default.get(field.name, field.default)
        if value is MISSING:
            return f"it lacks {field.name!r}"
        wrong = wrong_default(field.node, value) if field.name in default else None
        if wrong:
            return f"in {field.name!r} {wrong}"
    return None


def _array(node: Node, default: Any) -> str | None:
    assert node.items is not None
    if not isinstance(default, list):
        return f"it is no {node}"
    return next((wrong for item in default if (wrong := wrong_default(node.items, item))), None)


def _map(node: Node, default: Any) -> str | None:
    assert node.items is not None
    if not isinstance(default, dict):
        return f"it is no {node}"
    return next((wrong for item in default.values() if (wrong := wrong_default(node.items, item))), None)


def _enum(node: Node, default: Any) -> str | None:
    return None if default in node.symbols else f"it is none of the symbols of {node.simple_name}"
