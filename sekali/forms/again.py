"""A form that another agency has opened, made a form again: so that its answers can be looked at before they are sent.

The agency's own check stays the one that counts: its registered types are only text here, and its facts may be newer.
"""

from sekali.forms.declaration import BUILT_IN, Box, Declaration
from sekali.forms.form import Form
from sekali.forms.rules import BUILT_IN_RULES, Read, choice, registered
from sekali.forms.shapes import Fact, OpenedBox, OpenedForm

_TAKEN_OVER = ("name", "label", "type", "required", "key", "readonly", "choices", "within")
_NUMBERS = ("minimum", "maximum", "unit")


def opened_again(opened: OpenedForm) -> tuple[Form, dict[str, Fact]]:
    """The form, and the facts that fill it. Their versions are not told: they are 0."""
    declared = Declaration.model_construct(
        name=opened.form, title=opened.title, boxes=tuple(_box(box) for box in opened.boxes)
    )
    foreign = {box.type: box for box in opened.boxes if box.type not in BUILT_IN}
    rules = {**BUILT_IN_RULES, **{name: _foreign(box) for name, box in foreign.items()}}
    return Form(declared, rules), _facts(opened)


def _foreign(box: OpenedBox) -> Read:
    """Its codes, where the agency takes no others; else any text."""
    return choice if box.choices and not box.others else registered(lambda _: None)


def _box(box: OpenedBox) -> Box:
    """Not validated again: a newer agency may declare what this code does not know."""
    told = {name: getattr(box, name) for name in (*_TAKEN_OVER, *_NUMBERS, "max_length", "future", "source")}
    return Box.model_construct(**told)


def _facts(opened: OpenedForm) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for box in opened.boxes:
        if box.source is not None and box.value is not None and box.as_of is not None:
            known = facts.get(box.source.topic)
            filled = {**(known.values if known else {}), box.source.field: box.value}
            facts[box.source.topic] = Fact(filled, box.as_of, 0)
    return facts
