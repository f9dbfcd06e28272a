"""A page's own form: its boxes, what was typed into them, and what was wrong with it.

    sheet = Sheet((Input("reason_code", …, kind="select", options=…), Input("reason", …, kind="long")))
    return page("case.html", case=case, sheet=sheet)             # {{ pieces.errors(sheet.errors) }} {{ pieces.box(…) }}
    …
    except Problem as problem:                                   # the page again, with what was typed
        return page("case.html", problem.status, case=case, sheet=sheet.typed(form).refused(problem, page.words))

A box is called as the field that a problem names, dots and all (`members.0.nik`), so each sentence finds its box.
"""

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
        return replace(self, boxes=tuple(replace(box, value=posted(form, box.name)) for box in self.boxes))

    def values(self) -> dict[str, str]:
        """What stands in the boxes, by name; the empty ones are not among them."""
        return {box.name: box.value for box in self.boxes if box.value}

    def refused(self, problem: Problem, words: Words, names: Mapping[str, str] | None = None) -> "Sheet":
        """With each of the problem's sentences at its box. `names`: field of the problem -> box, where they differ."""
        said: dict[str, list[str]] = {}
        for field in problem.fields:
            said.setdefault((names or {}).get(field.field, field.field), []).append(sentence_of(field, words))
        boxes = tuple(replace(box, error=" ".join(said[box.name])) if box.name in said else box for box in self.boxes)
        known = {box.name: box.label for box in self.boxes if box.kind != "hidden"}
        errors = [(name, known[name], " ".join(said[name])) for name in known if name in said]
        errors += [("", "", " ".join(texts)) for name, texts in said.items() if name not in known]
        if not problem.fields:
            errors.append(("", "", told(problem, words)))
        return Sheet(boxes, tuple(errors))


def sentence_of(field: FieldError, words: Words) -> str:
    """What is wrong and the way out. In Indonesian a way out that has no translation is left away."""
    if words.language == "id":
        way_out = words(field.way_out) if field.way_out else ""
        return f"{field.detail_id or words(field.detail)} {'' if way_out == field.way_out else way_out}".strip()
    return f"{field.detail} {field.way_out}".strip()


def told(problem: Problem, words: Words) -> str:
    """The whole problem in a sentence or two."""
    return words(TEXTS[problem.slug][1]) if problem.slug in TEXTS else words(problem.detail)
