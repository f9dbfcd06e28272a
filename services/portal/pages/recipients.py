"""What will be sent to whom, for which purpose and on which legal basis: as the contracts say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sekali.contracts import Contract
from sekali.forms import OpenedBox, OpenedForm
from sekali.pages import Names, Words, as_text
from services.portal.model import CONTACT_TOPIC, CONTACT_V1, CORRECTION_TOPIC, contact_boxes, owner


@dataclass(frozen=True, slots=True)
class Told:
    """A box with its value in words; `before` is what its owner says where the citizen says otherwise."""

    label: str
    text: str
    before: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Ground:
    """Who gets what for which purpose; `basis` is empty where an agency's form does not say it."""

    who: str
    what: str
    purpose: str
    basis: str
    until: str = ""


def recipients(  # noqa: PLR0917
    names: Names, words: Words, agency: str, opened: OpenedForm, answers: Mapping[str, Any], corrected: Sequence[str]
) -> dict[str, Any]:
    """{typed, corrections, filled: texts, grounds: who gets what}."""
    boxes = {box.name: box for box in opened.boxes}
    contact = contact_boxes(box.model_dump() for box in opened.boxes)
    said = [name for name in boxes if name in answers]
    proposed = [name for name in corrected if name in boxes and name not in contact]
    typed = [_told(boxes[name], answers[name], words) for name in said if name not in proposed]
    corrections = [
        _told(boxes[name], answers[name], words, owner=names.agency(_owner(boxes[name]), words)) for name in proposed
    ]
    kept = [box for box in opened.boxes if box.value is not None and box.name not in said]
    grounds = [_to_the_agency(names, words, agency, opened, len(typed))]
    if set(contact) & set(said):
        grounds += _contact_grounds(names, words)
    if corrections:
        owners = sorted({_owner(boxes[name]) for name in proposed})
        grounds += _correction_grounds(names, words, owners)
    return {"typed": typed, "corrections": corrections, "kept": len(kept), "grounds": grounds}


def _told(box: OpenedBox, answer: Any, words: Words, owner: str = "") -> Told:
    before = as_text(box, box.value, words) if owner else ""
    return Told(words.both(box.label), as_text(box, answer, words), before, owner)


def _owner(box: OpenedBox) -> str:
    return owner(box.source.topic) if box.source else ""


def _to_the_agency(names: Names, words: Words, agency: str, opened: OpenedForm, count: int) -> Ground:
    what = words.plural("%(count)s answer of yours", "%(count)s answers of yours", count)
    purpose = words.both(opened.purpose or opened.title)
    return Ground(names.agency(agency, words), what, purpose, words.law(opened.legal_basis))


def _contact_grounds(names: Names, words: Words) -> list[Ground]:
    """Every agency that hears how its people want to be reached."""
    found = [
        contract for (_, topic), contract in names.catalogue.contracts.items() if topic in {CONTACT_V1, CONTACT_TOPIC}
    ]
    return [_ground(names, words, contract, words("Your e-mail address and mobile number")) for contract in found]


def _correction_grounds(names: Names, words: Words, owners: Sequence[str]) -> list[Ground]:
    found = [names.catalogue.contracts.get((one, CORRECTION_TOPIC)) for one in owners]
    return [_ground(names, words, one, words("Your proposals of a correction")) for one in found if one is not None]


def _ground(names: Names, words: Words, contract: Contract, what: str) -> Ground:
    return Ground(
        names.agency(contract.agency, words), what, words.both(contract.purpose), words.law(contract.legal_basis),
        words.day(contract.valid_until),
    )  # fmt: skip
