"""A declared form at work: it opens with what agencies know, and checks what the citizen answers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal, Self

from sekali import metrics, workdays
from sekali.errors import FieldError, invalid
from sekali.forms.agreement import disagreements
from sekali.forms.declaration import Box, Declaration, Text
from sekali.forms.rules import BUILT_IN_RULES, Asked, Check, Listed, Read, Refused, registered
from sekali.forms.shapes import (
    Correction,
    Counts,
    Fact,
    JsonValue,
    OpenCounts,
    OpenedBox,
    OpenedForm,
    Submission,
    as_json,
)

Facts = Mapping[str, Fact]
Use = Callable[[Text, Mapping[str, list[str]]], None]
"""Told the form's title and, for each topic, the dotted fields that fill its boxes."""
How = Literal["key", "filled", "typed", "left_empty"]


@dataclass(frozen=True, slots=True, repr=False)
class _Answered:
    """One box after its check: the value that counts, what the citizen said, and how it is counted."""

    how: How
    value: Any
    said: Any
    correction: Correction | None = None


class Form:
    """One form; immutable, shared by all requests."""

    def __init__(
        self, declaration: Declaration, rules: Mapping[str, Read], lists: Mapping[str, Listed] | None = None
    ) -> None:
        self._declaration = declaration
        self._rules = rules
        self._lists = lists or {}

    @classmethod
    def load(
        cls, path: Path, rules: Mapping[str, Check] | None = None, lists: Mapping[str, Listed] | None = None
    ) -> Self:
        """The form of a ``.form.yaml``; FormError names the file, the box and the way out.

        ``rules``: further types, as ``{"kbli": check}`` with ``check(value) -> None | sentence``.
        ``lists``: the codes of such a type with what people call them, to choose from.
        """
        own = rules or {}
        declaration = Declaration.load(path, own)
        return cls(declaration, {**BUILT_IN_RULES, **{name: registered(check) for name, check in own.items()}}, lists)

    @property
    def name(self) -> str:
        return self._declaration.name

    @property
    def title(self) -> Text:
        return self._declaration.title

    @property
    def boxes(self) -> tuple[Box, ...]:
        return self._declaration.boxes

    def declaration(self) -> OpenedForm:
        """The boxes without anybody's values."""
        return self._opened({})

    def open(self, facts: Facts, use: Use) -> OpenedForm:
        """The form filled from this agency's copies; ``facts``: topic -> what it says of this person.

        Opening it is a use: ``use`` is told which facts are shown, as ``uses.opening(session, resident_id)`` records.
        """
        opened = self.show(facts, use)
        metrics.FORMS_OPENED.labels(form=self.name).inc()
        return opened

    def show(self, facts: Facts, use: Use) -> OpenedForm:
        """The same boxes to an officer, beside what was answered: a use too, but nobody is going to fill them."""
        opened = self._opened(facts)
        use(self.title, _shown_facts(opened))
        return opened

    def _opened(self, facts: Facts) -> OpenedForm:
        boxes = tuple(_opened_box(box, facts, self._lists.get(box.type)) for box in self.boxes)
        key = sum(box.key for box in boxes)
        filled = sum(box.value is not None for box in boxes)
        counts = OpenCounts(asked=len(boxes), key=key, filled=filled, open=len(boxes) - key - filled)
        declared = self._declaration
        return OpenedForm(
            form=self.name, title=self.title, purpose=declared.purpose, legal_basis=declared.legal_basis, boxes=boxes,
            counts=counts,
        )  # fmt: skip

    def check(
        self, answers: Mapping[str, Any], facts: Facts, *, today: date | None = None, sent_at: datetime | None = None
    ) -> Submission:
        """The typed values; Problem 422 with all wrong fields at once.

        ``facts`` are read again at the submission: a box left out, null or blank keeps what they say.
        What the citizen says of himself with this very form may arrive here before it: from ``sent_at`` on,
        such a fact was not shown, and its box counts as typed.
        ``today`` is the day that "not in the future" means; by itself the day in Jakarta.
        """
        checked = self.preview(answers, facts, today=today, sent_at=sent_at)
        counts = checked.counts
        metrics.count_submission(self.name, counts.asked, counts.filled, counts.typed)
        return checked

    def preview(
        self, answers: Mapping[str, Any], facts: Facts, *, today: date | None = None, sent_at: datetime | None = None
    ) -> Submission:
        """What `check` would give, without being counted as a submission."""
        day = today or workdays.day_of(datetime.now(UTC))
        errors = list(self._strangers(answers))
        done: dict[str, _Answered] = {}
        for box in self.boxes:
            try:
                done[box.name] = self._answer(box, answers.get(box.name), _shown(box, answers, facts, sent_at), day)
            except Refused as refused:
                errors.append(FieldError(box.name, refused.detail, refused.way_out, refused.detail_id))
        said = {name: answered.said for name, answered in done.items()}
        errors += disagreements(self.boxes, said, {name for name in done if done[name].how == "typed"})
        if errors:
            raise invalid(*errors)
        return Submission(
            values={name: answered.value for name, answered in done.items()},
            corrected=tuple(answered.correction for answered in done.values() if answered.correction),
            counts=_count(done),
        )

    def _strangers(self, answers: Mapping[str, Any]) -> Iterator[FieldError]:
        # Their names are not repeated: the caller made them up.
        if set(answers) - {box.name for box in self.boxes}:
            yield FieldError("answers", "It holds a box that this form does not have.",
                             "Ask the form's declaration for the names of its boxes.",
                             "Ada isian yang tidak dikenal formulir ini.")  # fmt: skip

    def _answer(self, box: Box, answer: Any, facts: Facts, today: date) -> _Answered:
        asked = Asked(box, today)
        known = fact_value(box, facts)
        if answer is None or (isinstance(answer, str) and not answer.strip()):
            return self._unanswered(asked, known)
        if known is not None and answer == known:
            # Sent back as it was shown: taken as it is, even where today's rule would refuse an old value.
            return _Answered("filled", self._typed(asked, known), known)
        value = self._rules[box.type](answer, asked)
        if box.key:
            return _Answered("key", value, value)
        if known is None or box.source is None:
            return _Answered("typed", value, value)
        owned = self._typed(asked, known)
        if value == owned:
            return _Answered("filled", owned, owned)
        if box.readonly:
            raise Refused("This box is only to be changed at its owner.",
                          f"Send it as it was shown, and change it through {box.source.topic}.",
                          "Isian ini hanya dapat diubah di instansi asalnya.")  # fmt: skip
        correction = Correction(
            box.name, box.source.topic, box.source.field, facts[box.source.topic].version, as_json(value)
        )
        return _Answered("typed", value if box.source.said_by == "citizen" else owned, value, correction)

    def _unanswered(self, asked: Asked, known: JsonValue) -> _Answered:
        if known is not None:
            owned = self._typed(asked, known)
            return _Answered("filled", owned, owned)
        if asked.box.required:
            raise Refused("This box needs an answer.", "Fill it.", "Isian ini wajib diisi.")
        return _Answered("left_empty", None, None)

    def _typed(self, asked: Asked, known: JsonValue) -> Any:
        """A fact's value in the type of its box; as it came where today's rule would refuse it."""
        try:
            return self._rules[asked.box.type](known, asked)
        except Refused:
            return known


