"""A page's own form: its boxes, what was typed into them, and what was wrong with it.

    sheet = Sheet((Input("reason_code", …, kind="select", options=…), Input("reason", …, kind="long")))
    return page("case.html", case=case, sheet=sheet)             # {{ pieces.errors(sheet.errors) }} {{ pieces.box(…) }}
    …
    except Problem as problem:                                   # the page again, with what was typed
        return page("case.html", problem.status, case=case, sheet=sheet.typed(form).refused(problem, page.words))

A box is called as the field that a problem names, dots and all (`members.0.nik`), so each sentence finds its box.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sekali.errors import FieldError, Problem
from sekali.pages.answers import posted
from sekali.pages.boxes import Input
from sekali.pages.problems import TEXTS
from sekali.pages.words import Words

Errors = tuple[tuple[str, str, str], ...]
"""For pieces.errors: (box, label, sentence); a box "" where no box is meant."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """`sheet["reason"]` is one box; a loop over a sheet gives all of them."""

    boxes: tuple[Input, ...]
    errors: Errors = ()

    def __getitem__(self, name: str) -> Input:
        return next(box for box in self.boxes if box.name == name)

    def __iter__(self) -> Iterator[Input]:
        return iter(self.boxes)

    def under(self, beginning: str) -> list[Input]:
        """The boxes whose names begin so, as all of one member."""
        return [box for box in self.boxes if box.name.startswith(beginning)]

    def typed(self, form: Mapping[str, Any]) -> "Sheet":
        """With what was posted."""
        return replace(self, boxes=tuple(replace(box, value=_written(form, box)) for box in self.boxes))

    def values(self) -> dict[str, str]:
        """What stands in the boxes, by name; the empty ones are not among them."""
        return {box.name: box.value for box in self.boxes if box.value}

    def nested(self) -> dict[str, Any]:
        """The same as an order takes it: `address.street` under `address`, `members.0.nik` in the list `members`.

        A group whose boxes are all empty is there, so that an order can name them one by one.
        """
        made: dict[str, Any] = {}
        for box in self.boxes:
            *groups, name = box.name.split(".")
            inner = made
            for group in groups:
                inner = inner.setdefault(group, {})
            if box.value:
                inner[name] = box.value.split(",") if box.kind == "checks" else box.value
        return {name: _listed(value) for name, value in made.items()}

    def refused(self, problem: Problem, words: Words, names: Mapping[str, str] | None = None) -> "Sheet":
        """With each of the problem's sentences at its box. `names`: field of the problem -> box, where they differ."""
        said: dict[str, list[str]] = {}
        for field in problem.fields:
            said.setdefault((names or {}).get(field.field, field.field), []).append(sentence_of(field, words))
        boxes = tuple(replace(box, error=" ".join(said[box.name])) if box.name in said else box for box in self.boxes)
        known = {box.name: " · ".join(filter(None, (box.context, box.label))) for box in self.boxes if _is_seen(box)}
        errors = [(name, known[name], " ".join(said[name])) for name in known if name in said]
        elsewhere = [" ".join(texts) for name, texts in said.items() if name not in known]
        if not problem.fields or (elsewhere and problem.slug in TEXTS):
            elsewhere = [told(problem, words)]
        errors += [("", "", sentence) for sentence in elsewhere]
        return Sheet(boxes, tuple(errors))


def _is_seen(box: Input) -> bool:
    return box.kind != "hidden"


def _written(form: Mapping[str, Any], box: Input) -> str:
    if box.kind == "checks" and hasattr(form, "getlist"):
        offered = {option.value for option in box.options}
        return ",".join(value for value in form.getlist(box.name) if value in offered)
    return posted(form, box.name)


def _listed(value: Any) -> Any:
    """A mapping whose names are all numbers is a list, in the order of the numbers."""
    if not isinstance(value, dict):
        return value
    inner = {name: _listed(one) for name, one in value.items()}
    if inner and all(name.isdecimal() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner


def sentence_of(field: FieldError, words: Words) -> str:
    """What is wrong and the way out. In Indonesian a way out that has no translation is left away."""
    if words.language == "id":
        way_out = in_words(field.way_out, words)
        return (
            f"{field.detail_id or in_words(field.detail, words)} {'' if way_out == field.way_out else way_out}".strip()
        )
    return f"{field.detail} {field.way_out}".strip()


_NUMBER = re.compile(r"[0-9]+")


def in_words(text: str, words: Words) -> str:
    """A sentence of the rules in the page's language, as it is where no catalogue has it.

    A number in it stands as %(n)s in the catalogue: "It must have at most %(n)s signs."
    """
    if not text:
        return ""
    said = words(text)
    if said != text or words.language == "en":
        return said
    numbers = _NUMBER.findall(text)
    if len(numbers) == 1 and "%" not in text:
        pattern = _NUMBER.sub("%(n)s", text)
        found = words(pattern)
        return found.replace("%(n)s", numbers[0]) if found != pattern else text
    return text


def told(problem: Problem, words: Words) -> str:
    """The whole problem in a sentence or two."""
    return words(TEXTS[problem.slug][1]) if problem.slug in TEXTS else in_words(problem.detail, words)
