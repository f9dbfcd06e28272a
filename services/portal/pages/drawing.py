"""A form as its page draws it: what is filled, by whom; what is asked; what was typed; what is wrong or has changed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sekali.errors import FieldError, Problem
from sekali.forms import OpenedBox, OpenedForm, Submission, opened_again
from sekali.pages import Filled, Input, Words, as_filled, as_input, as_written, chains
from sekali.pages.sheets import in_words
from services.portal.model import owner

Source = Callable[[OpenedBox], str]
"""What people call the owner of the fact in a box."""


@dataclass(frozen=True, slots=True)
class Row:
    """A filled box. `inputs` correct it: several where region boxes go together, none where its owner alone may."""

    fact: Filled
    inputs: tuple[Input, ...] = ()
    unfolded: bool = False
    note: str = ""
    locked: bool = False
    """Its owner alone may change it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Boxes to be answered that stand together; `step` names the button that brings the next list."""

    inputs: tuple[Input, ...]
    step: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    rows: tuple[Row, ...]
    asked: tuple[Asked, ...]
    errors: tuple[tuple[str, str, str], ...]
    """(box, label, sentence), in the form's order."""


@dataclass(frozen=True, slots=True, repr=False)
class Drawing:
    """One form for one person. `answers`: what was typed. `errors`: box -> sentence. `changed`: boxes to be told of."""

    opened: OpenedForm
    words: Words
    source: Source
    answers: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    changed: Sequence[str] = ()

    def drawn(self) -> Drawn:
        rows: list[Row] = []
        asked: list[Asked] = []
        drawn: set[str] = set()
        for box in self.opened.boxes:
            if box.name in drawn:
                continue
            together = self._together(box)
            drawn |= {one.name for one in together}
            if _is_asked(together):
                asked.append(self._asked(together))
            else:
                rows += self._filled(together)
        return Drawn(tuple(rows), tuple(asked), self._listed())

    def _together(self, box: OpenedBox) -> list[OpenedBox]:
        """The region boxes of one chain, else the box alone."""
        lowest = chains(self.opened.boxes)
        if box.name not in lowest:
            return [box]
        return [one for one in self.opened.boxes if lowest.get(one.name) == lowest[box.name]]

    def _asked(self, boxes: Sequence[OpenedBox]) -> Asked:
        inputs = self._inputs(boxes)
        step = next((one.name for one in inputs if one.kind == "waiting"), inputs[-1].name) if len(boxes) > 1 else ""
        notes = [self._note(box) for box in boxes if box.name in self.changed]
        return Asked(inputs, step, " ".join(notes))

    def _filled(self, boxes: Sequence[OpenedBox]) -> list[Row]:
        """Facts in the form's order; what corrects them stands under the last one."""
        rows = [
            Row(as_filled(box, self.words, self.source(box)), note=self._note(box) if box.name in self.changed else "")
            for box in boxes
        ]
        if any(box.readonly for box in boxes):
            rows = [replace(row, locked=True) for row in rows]
        else:
            unfolded = any(box.name in self.answers or box.name in self.errors for box in boxes)
            rows[-1] = replace(rows[-1], inputs=self._inputs(boxes), unfolded=unfolded)
        return rows

    def _inputs(self, boxes: Sequence[OpenedBox]) -> tuple[Input, ...]:
        by_name = {box.name: box for box in boxes}
        ordered = _top_down(boxes)
        made = []
        for box in ordered:
            above = self._present(by_name[box.within]) if box.within in by_name else None
            made.append(
                as_input(
                    box, self.words, written=as_written(box, self._present(box), self.words),
                    error=self.errors.get(box.name, ""), above=str(above) if above else None, hint=self._hint(box),
                )
            )  # fmt: skip
        return tuple(made)

    def _present(self, box: OpenedBox) -> Any:
        """What stands in the box now: what was typed, else the fact."""
        return self.answers.get(box.name, box.value)

    def _hint(self, box: OpenedBox) -> str:
        if box.source is None or box.source.said_by != "citizen" or box.value is None or box.as_of is None:
            return ""
        return self.words(
            "You said this on %(day)s. Changing it here changes it at every agency that may know it.",
            day=self.words.day(box.as_of),
        )

    def _note(self, box: OpenedBox) -> str:
        return self.words("This has changed at %(source)s since you opened the page.", source=self.source(box))

    def _listed(self) -> tuple[tuple[str, str, str], ...]:
        labels = {box.name: self.words.both(box.label) for box in self.opened.boxes}
        known = [(name, labels[name], self.errors[name]) for name in labels if name in self.errors]
        others = [("", "", sentence) for name, sentence in self.errors.items() if name not in labels]
        return (*others, *known)


def _is_asked(boxes: Sequence[OpenedBox]) -> bool:
    """Nothing fills it, or it is the citizen's own word."""
    return any(box.value is None or (box.source is not None and box.source.said_by == "citizen") for box in boxes)


def _top_down(boxes: Sequence[OpenedBox]) -> list[OpenedBox]:
    """The province first; a village's box names its district's under `within`."""
    names = {box.name for box in boxes}
    ordered = [box for box in boxes if box.within not in names]
    while len(ordered) < len(boxes):
        last = {box.name for box in ordered}
        ordered += [box for box in boxes if box.within in last and box.name not in last]
    return ordered


def looked_at(opened: OpenedForm, answers: Mapping[str, Any], words: Words) -> tuple[Submission | None, dict[str, str]]:
    """What the agency would make of the answers as far as the portal can tell, or box -> what is wrong with it."""
    form, facts = opened_again(opened)
    try:
        return form.preview(answers, facts), {}
    except Problem as problem:
        return None, {one.field: sentence(one, opened, words) for one in problem.fields}


def sentence(error: FieldError, opened: OpenedForm, words: Words) -> str:
    """What is wrong, in the page's language, with boxes called by their labels."""
    said = error.detail_id if words.language == "id" else error.detail
    if not said:
        return words("This is not accepted: %(why)s", why=error.detail)
    box = next((box for box in opened.boxes if box.name == error.field), None)
    above = next((one for one in opened.boxes if box is not None and one.name == box.within), None)
    if above is not None:
        label = f"“{words.both(above.label)}”"
        said = said.replace(f"box {above.name}", label).replace(above.name, label)
    if error.way_out in {"", "Fill it."} or above is not None:
        return said
    way_out = in_words(error.way_out, words)
    untold = words.language == "id" and way_out == error.way_out
    return said if untold else f"{said} {way_out}"


def source_of(box: OpenedBox) -> str:
    """The agency that owns the fact of a box; nothing for a box that nobody fills."""
    return owner(box.source.topic) if box.source else ""