def _shown(box: Box, answers: Mapping[str, Any], facts: Facts, sent_at: datetime | None) -> Facts:
    """The facts as the citizen saw them in this box when he answered it."""
    source = box.source
    if sent_at is None or source is None or source.said_by != "citizen" or not answers.get(box.name):
        return facts
    fact = facts.get(source.topic)
    # Times of facts are whole milliseconds.
    if fact is None or fact.as_of < sent_at.replace(microsecond=sent_at.microsecond // 1000 * 1000):
        return facts
    return {topic: one for topic, one in facts.items() if topic != source.topic}


def fact_value(box: Box, facts: Facts) -> JsonValue:
    """What fills the box, as JSON; None for nothing, and for a code that is none of the box's choices."""
    if box.source is None or box.source.topic not in facts:
        return None
    value = as_json(facts[box.source.topic].values.get(box.source.field))
    if value == "" or (box.type == "choice" and value not in {choice.code for choice in box.choices}):
        return None
    return value


def _opened_box(box: Box, facts: Facts, listed: Listed | None) -> OpenedBox:
    value = fact_value(box, facts)
    choices, others = listed or Listed(box.choices)
    return OpenedBox(
        name=box.name, label=box.label, type=box.type, required=box.required, key=box.key, readonly=box.readonly,
        value=value, source=box.source, choices=choices, others=others, within=box.within, unit=box.unit,
        max_length=box.max_length, minimum=box.minimum, maximum=box.maximum, future=box.future,
        as_of=facts[box.source.topic].as_of if value is not None and box.source else None,
    )  # fmt: skip


def _shown_facts(opened: OpenedForm) -> dict[str, list[str]]:
    """Topic -> fields that fill a box."""
    shown: dict[str, list[str]] = {}
    for box in opened.boxes:
        if box.source is not None and box.value is not None:
            shown.setdefault(box.source.topic, []).append(box.source.field)
    return shown


def _count(done: Mapping[str, _Answered]) -> Counts:
    ways = [answered.how for answered in done.values()]
    return Counts(
        asked=len(ways), key=ways.count("key"), filled=ways.count("filled"), typed=ways.count("typed"),
        left_empty=ways.count("left_empty"),
    )  # fmt: skip
