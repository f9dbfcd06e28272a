"""What a form gives back: opened with what is known, and checked with what was answered."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from sekali.forms.declaration import Choice, Source, Text
from sekali.identity import Number

JsonValue = str | int | float | bool | None


class Fact(NamedTuple):
    """One topic's copy of a person: dotted field -> value, when it was said, and the record's version."""

    values: Mapping[str, Any]
    as_of: datetime
    version: int

    def __repr__(self) -> str:
        return f"Fact(as_of={self.as_of.isoformat()}, version={self.version})"


class OpenCounts(BaseModel):
    """asked = key + filled + open."""

    asked: int
    key: int
    filled: int
    open: int


class OpenedBox(BaseModel):
    """One box as the page shows it; ``value`` and ``as_of`` are null where nothing fills it."""

    model_config = ConfigDict(frozen=True)

    name: str
    label: Text
    type: str
    required: bool
    key: bool
    readonly: bool
    value: JsonValue = None
    source: Source | None = None
    as_of: datetime | None = None
    choices: tuple[Choice, ...] = ()
    others: bool = False
    """Whether a code may be given that is none of the choices."""
    within: str | None = None
    unit: str | None = None
    max_length: int = 200
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    future: Literal["refused", "allowed"] = "refused"

    def __repr__(self) -> str:
        return f"OpenedBox({self.name})"

    __str__ = __repr__


class OpenedForm(BaseModel):
    """A form as GET /forms/{name} answers it."""

    model_config = ConfigDict(frozen=True)

    form: str
    title: Text
    purpose: Text | None = None
    legal_basis: str = ""
    boxes: tuple[OpenedBox, ...]
    counts: OpenCounts


@dataclass(frozen=True, slots=True)
class Counts:
    """asked = key + filled + typed + left_empty."""

    asked: int
    key: int
    filled: int
    typed: int
    left_empty: int


@dataclass(frozen=True, slots=True)
class Correction:
    """A filled box that the citizen answered differently; for the portal to propose to the owner of the topic."""

    box: str
    topic: str
    field: str
    seen_version: int
    proposed: JsonValue = dataclasses.field(repr=False)


@dataclass(frozen=True, slots=True)
class Submission:
    """Checked answers.

    ``values``: every box -> its typed value or None: Nik, Kk, Npwp, date, Decimal (number), int (integer; money in
    rupiah), bool, else str (mobile as +62…, regions as plain digits).
    """

    values: Mapping[str, Any] = dataclasses.field(repr=False)
    corrected: tuple[Correction, ...]
    counts: Counts

    def json_values(self) -> dict[str, JsonValue]:
        """``values`` as JSON takes them, for a row that keeps the whole submission."""
        return {box: as_json(value) for box, value in self.values.items()}


def as_json(value: Any) -> JsonValue:
    """A box's value as JSON: digits of numbers, ISO days, codes of enums."""
    if isinstance(value, Number):
        return value.digits
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    raise TypeError(f"A box holds one value, not a {type(value).__name__}.")
