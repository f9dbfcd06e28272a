"""What a page's form sends, as the order that a use case takes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

import uuid_utils.compat as uuids
from pydantic import ValidationError

from sekali.doors.problems import from_validation
from sekali.pages import Input
from services.population.model.orders import Order

Made = TypeVar("Made", bound=Order)
ONCE = "once"


@contextmanager
def as_problem() -> Iterator[None]:
    """What an order refuses, as Problem 422 with all wrong fields."""
    try:
        yield
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        raise from_validation([{**one, "loc": ("body", *one["loc"])} for one in found]) from None


def make(kind: type[Made], values: Mapping[str, Any]) -> Made:
    with as_problem():
        return kind.model_validate(dict(values))


def once_box() -> Input:
    """The id of this form: sent twice, it is done once."""
    return Input(ONCE, "", kind="hidden", value=str(uuids.uuid7()))


def once_of(written: str) -> UUID | None:
    try:
        return UUID(written)
    except ValueError:
        return None
