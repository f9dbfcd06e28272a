"""A form as data: the shape of a ``<name>.form.yaml`` and the laws it keeps.

One declaration gives the prefill, the check of the answers, the count of boxes not asked again, and later the page.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sekali.errors import SekaliError

NUMBERS = frozenset({"number", "integer", "money"})
REGIONS = ("province", "regency", "district", "village")
ABOVE = {"regency": "province", "district": "regency", "village": "district", "postal_code": "village"}
"""The type of the box that ``within`` of a region box names."""

BUILT_IN = frozenset(
    {"text", "nik", "kk", "npwp", "date", "email", "mobile", "boolean", "choice", "postal_code", *REGIONS, *NUMBERS}
)


class FormError(SekaliError):
    """A declaration that breaks a law; the text names the file, the box and the way out."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(_Part):
    """A text for people in both languages."""

    id: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Source(_Part):
    """The fact that fills a box: the topic, and the dotted field in its contract."""

    topic: str = Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z0-9.-]+$")
    field: str = Field(pattern=r"^[a-z][a-z0-9_.]*$")
    said_by: Literal["agency", "citizen"] = "agency"
    """Whose word counts when the citizen corrects the box: the owning agency's record, or the citizen's answer."""


class Choice(_Part):
    code: str = Field(min_length=1, max_length=40)
    label: Text


class Box(_Part):
    """One box. ``type`` is built in or one that the agency registers."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)
    label: Text
    type: str
    required: bool = True
    key: bool = False
    readonly: bool = False
    """Filled, and only to be changed at its owner; while nothing fills it, it is asked."""
    source: Source | None = Field(default=None, alias="from")
    max_length: int = Field(default=200, ge=1, le=4000)
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    unit: str | None = None
    choices: tuple[Choice, ...] = ()
    within: str | None = None
    future: Literal["refused", "allowed"] = "refused"
    """Whether a date may lie ahead."""

    @model_validator(mode="after")
    def _keeps_the_laws(self) -> "Box":
        for broken, sentence in _box_laws(self):
            if broken:
                raise ValueError(sentence)
        return self


def _box_laws(box: Box) -> Iterator[tuple[bool, str]]:
    codes = [choice.code for choice in box.choices]
    yield (
        box.key and (box.source is not None or not box.required or box.readonly),
        ("a key box is typed by the citizen: take away from, readonly and required"),
    )
    yield box.readonly and box.source is None, "readonly needs from: nobody could fill it"
    yield (box.type == "choice") != bool(codes), "choices belong to type choice, and type choice needs them"
    yield len(codes) != len(set(codes)), "two choices have the same code"
    yield "UNKNOWN" in codes, "UNKNOWN decides nothing: take it out of the choices"
    yield (
        box.type not in NUMBERS and (box.minimum, box.maximum, box.unit) != (None, None, None),
        ("minimum, maximum and unit belong to type number, integer or money"),
    )
    yield box.minimum is not None and box.maximum is not None and box.minimum > box.maximum, "minimum is above maximum"
    yield box.type != "date" and box.future != "refused", "future belongs to type date"
    yield box.within is not None and box.type not in ABOVE, f"within belongs to the types {', '.join(ABOVE)}"


class Declaration(_Part):
    """The whole file."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: Text
    purpose: Text | None = None
    """What the answers are for, and `legal_basis` by what right: the citizen reads both before anything is sent."""
    legal_basis: str = Field(default="", max_length=200)
    boxes: tuple[Box, ...] = Field(min_length=1)

    @classmethod
    def load(cls, path: Path, types: Collection[str] = ()) -> "Declaration":
        """Reads the file; FormError naming every law it breaks. ``types`` are those the agency registers."""
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise FormError(f"{path}: it cannot be read as YAML ({type(error).__name__}).") from error
        if not isinstance(content, Mapping):
            raise FormError(f"{path}: write name, title and boxes at the top level.")
        try:
            declaration = cls.model_validate(content)
        except ValidationError as error:
            raise FormError("\n".join(_sentences(path, content, error))) from error
        broken = list(_form_laws(declaration, types))
        if broken:
            raise FormError("\n".join(f"{path}: {sentence}." for sentence in broken))
        return declaration


def _form_laws(form: Declaration, types: Collection[str]) -> Iterator[str]:
    names = [box.name for box in form.boxes]
    by_name = {box.name: box for box in form.boxes}
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"two boxes are called {name}; give one another name"
    if (form.purpose is None) != (not form.legal_basis):
        yield "purpose and legal_basis go together; write both"
    if sum(box.key for box in form.boxes) > 1:
        yield "a form has at most one key box"
    for box in form.boxes:
        if box.type not in BUILT_IN and box.type not in types:
            yield (f"box {box.name}: type {box.type} is neither built in nor registered; "
                   f"take one of {', '.join(sorted(BUILT_IN))}, or give Form.load a rule for it")  # fmt: skip
        if box.within is not None and (box.within not in by_name or by_name[box.within].type != ABOVE[box.type]):
            yield f"box {box.name}: within must name a box of type {ABOVE[box.type]}"


def _sentences(path: Path, content: Mapping[str, Any], error: ValidationError) -> Iterator[str]:
    boxes = content.get("boxes")
    for item in error.errors(include_input=False, include_url=False):
        place = [str(part) for part in item["loc"]]
        if place[:1] == ["boxes"] and len(place) > 1 and isinstance(boxes, list):
            box = boxes[int(place[1])]
            name = box.get("name", place[1]) if isinstance(box, Mapping) else place[1]
            place[:2] = [f"box {name}"]
        text = re.sub(r"^Value error, ", "", item["msg"])
        yield f"{path}: {' '.join([place[0], '.'.join(place[1:])]).strip() if place else 'form'}: {text}."
