"""The portal's rules: whose a box is, what an agency's answer means, when to try again."""

import hmac
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime, timedelta
from enum import StrEnum
from math import isfinite
from typing import Any
from unicodedata import category
from uuid import UUID, uuid5

CONTACT_V1, CONTACT_TOPIC = "portal.contact.v1", "portal.contact.v2"
# (topic, field) of a declared box -> the portal's own box: forms of agencies name the topic that they hear.
CONTACT_BOXES = {
    (CONTACT_V1, "contact.email"): "email",
    (CONTACT_V1, "contact.mobile"): "mobile",
    (CONTACT_TOPIC, "email.address"): "email",
    (CONTACT_TOPIC, "mobile.number"): "mobile",
}
CORRECTION_TOPIC = "portal.correction.v1"
TRACKED = ".application.v1"
"""What the name of a topic ends with that the tracker shows."""
_PROGRESS = ("resident_id", "service", "status", "steps", "due_on", "clock", "next_actor", "reason_code")
PROGRESS: Mapping[str, str] = {name: f"progress.{name}" for name in _PROGRESS}
"""Column of the tracker's copy -> field of the topic."""
FOLLOW_FROM_VILLAGE = frozenset({"district_code", "regency_code", "province_code"})
UNPRINTABLE = frozenset({"Cc", "Cs", "Cn", "Co"})
TRY_AGAIN = frozenset({408, 425, 429})
ALREADY_SUBMITTED = "urn:sekali:problem:already-submitted"
CORRECTED = ("box", "topic", "field", "seen_version")
CODE = re.compile(r"[A-Z][A-Z_]{0,63}")
UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
FORM_NAME = re.compile(r"[a-z][a-z0-9-]{0,63}")
NOT_HEARD_YET = "urn:sekali:problem:not-heard-yet"


class State(StrEnum):
    """Where a submission stands, seen from the portal."""

    KEPT = "KEPT"
    TAKEN = "TAKEN"
    REFUSED = "REFUSED"


class Verdict(StrEnum):
    """What an agency's answer to a submission means."""

    TAKEN = "TAKEN"
    REFUSED = "REFUSED"
    DOWN = "DOWN"
    UNHEARD = "UNHEARD"
    """The agency has not heard of the citizen yet: its inbox catches up."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An agency's answer: HTTP status (0 = none came) and JSON body; `cause` says in words what was wrong."""

    status: int
    body: Mapping[str, Any] = dataclass_field(default_factory=dict, repr=False)
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A box that the citizen typed otherwise than its owner knows it."""

    correction_id: UUID
    topic: str
    field: str
    seen_version: int
    proposed: str = dataclass_field(repr=False)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the owner of a fact decided on a proposal."""

    decision: str
    reason_code: str | None
    decided_at: datetime


def verdict(answer: Answer) -> Verdict:
    """A submission taken earlier counts as taken; whatever may pass by itself counts as down."""
    if answer.status in {200, 201} or (answer.status == 409 and answer.body.get("type") == ALREADY_SUBMITTED):
        return Verdict.TAKEN
    if answer.status == 409 and answer.body.get("type") == NOT_HEARD_YET:
        return Verdict.UNHEARD
    if answer.status == 0 or answer.status >= 500 or answer.status in TRY_AGAIN:
        return Verdict.DOWN
    return Verdict.REFUSED


def why_kept(agency: str, answer: Answer) -> str:
    """In words, why a submission is not handed on yet."""
    if verdict(answer) is Verdict.UNHEARD:
        return f"{agency} has not heard of you yet."
    return answer.cause or f"The door of {agency} asks to come back later."


def receipt(answer: Answer) -> Mapping[str, Any]:
    """The agency's receipt; of a submission taken earlier its first answer."""
    if answer.status == 409:
        return {"application_id": answer.body.get("application_id"), **(answer.body.get("receipt") or {})}
    return answer.body


