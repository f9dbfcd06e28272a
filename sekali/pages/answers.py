"""What was posted by a page's form, as the answers that a form's rules take.

Numbers are read as the page's language writes them: in Indonesian 5.000 is five thousand, where JSON would see five.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from babel.numbers import NumberFormatError, parse_decimal

from sekali.forms import JsonValue, OpenedBox
from sekali.pages.words import Words

LONGEST = 4000
_GROUPED = re.compile(r"-?[0-9]{1,3}([.,\s\u00a0\u202f][0-9]{3})+")
_APART = re.compile(r"[.,\s\u00a0\u202f]")


def posted(form: Mapping[str, Any], name: str) -> str:
    """One text field; nothing for a file and for a field that is not there. Line ends are newlines."""
    value = form.get(name, "")
    return value.replace("\r\n", "\n").strip()[:LONGEST] if isinstance(value, str) else ""


def read(box: OpenedBox, written: str, words: Words) -> JsonValue:
    """The answer; None for an empty box. What cannot be read is passed on as it is, for the rules to refuse."""
    if not written:
        return None
    if box.type == "boolean":
        return {"true": True, "false": False}.get(written, written)
    if box.type in {"integer", "money"}:
        digits = written.removeprefix("Rp").strip()
        return _APART.sub("", digits) if _GROUPED.fullmatch(digits) else digits
    if box.type == "number":
        return _decimal(written, words)
    return written


def _decimal(written: str, words: Words) -> str:
    try:
        found: Decimal = parse_decimal(written, locale=words.locale, strict=True)
    except NumberFormatError:
        return written
    return format(found, "f")
