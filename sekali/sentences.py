"""What pydantic found wrong with a field, as a sentence that says what is wanted.

pydantic's own texts speak of patterns and types, and some repeat the input; these are made from the error's type and
the law that the field declares, never from what was sent.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

Context = Mapping[str, Any]


def sentence(error: Mapping[str, Any]) -> str:
    """``error``: one of ValidationError.errors(), with its ``ctx``."""
    kind, law = str(error["type"]), error.get("ctx") or {}
    if kind == "value_error":
        # The text of our own validators (identity, lines), which never holds the value.
        return str(error["msg"]).removeprefix("Value error, ")
    for beginning, said in _SENTENCES.items():
        if kind.startswith(beginning):
            return said if isinstance(said, str) else said(law)
    return "It cannot be read."


_DIGITS = re.compile(r"\^\[0-9\]\{([0-9]+)(?:,([0-9]+))?\}\$")


def _written(law: Context) -> str:
    digits = _DIGITS.fullmatch(str(law.get("pattern")))
    if digits is None:
        return "It is not written as this field asks; /openapi.json shows how."
    fewest, most = digits.groups()
    return f"It must be {fewest} to {most} digits." if most else f"It must be {fewest} digits."


def _long_enough(law: Context) -> str:
    fewest = law.get("min_length")
    return "It must not be empty." if fewest == 1 else f"It must have at least {fewest} signs."


def _full_enough(law: Context) -> str:
    fewest = law.get("min_length")
    return "It must not be empty." if fewest == 1 else f"It must hold at least {fewest}."


def _listed(law: Context) -> str:
    # The codes that the field declares.
    return f"It must be {law['expected']}." if "expected" in law else "It is none of the values that may stand here."


# Beginning of pydantic's error type -> our sentence; the first that fits.
_SENTENCES: dict[str, str | Callable[[Context], str]] = {
    "missing": "It is missing.",
    "extra_forbidden": "This field is not known here; leave it out.",
    "uuid": "It must be a UUID.",
    "date_": "It must be a date that exists, as 2026-11-22.",
    "datetime_": "It must be a time, as 2026-11-22T08:00:00Z.",
    "decimal": "It must be a number.",
    "enum": _listed,
    "literal": _listed,
    "string_pattern": _written,
    "string_too_short": _long_enough,
    "string_too_long": lambda law: f"It must have at most {law.get('max_length')} signs.",
    "string_": "It must be text, in quotation marks.",
    "int_type": "It must be a whole number, without quotation marks.",
    "int_": "It must be a whole number.",
    "float_": "It must be a number.",
    "bool_": "It must be true or false, without quotation marks.",
    "list_": "It must be a list.",
    "dict_": "It must be a JSON object.",
    "model_": "It must be a JSON object.",
    "too_short": _full_enough,
    "too_long": lambda law: f"It must hold at most {law.get('max_length')}.",
    "greater_than_equal": lambda law: f"It must be {law.get('ge')} or more.",
    "greater_than": lambda law: f"It must be more than {law.get('gt')}.",
    "less_than_equal": lambda law: f"It must be {law.get('le')} or less.",
    "less_than": lambda law: f"It must be less than {law.get('lt')}.",
}
