"""What the files say of an agency as a whole: schemas/<agency>/agency.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sekali.contracts import CatalogueError

_Both = Annotated[dict[Literal["id", "en"], str], Field(min_length=2)]


@dataclass(frozen=True, slots=True)
class Agency:
    """`title` and `about` are what people call it; without the file, its short name.

    `signs_in_citizens`: all other agencies believe it when it says which citizen asks.
    """

    name: str
    title: Mapping[str, str]
    about: Mapping[str, str] = field(default_factory=dict)
    signs_in_citizens: bool = False


class _File(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    title: _Both
    about: _Both
    signs_in_citizens: bool = False


def read(root: Path, name: str) -> Agency:
    """Raises `CatalogueError` where the file has another shape."""
    file = root / "schemas" / name / "agency.yaml"
    if not file.exists():
        return Agency(name, {"id": name, "en": name})
    try:
        told = _File.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError):
        raise CatalogueError(
            f"schemas/{name}/agency.yaml: it is not title and about, each with id and en, "
            "and signs_in_citizens, which is true or false or not there. Compare it with another agency's."
        ) from None
    return Agency(name, _texts(told.title), _texts(told.about), told.signs_in_citizens)


def _texts(both: Mapping[Literal["id", "en"], str]) -> dict[str, str]:
    return {str(language): words for language, words in both.items()}


def signing_citizens_in(root: Path) -> frozenset[str]:
    """Whose word counts on which citizen asks."""
    names = [file.parent.name for file in (root / "schemas").glob("*/agency.yaml")]
    return frozenset(name for name in names if read(root, name).signs_in_citizens)
