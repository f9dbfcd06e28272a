"""An agency's door is down: the portal says so in words, keeps what is sent, and hands it on later."""

from functools import partial
from uuid import uuid4

import pytest

from demo.story.checking import until
from demo.story.traces import expect_hops
from tests.journeys.stack import LIMIT_SECONDS, Stack


def states(stack: Stack) -> dict[str, str]:
    citizen = stack.doors.citizen(uuid4())
    return {one["agency"]: one["state"] for one in citizen.get("portal", "/forms")["agencies"]}


def test_the_portal_says_in_words_which_door_is_down_and_the_other_forms_open(stack: Stack) -> None:
    melati = stack.melati()
    assert set(states(stack).values()) == {"UP"}
    with stack.without("licensing"):
        listed = melati.door.get("portal", "/forms")["agencies"]
        down = [one for one in listed if one["state"] == "DOWN"]
        assert [one["agency"] for one in down] == ["licensing"]
        assert "does not answer" in down[0]["detail"]
        refused = stack.doors.send("portal", "GET", "/forms/licensing/business-licence", f"citizen:{melati.id}", None)
        assert refused.status_code == 503
        assert refused.json()["type"] == "urn:sekali:problem:door-down"
        assert melati.door.get("portal", "/forms/tax/activation")["counts"]["asked"] == 30
        assert melati.door.get("portal", "/forms/portal/contact")["counts"]["asked"] == 2


def test_melatis_form_is_kept_while_licensing_is_down_and_taken_when_it_is_back(stack: Stack) -> None:
    melati, submission = stack.melati(), uuid4()
    tracer = stack.provider.get_tracer("journeys")
    melati.door.get("portal", "/forms/licensing/business-licence")
    with stack.without("licensing"):
        with tracer.start_as_current_span("melati sends her form") as root:
            kept = melati.send(melati.shop(), 202, submission)
        assert kept == {"submission_id": str(submission), "state": "KEPT", "detail": kept["detail"]}
        melati.wait_submission(submission, "KEPT")
        # Her contact is the portal's: it stands and travels although licensing is down.
        email = melati.cast.email("melati")
        until("tax knows her e-mail", lambda: stack.views.activation(melati.id).get("email") == email, LIMIT_SECONDS)
    taken = melati.wait_submission(submission, "TAKEN")
    melati.wait_tracked(taken["application_id"], "TERBIT")
    assert len(stack.views.licences(melati.id)) == 1
    # The first click and what happened later are one trace.
    stack.provider.force_flush()
    hops = {("portal", "hand on kept submission"), ("tax", "process licensing.licence.v1")}
    trace_id = f"{root.get_span_context().trace_id:032x}"
    expect_hops(stack.endpoints.traces.url, trace_id, hops)


def test_forms_of_families_whom_licensing_has_not_heard_of_when_it_comes_back_are_taken(stack: Stack) -> None:
    stack.melati().door.get("portal", "/forms/licensing/business-licence")
    with stack.without("licensing"):
        sent = [(stack.newcomer(), uuid4()) for _ in range(5)]
        for melati, submission in sent:
            until("the portal has heard of her", partial(stack.views.is_known_at_portal, melati.id), LIMIT_SECONDS)
            assert melati.send(melati.shop(), 202, submission)["state"] == "KEPT"
    for melati, submission in sent:
        melati.wait_submission(submission, "TAKEN")


def test_a_refused_form_keeps_nothing_but_the_contact(stack: Stack) -> None:
    melati, submission = stack.melati(), uuid4()
    with pytest.raises(AssertionError, match="422 invalid business_village"):
        melati.send(melati.shop(business_village="9999999999"), 201, submission)
    refused = melati.wait_submission(submission, "REFUSED")
    assert [field["field"] for field in refused["problem"]["fields"]] == ["business_village"]
    email = melati.cast.email("melati")
    until("tax knows her e-mail", lambda: stack.views.activation(melati.id).get("email") == email, LIMIT_SECONDS)
    # Mended, the same form goes through under its id.
    receipt = melati.send(melati.shop(), 201, submission)
    assert receipt["status"] == "TERBIT"
    assert melati.wait_submission(submission, "TAKEN")["application_id"] == receipt["application_id"]


def test_a_form_sent_twice_gets_its_first_answer(stack: Stack) -> None:
    melati, submission = stack.melati(), uuid4()
    receipt = melati.send(melati.shop(), 201, submission)
    body = {"submission_id": str(submission), "answers": melati.shop()}
    again = melati.door.refused("portal", "/forms/licensing/business-licence", body)
    assert again.status_code == 409
    assert again.json()["type"] == "urn:sekali:problem:already-submitted"
    assert again.json()["application_id"] == receipt["application_id"]
    told = again.json()["receipt"]
    assert told == {name: receipt[name] for name in told}
    assert told.keys() == {"application_id", "licence_id", "status", "licence_status", "counts", "corrected"}
    assert len(stack.views.licences(melati.id)) == 1
