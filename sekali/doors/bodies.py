"""Bodies that agencies' doors take."""

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Body(BaseModel):
    """Base of every request body: unknown fields are refused, and a refused value is never echoed."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, str_strip_whitespace=True)


class FormAnswers(Body):
    """What POST /forms/{name} takes."""

    submission_id: UUID
    answers: dict[str, Any] = Field(repr=False)
    sent_at: AwareDatetime | None = None
    """When the citizen sent it, where another door kept it meanwhile."""