def without_values(told: Mapping[str, Any]) -> dict[str, Any]:
    """What of a receipt may stay at the portal: ids, statuses, counts, names of corrected boxes.

    Members are chosen by name and by shape: an agency may add others, and a NIB or NPWP is a person's.
    """
    ids = {name: value for name, value in told.items() if name.endswith("_id") and _is_id(value)}
    # The status of what has an id here: a marital status is none.
    named = {"status", *(name.removesuffix("id") + "status" for name in ids)}
    statuses = {name: told[name] for name in named & told.keys() if _is_code(told[name])}
    counts = {name: value for name, value in (told.get("counts") or {}).items() if isinstance(value, int)}
    boxes = [{name: box[name] for name in CORRECTED if name in box} for box in told.get("corrected") or ()]
    return ids | statuses | {"counts": counts, "corrected": boxes}


def _is_id(value: Any) -> bool:
    return value is None or (isinstance(value, str) and UUID_TEXT.fullmatch(value) is not None)


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and CODE.fullmatch(value) is not None


def is_form_name(text: str) -> bool:
    """Whether agencies name forms so. Anything else in a form's place was typed by somebody."""
    return FORM_NAME.fullmatch(text) is not None


def contact_boxes(boxes: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Box name -> name of the portal's own box (`email`), for the boxes whose declared source is the contact,
    on whichever of its topics.
    """
    found: dict[str, str] = {}
    for box in boxes:
        source = box.get("source") or box.get("from") or {}
        own = CONTACT_BOXES.get((source.get("topic", ""), source.get("field", "")))
        if own is not None:
            found[box["name"]] = own
    return found


def proposals(
    submission_id: UUID, answers: Mapping[str, Any], corrected: Sequence[Mapping[str, Any]], deciders: Iterable[str]
) -> list[Proposal]:
    """The corrections that go to an owner who decides on them.

    `corrected` comes from the receipt and holds no values: they are taken from the submission.
    The id follows from submission and box, so that a receipt read twice proposes once.
    """
    listening = set(deciders)
    return [
        Proposal(
            correction_id=uuid5(submission_id, box["box"]),
            topic=box["topic"],
            field=box["field"],
            seen_version=int(box["seen_version"]),
            proposed=str(answers[box["box"]]).strip(),
        )
        for box in corrected
        if owner(box["topic"]) in listening and answers.get(box["box"]) is not None and stands_by_itself(box["field"])
    ]


def stands_by_itself(field: str) -> bool:
    """Codes of district, regency and province follow from the village's, in every address: no owner can change one
    alone, and all are right once the village is.
    """
    return field.rpartition(".")[2] not in FOLLOW_FROM_VILLAGE


def is_storable(name: str, value: Any) -> bool:
    """One printable value under a printable name; PostgreSQL refuses NUL and lone surrogates."""
    texts = [name, *([value] if isinstance(value, str) else [])]
    flat = value is None or isinstance(value, str | int | bool) or (isinstance(value, float) and isfinite(value))
    return flat and all(category(sign) not in UNPRINTABLE for text in texts for sign in text)


def marked(submission_id: UUID, box: str, value: Any) -> str:
    """Tells whether a fact is still the one that a page showed, not what it was: a short hash, keyed by the form."""
    text = f"{box}\0{json.dumps(value, ensure_ascii=False)}".encode()
    return hmac.new(submission_id.bytes, text, "sha256").hexdigest()[:12]


def marks(submission_id: UUID, facts: Mapping[str, Any]) -> dict[str, str]:
    """Box -> mark, of boxes that are filled."""
    return {box: marked(submission_id, box, value) for box, value in facts.items() if value is not None}


def changed(submission_id: UUID, shown: Mapping[str, str], facts: Mapping[str, Any]) -> list[str]:
    """The boxes whose fact is another now than the page showed, or is there now, or is gone."""
    present = marks(submission_id, facts)
    return sorted(box for box in shown.keys() | present.keys() if shown.get(box) != present.get(box))


def owner(topic: str) -> str:
    """The owner of a topic is the first word of its name."""
    return topic.partition(".")[0]


def back_off(attempts: int, first: timedelta, most: timedelta) -> timedelta:
    """Doubles with each attempt, up to `most`."""
    doubled: timedelta = first * 2 ** min(attempts, 20)
    return min(doubled, most)
