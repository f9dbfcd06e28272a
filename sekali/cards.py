"""A topic's card (`topic.yaml`): what it tells, who owns it, how long the broker keeps it."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from sekali.errors import SekaliError

UNITS = {"hour": 3_600_000, "hours": 3_600_000, "day": 86_400_000, "days": 86_400_000}
TOPIC = r"^[a-z][a-z0-9]*\.[a-z][a-z0-9]*(-[a-z0-9]+)*\.v[1-9][0-9]*$"
Mode = Literal["NONE", "BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE", "FULL", "FULL_TRANSITIVE"]


def milliseconds(text: object) -> int | None:
    """`7 days`, `24 hours` or `for ever` (None)."""
    if text == "for ever" or text is None:
        return None
    if isinstance(text, int):
        return text
    count, _, unit = str(text).partition(" ")
    if not count.isdecimal() or unit not in UNITS:
        raise ValueError("it is written as `7 days`, `24 hours` or `for ever`")
    return int(count) * UNITS[unit]


class Sunset(BaseModel):
    """The last day on which a topic is said, and the topic that is said beside it and afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    on: date
    successor: str = Field(pattern=TOPIC)

    @model_validator(mode="before")
    @classmethod
    def _named(cls, written: Any) -> Any:
        """YAML 1.1 reads the bare word `on` as true."""
        if not isinstance(written, dict):
            return written
        return {"on" if name is True else name: value for name, value in written.items()}


class Card(BaseModel):
    """`retention_ms` None: compacted, kept for ever. `ended_retention_ms`: an ended case gets a tombstone after it.

    `person`: the key is a person's, and a tombstone orders everyone who hears the topic to erase that person.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    topic: str = Field(pattern=TOPIC)
    owner: str
    kind: Literal["state", "fact"]
    key: str
    time: str
    partitions: int = Field(ge=1)
    partitioner: Literal["crc32"]
    retention_ms: Annotated[int | None, BeforeValidator(milliseconds), Field(alias="retention")]
    delete_retention_ms: Annotated[int, BeforeValidator(milliseconds), Field(alias="delete_retention")]
    ended_retention_ms: Annotated[int | None, BeforeValidator(milliseconds), Field(alias="ended_retention")] = None
    compatibility: Mode
    compatibility_reason: str = ""
    personal_data: Literal["none", "general", "specific"]
    person: bool = False
    tells: dict[Literal["id", "en"], str] = Field(min_length=2)
    sunset: Sunset | None = None


def load_card(path: Path, error: type[SekaliError]) -> Card:
    """Raises `error` with a sentence that names file, field and way out."""
    where = "/".join(path.parts[-4:])
    try:
        return Card.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.YAMLError:
        raise error(f"{where}: it is no YAML. Compare it with another topic's card.") from None
    except ValidationError as wrong:
        first = wrong.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise error(f"{where}: {field} is wrong: {first['msg']}. Correct it as in another topic's card.") from None
