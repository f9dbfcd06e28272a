"""Tax is silent: Melati's application waits where she can see it, its clock runs, and an officer may go on."""

from demo.story.checking import until
from tests.journeys.stack import LIMIT_SECONDS, Stack


def test_melatis_application_waits_visibly_and_an_officer_proceeds_with_a_reason(stack: Stack) -> None:
    melati, officer = stack.melati(), stack.doors.officer("licensing")
    with stack.without("tax"):
        receipt = melati.send(melati.restaurant())
        application = receipt["application_id"]
        assert receipt["status"] == "MENUNGGU_KSWP"
        melati.wait_tracked(application, "MENUNGGU_KSWP")
        (tracked,) = melati.door.get("portal", "/applications")["applications"]
        assert (tracked["clock"], tracked["next_actor"]) == ("RUNNING", "OTHER_AGENCY")
        assert tracked["due_on"] is not None
        refused = officer.refused("licensing", f"/applications/{application}/proceed", {})
        assert [field["field"] for field in refused.json()["fields"]] == ["reason"]
        reason = {"reason": "Pajak tidak menjawab, pemohon menunjukkan bukti lapor"}
        officer.post("licensing", f"/applications/{application}/proceed", reason, 200)
        melati.wait_tracked(application, "MENUNGGU_VERIFIKASI")
    # Tax is back and answers late: that is recorded, and changes nothing.
    until("tax has answered", lambda: stack.views.kswp(melati.id) == ["NOT_VALID"], LIMIT_SECONDS)
    until("licensing has heard it", lambda: answered(stack, application), LIMIT_SECONDS)
    assert stack.views.case(application)["status"] == "MENUNGGU_VERIFIKASI"
    officer.post("licensing", f"/applications/{application}/verify", {}, 200)
    melati.wait_tracked(application, "TERBIT")


def answered(stack: Stack, application: str) -> bool:
    questions = stack.views.case(application)["kswp_questions"]
    return bool(questions) and all(question["result"] is not None for question in questions)
