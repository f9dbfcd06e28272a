"""What the counter can register of a resident, as forms: their boxes are called as the fields of the orders."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.pages import Input, Option, Words
from services.population.model.orders import Order
from services.population.model.records import Resident
from services.population.pages.sending import once_box
from services.population.prefill import Found
from services.population.service import Desk, Done

Act = Callable[[AsyncSession, Any, Desk], Awaitable[Done | dict[str, Any]]]


@dataclass(frozen=True, slots=True, repr=False)
class Scene:
    """Whom a form is about, who lives on the same card, and what was posted. `path`: of the field that is corrected."""

    found: Found
    members: Sequence[Resident]
    words: Words
    form: Mapping[str, Any] = field(default_factory=dict)
    path: str = ""

    @property
    def resident(self) -> Resident:
        return self.found.resident

    @property
    def others(self) -> list[Resident]:
        return [one for one in self.members if one.resident_id != self.resident.resident_id]


def _nothing_more(values: dict[str, Any], _scene: Scene) -> dict[str, Any]:
    return values


def _no_niks(_scene: Scene) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Event:
    """`niks`: box of a NIK -> field of the order that takes the person's id. `finish`: what the order has besides."""

    slug: str
    title: str
    order: type[Order]
    act: Act
    boxes: Callable[[Scene], Sequence[Input]]
    is_possible: Callable[[Resident], bool]
    finish: Callable[[dict[str, Any], Scene], dict[str, Any]] = _nothing_more
    niks: Callable[[Scene], Mapping[str, str]] = _no_niks
    about: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    """Field of a problem -> box, where they differ."""


def frame(scene: Scene, name: str = "version") -> tuple[Input, ...]:
    """What every form holds unseen: its own id, and the version that the officer has before them."""
    return once_box(), Input(name, "", kind="hidden", value=str(scene.resident.version))


def day(name: str, label: str) -> Input:
    return Input(name, label, kind="date", max_length=10, narrow=True)


def nik(name: str, label: str, hint: str = "", *, required: bool = True) -> Input:
    return Input(name, label, kind="digits", hint=hint, max_length=22, required=required)


def people(residents: Sequence[Resident], words: Words) -> tuple[Option, ...]:
    return tuple(Option(str(one.resident_id), f"{one.full_name}, {words.day(one.birth_date)}") for one in residents)


def ruling(words: Words) -> tuple[Input, ...]:
    return (
        Input("ruling.court", words("Court"), max_length=120),
        Input("ruling.number", words("Number of the ruling"), max_length=120),
        day("ruling.issued_on", words("Day of the ruling")),
    )


def succession(scene: Scene) -> tuple[Input, ...]:
    """Who heads those who stay, when a head goes: nothing to ask where nobody is left behind."""
    if not scene.resident.is_head or not scene.others:
        return ()
    words = scene.words
    hint = words("The head goes and others of the card stay: name an adult who heads them, or whose card they join.")
    return (
        Input("succession.new_head_id", words("New head of those who stay"), kind="select", required=False, hint=hint,
              options=people(scene.others, words)),
        nik("join_nik", words("Or: NIK of somebody whose card they join"), required=False),
    )  # fmt: skip


JOIN = {"join_nik": "succession.join_card_of"}


def joining(_scene: Scene) -> Mapping[str, str]:
    return JOIN
