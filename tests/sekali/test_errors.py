"""Problem documents: the shape that every door answers with."""

import pytest

from sekali.errors import (
    FieldError,
    Problem,
    SekaliError,
    conflict,
    forbidden,
    invalid,
    not_found,
    not_heard_yet,
    stale_version,
    unauthenticated,
)


def test_all_wrong_fields_are_told_at_once() -> None:
    problem = invalid(
        FieldError("nik", "A NIK has 16 digits.", "Copy it from the KTP-el.", "NIK terdiri dari 16 digit."),
        FieldError("email", "This is no e-mail address."),
    )
    assert problem.document() == {
        "type": "urn:sekali:problem:invalid",
        "title": "Some fields are not right",
        "status": 422,
        "detail": "Please look at: nik, email.",
        "fields": [
            {
                "field": "nik",
                "detail": "A NIK has 16 digits.",
                "way_out": "Copy it from the KTP-el.",
                "detail_id": "NIK terdiri dari 16 digit.",
            },
            {"field": "email", "detail": "This is no e-mail address."},
        ],
    }


def test_a_second_submission_is_answered_with_the_first_receipt() -> None:
    problem = conflict("already-submitted", "submission_id", "It was taken before.", application_id="a", receipt={})
    document = problem.document()
    assert document["status"] == 409
    assert document["application_id"] == "a"
    assert document["receipt"] == {}
    assert document["fields"][0]["field"] == "submission_id"


@pytest.mark.parametrize(
    ("problem", "status", "slug"),
    [
        (stale_version(), 409, "stale-version"),
        (not_found("application"), 404, "not-found"),
        (not_heard_yet("population.resident.v1"), 409, "not-heard-yet"),
        (unauthenticated(), 401, "unauthenticated"),
        (forbidden("Only an officer of tax enters here."), 403, "forbidden"),
    ],
)
def test_each_kind_has_its_status_and_type(problem: Problem, status: int, slug: str) -> None:
    document = problem.document()
    assert document["status"] == status
    assert document["type"] == f"urn:sekali:problem:{slug}"
    assert isinstance(problem, SekaliError)
    assert problem.detail in str(problem)


def test_a_record_not_heard_yet_names_the_topic_it_waits_for() -> None:
    assert not_heard_yet("population.resident.v1").document()["topic"] == "population.resident.v1"
