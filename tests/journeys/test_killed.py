"""kill -9 at the worst moments: nothing that was answered is lost, nothing happens twice."""

from datetime import date
from uuid import uuid4

import pytest

from demo.story.cast import JAKARTA, NEW_STREET
from demo.story.checking import until
from demo.story.views import shows
from tests.journeys.stack import LIMIT_SECONDS, Melati, Stack


def move(melati: Melati) -> None:
    order = {
        "resident_id": str(melati.mother),
        "moved_on": date.today().isoformat(),
        "address": {"street": NEW_STREET, **JAKARTA},
    }
    melati.stack.doors.officer("population").post("population", "/moves", order, 200)


def wait_moved(melati: Melati) -> None:
    views = melati.stack.views
    for agency, copy in (("licensing", views.licensing_copy), ("tax", views.tax_copy)):
        until(f"her new street at {agency}", lambda copy=copy: shows(copy, melati.id, street=NEW_STREET), LIMIT_SECONDS)  # type: ignore[misc]


def test_melatis_kept_form_survives_the_death_of_the_portal_right_after_its_answer(stack: Stack) -> None:
    melati, submission = stack.melati(), uuid4()
    melati.door.get("portal", "/forms/licensing/business-licence")
    with stack.without("licensing"):
        melati.send(melati.shop(), 202, submission)
        stack.kill("portal")
        stack.wait_ready("portal")
        melati.wait_submission(submission, "KEPT")
    taken = melati.wait_submission(submission, "TAKEN")
    melati.wait_tracked(taken["application_id"], "TERBIT")
    assert len(stack.views.licences(melati.id)) == 1


def test_melatis_licence_survives_the_death_of_licensing_right_after_its_answer(stack: Stack) -> None:
    melati, submission = stack.melati(), uuid4()
    receipt = melati.send(melati.shop(), 201, submission)
    stack.kill("licensing")
    stack.kill("portal")
    stack.wait_ready("licensing")
    stack.wait_ready("portal")
    melati.wait_tracked(receipt["application_id"], "TERBIT")
    assert [one["nib"] for one in stack.views.licences(melati.id)] == [receipt["nib"]]
    # Whatever the portal had got round to before it died, in the end it knows that the form was taken.
    assert melati.wait_submission(submission, "TAKEN")["application_id"] == receipt["application_id"]
    until(
        "her business at tax",
        lambda: stack.views.activation(melati.id).get("trade_name") == melati.shop()["trade_name"],
        LIMIT_SECONDS,
    )


@pytest.mark.parametrize("killed", [["population"], ["licensing", "tax"], ["population", "licensing", "tax"]])
def test_melatis_move_arrives_although_services_are_killed_in_between(stack: Stack, killed: list[str]) -> None:
    melati = stack.melati()
    move(melati)
    for service in killed:
        stack.kill(service)
    wait_moved(melati)
    for service in killed:
        stack.wait_ready(service)
    assert stack.views.tax_copy(melati.id)["version"] == 2


def test_melatis_move_waits_for_agencies_that_are_away(stack: Stack) -> None:
    melati = stack.melati()
    with stack.without("licensing", "tax"):
        move(melati)
    wait_moved(melati)
