"""What Melati finds of her own: applications and her turn in them, who holds which facts, who used them."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from services.portal.tests.browsing import Browser
from services.portal.tests.neighbour import Neighbour
from services.portal.tests.office import Office
from services.portal.tests.test_pages_form import Sitting, health, melati

__all__ = ["health", "melati"]


TOPIC = "licensing.application.v1"


@pytest.fixture
def neighbours(health: Neighbour) -> dict[str, str]:
    return {"health": health.url, "licensing": health.url}


async def applies(office: Office, resident_id: UUID, status: str, actor: str, due: date | None) -> UUID:
    application_id = uuid4()
    step = {"status": status, "at": datetime(2026, 11, 19, 4, tzinfo=UTC)}
    progress = {"resident_id": resident_id, "service": "PERIZINAN_BERUSAHA", "status": status, "steps": [step],
                "due_on": due, "clock": "RUNNING" if due else "STOPPED", "next_actor": actor,
                "reason_code": None if due else "DATA_INCOMPLETE"}  # fmt: skip
    await office.hear(TOPIC, application_id, {"progress": progress})
    return application_id


async def test_an_application_says_who_acts_next_and_how_many_working_days_are_left(
    melati: Sitting, office: Office
) -> None:
    browser, resident_id = melati
    # Friday 20 November 2026 to Friday 27: five working days.
    await applies(office, resident_id, "MENUNGGU_VERIFIKASI", "OFFICER", date(2026, 11, 27))
    await browser.open("/my/applications")
    assert "Waiting for verification" in browser.html
    assert "5 working days left for the office, until 27 November 2026." in browser.html
    assert "An officer of Business licensing (OSS) looks at it next." in browser.html
    (use,) = await office.rows("select topic, kind from use_entry where resident_id = :her", her=resident_id)
    assert use == {"topic": TOPIC, "kind": "CITIZEN"}


async def test_her_turn_says_what_the_officer_asks_and_takes_her_answer(
    melati: Sitting, office: Office, health: Neighbour
) -> None:
    browser, resident_id = melati
    mine = await applies(office, resident_id, "PERLU_PERBAIKAN", "APPLICANT", None)
    await browser.open(f"/my/applications/{mine}")
    assert "The sketch of the place is missing." in browser.html
    assert "The clock stands still." in browser.html
    await browser.press(text="The sketch lies with the land office now.")
    assert "Your answer has arrived." in browser.html
    assert health.mended == {str(mine): "The sketch lies with the land office now."}


async def test_an_answer_that_is_not_taken_comes_back_with_what_she_typed(
    melati: Sitting, office: Office, health: Neighbour
) -> None:
    browser, resident_id = melati
    mine = await applies(office, resident_id, "PERLU_PERBAIKAN", "APPLICANT", None)
    await browser.open(f"/my/applications/{mine}")
    form = browser.form()
    health.answers.append((409, {"type": "urn:sekali:problem:stale-version", "detail": "It has changed."}))
    await browser.press("", form, text="Mended.")
    assert browser.status == 409
    assert "The record has changed since this page was shown." in browser.html
    assert "Mended.</textarea>" in browser.html
    health.shut()
    await browser.press("", form, text="Mended.")
    assert browser.status == 503
    assert "Mended.</textarea>" in browser.html
    health.open()


async def test_she_takes_an_application_back_by_a_page_that_says_what_follows(
    melati: Sitting, office: Office, health: Neighbour
) -> None:
    browser, resident_id = melati
    mine = await applies(office, resident_id, "MENUNGGU_VERIFIKASI", "OFFICER", date(2026, 11, 27))
    await browser.open(f"/my/applications/{mine}")
    assert f'href="/my/applications/{mine}/withdrawal"' in browser.html
    await browser.open(f"/my/applications/{mine}/withdrawal")
    assert "It cannot be undone." in browser.words
    assert health.withdrawn == {}, "looking at the page does nothing"
    form = browser.form()
    for _ in range(2):
        await browser.press("", form, text="The lease fell through.")
        assert (browser.status, browser.at) == (200, f"/my/applications/{mine}")
        assert "Your application is withdrawn." in browser.words
        assert "Withdraw the application" not in browser.words
    assert health.withdrawn == {str(mine): "The lease fell through."}


async def test_what_was_decided_meanwhile_is_said_and_not_offered_again(
    melati: Sitting, office: Office, health: Neighbour
) -> None:
    browser, resident_id = melati
    mine = await applies(office, resident_id, "MENUNGGU_VERIFIKASI", "OFFICER", date(2026, 11, 27))
    await browser.open(f"/my/applications/{mine}/withdrawal")
    health.decided = True
    await browser.press()
    assert browser.status == 409
    assert "This application cannot be withdrawn any more." in browser.words
    for path in (f"/my/applications/{mine}", f"/my/applications/{mine}/withdrawal"):
        await browser.open(path)
        assert "Withdraw it for good" not in browser.words, path
    assert health.withdrawn == {}


async def test_while_the_agency_is_down_nothing_is_withdrawn_and_her_words_stay(
    melati: Sitting, office: Office, health: Neighbour
) -> None:
    browser, resident_id = melati
    mine = await applies(office, resident_id, "MENUNGGU_VERIFIKASI", "OFFICER", date(2026, 11, 27))
    await browser.open(f"/my/applications/{mine}/withdrawal")
    health.shut()
    await browser.press(text="The lease fell through.")
    assert browser.status == 503
    assert browser.form().fields["text"] == "The lease fell through."
    await browser.open(f"/my/applications/{mine}/withdrawal")
    assert "Nothing has happened. Try again later." in browser.words
    health.open()
    assert health.withdrawn == {}


async def test_a_made_up_button_withdraws_nothing(melati: Sitting, office: Office, health: Neighbour) -> None:
    browser, resident_id = melati
    mine = await applies(office, resident_id, "MENUNGGU_VERIFIKASI", "OFFICER", date(2026, 11, 27))
    page = f"/my/applications/{mine}/withdrawal"
    await browser.open(page)
    for csrf in ({}, {"csrf": "made-up"}):
        await browser.post(page, csrf)
        assert browser.status == 403
    saris = await applies(office, await office.melati(), "MENUNGGU_VERIFIKASI", "OFFICER", None)
    await browser.open(page)
    assert (await browser.post(f"/my/applications/{saris}/withdrawal", browser.form().fields)).status == 404
    assert health.withdrawn == {}


async def test_another_citizens_application_does_not_exist_for_her(
    melati: Sitting, office: Office, health: Neighbour
) -> None:
    browser, _ = melati
    saris = await applies(office, await office.melati(), "PERLU_PERBAIKAN", "APPLICANT", None)
    assert (await browser.open(f"/my/applications/{saris}")).status == 404
    await browser.open("/services/health/wish")
    form = browser.form()
    form.action = f"/my/applications/{saris}"
    await browser.press("", form, text="It is mine.")
    assert browser.status == 404
    assert health.mended == {}


async def test_her_data_tell_who_holds_what_under_which_contract_and_no_value(
    melati: Sitting, office: Office, health: Neighbour
) -> None:
    browser, resident_id = melati
    await applies(office, resident_id, "TERBIT", "NOBODY", None)
    await browser.open("/my/data")
    for said in ("Copy from Population registry (Dukcapil)", "Copy from Business licensing (OSS)", "PKS/CONTOH/2026/",
                 "Show the applicant how the application goes on", "31 December 2028"):  # fmt: skip
        assert said in browser.html
    assert browser.html.count("Copy from Business licensing (OSS)") == 1
    assert "TERBIT" not in browser.html
    assert await office.rows("select * from use_entry") == []
    health.shut()
    await browser.open("/my/data")
    assert browser.status == 200
    assert "It does not answer at the moment" in browser.html
    health.open()


async def test_the_record_of_uses_names_who_what_and_what_for(melati: Sitting, office: Office) -> None:
    browser, resident_id = melati
    await applies(office, resident_id, "TERBIT", "NOBODY", None)
    await browser.open("/my/applications")
    await browser.open("/my/uses")
    assert "You yourself, at Citizen&#39;s portal" in browser.html
    assert "Application status" in browser.html


async def test_without_a_session_no_page_of_hers_opens(melati: Sitting) -> None:
    browser, _ = melati
    browser.client.cookies.clear()
    for path in ("/my/applications", "/my/data", "/my/uses", "/my/corrections", "/services/health/wish"):
        await Browser(browser.client).open(path)
        assert (await browser.open(path)).at == "/sign-in", path
