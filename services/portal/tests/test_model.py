"""The portal's rules, without any machinery."""

from datetime import timedelta
from typing import Any

import pytest

from services.portal.model import Answer, Verdict, back_off, contact_boxes, is_storable, verdict


@pytest.mark.parametrize(
    ("status", "kind", "meaning"),
    [
        (201, "", Verdict.TAKEN),
        (409, "already-submitted", Verdict.TAKEN),
        (409, "already-activated", Verdict.REFUSED),
        (409, "not-heard-yet", Verdict.UNHEARD),
        (422, "invalid", Verdict.REFUSED),
        (404, "not-found", Verdict.REFUSED),
        (0, "", Verdict.DOWN),
        (502, "", Verdict.DOWN),
        (429, "", Verdict.DOWN),
    ],
)
def test_what_an_agencys_answer_means(status: int, kind: str, meaning: Verdict) -> None:
    assert verdict(Answer(status, {"type": f"urn:sekali:problem:{kind}"})) is meaning


def test_pauses_double_up_to_the_most() -> None:
    first, most = timedelta(seconds=1), timedelta(seconds=60)
    assert [back_off(tries, first, most).total_seconds() for tries in (0, 1, 2, 5, 6, 7, 10**6)] == [
        1, 2, 4, 32, 60, 60, 60,
    ]  # fmt: skip


def test_contact_boxes_are_found_by_their_source_in_either_spelling() -> None:
    source = {"topic": "portal.contact.v1", "field": "contact.email"}
    boxes: list[dict[str, Any]] = [
        {"name": "a", "source": source},
        {"name": "b", "from": source},
        {"name": "c", "source": None},
        {"name": "d"},
    ]
    assert contact_boxes(boxes) == {"a": "email", "b": "email"}


def test_contact_boxes_are_found_on_each_topic_of_the_contact_and_nowhere_else() -> None:
    fields = [
        ("portal.contact.v1", "contact.mobile"),
        ("portal.contact.v2", "email.address"),
        ("portal.contact.v2", "mobile.number"),
        ("portal.contact.v2", "contact.email"),
        ("counter.contact.v1", "contact.email"),
    ]
    boxes = [
        {"name": f"box{place}", "source": {"topic": topic, "field": field}}
        for place, (topic, field) in enumerate(fields)
    ]
    assert contact_boxes(boxes) == {"box0": "mobile", "box1": "email", "box2": "mobile"}


@pytest.mark.parametrize("value", ["Dago 21", "Ñandú", 3, 2.5, True, None])
def test_one_printable_value_can_be_kept(value: object) -> None:
    assert is_storable("box", value)


def test_an_answers_repr_holds_no_value() -> None:
    assert "melati" not in repr(Answer(201, {"email": "melati@contoh.example"}))
