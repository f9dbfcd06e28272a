"""Melati fills a form's page: nothing that she types is lost, and nothing is sent before she says so."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from services.portal.tests.browsing import Browser
from services.portal.tests.neighbour import Neighbour
from services.portal.tests.office import CONTACT, CORRECTION, Office

FORM = "/services/health/wish"
PLACE = {"province": "32", "regency": "3273", "district": "327302", "village": "3273021004"}
WISH = {"nik": "9999996507900002", "capital": "60,000,000", "area": "120.5", "kind": "A", **PLACE}
SENT = {"nik": "9999996507900002", "capital": "60000000", "area": "120.5", "kind": "A", **PLACE}


@pytest.fixture
def health() -> Iterator[Neighbour]:
    file = Path(__file__).with_name("wish.form.yaml")
    running = Neighbour.with_form(file, {"kind": lambda code: None if code == "A" else "There is no such kind."})
    yield running
    running.shut()


@pytest.fixture
def neighbours(health: Neighbour) -> dict[str, str]:
    return {"health": health.url}


@pytest.fixture
async def melati(office: Office, door: httpx.AsyncClient) -> tuple[Browser, UUID]:
    """She sits before the form, signed in."""
    resident_id, browser = await office.melati(), Browser(door)
    await browser.sign_in(resident_id, FORM)
    assert browser.at == FORM
    return browser, resident_id


Sitting = tuple[Browser, UUID]


async def test_a_filled_box_shows_its_source_and_as_of(melati: Sitting) -> None:
    browser, _ = melati
    assert "3 boxes are filled already." in browser.html
    assert "MELATI PUSPA CONTOH" in browser.html
    assert "25 July 1990" in browser.html
    assert "From Population registry (Dukcapil), as of 18 November 2026, 09:30 WIB" in browser.html


async def test_she_sees_what_is_sent_then_sends_it_then_has_a_receipt(melati: Sitting, health: Neighbour) -> None:
    browser, _ = melati
    await browser.press("preview", **WISH)
    assert browser.at == f"{FORM}/preview"
    assert "Rp\u00a060,000,000" in browser.html.replace("&nbsp;", "\u00a0")
    assert "COBLONG" in browser.html.upper()
    assert health.taken == {}
    await browser.press("", browser.form("sending"))
    assert browser.at.startswith("/my/submissions/")
    assert "Your form has arrived" in browser.html
    assert list(health.taken.values()) == [SENT]


async def test_numbers_are_read_as_her_language_writes_them(melati: Sitting, health: Neighbour) -> None:
    browser, _ = melati
    await browser.open(f"{FORM}?lang=id")
    await browser.press("preview", **WISH | {"capital": "60.000.000", "area": "1.120,5"})
    assert "Rp\u00a060.000.000" in browser.html.replace("&nbsp;", "\u00a0")
    assert "1.120,5 m²" in browser.html
    await browser.open(f"{FORM}/preview?lang=en")
    assert "1,120.5 m²" in browser.html


async def test_what_is_wrong_stands_beside_its_box_and_at_the_top(melati: Sitting, health: Neighbour) -> None:
    browser, _ = melati
    await browser.press("preview", **WISH | {"nik": "123", "capital": ""})
    assert browser.at == FORM
    assert '<a href="#nik">National identity number: ' in browser.html
    assert '<a href="#capital">Capital: This box needs an answer.' in browser.html
    assert 'aria-invalid="true"' in browser.html
    assert 'aria-describedby="nik-hint nik-error"' in browser.html
    fields = browser.form().fields
    assert (fields["nik"], fields["area"], fields["village"]) == ("123", "120.5", PLACE["village"])
    assert health.taken == {}


async def test_what_only_the_agency_knows_to_be_wrong_comes_back_to_the_box(melati: Sitting, health: Neighbour) -> None:
    browser, _ = melati
    await browser.press("preview", **WISH | {"kind": "B"})
    await browser.press("", browser.form("sending"))
    assert browser.at == FORM
    assert "Kind: There is no such kind." in browser.html
    assert browser.form().fields["kind"] == "B"
    await browser.press("preview", **WISH)
    await browser.press("", browser.form("sending"))
    assert "Your form has arrived" in browser.html
    assert list(health.taken.values()) == [SENT]


async def test_lists_of_regions_come_step_by_step_and_nothing_typed_goes(melati: Sitting) -> None:
    browser, _ = melati
    assert "regency" not in browser.form().fields
    await browser.press("lists:regency", capital="7,000,000", province="32")
    assert "Kota Bandung" in browser.html
    assert browser.form().fields["capital"] == "7,000,000"
    assert "errors" not in browser.html
    await browser.press("lists:district", regency="3273")
    await browser.press("lists:village", district="327302")
    assert {name: browser.form().fields[name] for name in ("province", "regency", "district")} == {
        name: PLACE[name] for name in ("province", "regency", "district")
    }


async def test_no_dont_sends_nothing_and_keeps_what_was_typed(melati: Sitting, health: Neighbour) -> None:
    browser, _ = melati
    await browser.press("preview", **WISH)
    assert f'href="{FORM}?declined=1"' in browser.html
    await browser.open(f"{FORM}?declined=1")
    assert "Nothing was sent." in browser.html
    assert browser.form().fields["capital"] == "60,000,000"
    assert health.taken == {}
    await browser.press("discard")
    await browser.open(FORM)
    assert browser.form().fields["capital"] == ""


async def test_a_corrected_box_becomes_a_proposal_that_she_can_follow(
    melati: Sitting, health: Neighbour, office: Office
) -> None:
    browser, _ = melati
    await browser.press("preview", **WISH, full_name="MELATI PUSPITA CONTOH")
    assert "Proposed to Population registry (Dukcapil)" in browser.html
    assert "Now: MELATI PUSPA CONTOH" in browser.html
    assert "Decide on a proposed correction of the register" in browser.html
    await browser.press("", browser.form("sending"))
    assert [one["proposal"]["proposed"] for one in await office.said(CORRECTION)] == ["MELATI PUSPITA CONTOH"]
    await browser.open("/my/corrections")
    assert "You proposed: MELATI PUSPITA CONTOH" in browser.html


async def test_her_contact_is_said_in_the_same_step(melati: Sitting, office: Office) -> None:
    browser, _ = melati
    await browser.press("preview", **WISH, email="melati@contoh.example")
    assert "Fill the licence form, reach the applicant" in browser.html
    await browser.press("", browser.form("sending"))
    (said,) = await office.said(CONTACT)
    assert said["contact"]["email"] == "melati@contoh.example"


async def test_pressed_twice_it_is_one_submission_with_one_receipt(melati: Sitting, health: Neighbour) -> None:
    browser, _ = melati
    await browser.press("preview", **WISH)
    form = browser.form("sending")
    first = (await browser.press("", form)).at
    second = (await browser.press("", form)).at
    assert (first, len(health.taken)) == (second, 1)
    assert "Your form has arrived" in browser.html


async def test_back_to_the_form_after_the_receipt_leads_to_the_receipt(melati: Sitting, health: Neighbour) -> None:
    browser, _ = melati
    old = browser.form()
    await browser.press("preview", **WISH)
    await browser.press("", browser.form("sending"))
    receipt = browser.at
    await browser.press("preview", old, **WISH)
    assert (browser.at, len(health.taken)) == (receipt, 1)


async def test_a_fact_that_changes_meanwhile_is_told_and_not_overwritten(melati: Sitting, health: Neighbour) -> None:
    browser, _ = melati
    await browser.press("lists:regency", capital="7,000,000", province="32", full_name="MELATI PUSPITA CONTOH")
    health.says(full_name="MELATI PUSPA DEWI CONTOH")
    await browser.open(FORM)
    assert "Something has changed while the page was open." in browser.html
    assert "This has changed at Population registry (Dukcapil) since you opened the page." in browser.html
    assert "MELATI PUSPA DEWI CONTOH" in browser.html
    assert browser.form().fields["full_name"] == "MELATI PUSPITA CONTOH"
    await browser.press("preview", **WISH)
    assert "Now: MELATI PUSPA DEWI CONTOH" in browser.html


async def test_an_untouched_box_is_no_correction_when_its_fact_has_changed(melati: Sitting, health: Neighbour) -> None:
    browser, _ = melati
    health.says(full_name="MELATI PUSPA DEWI CONTOH")
    await browser.press("preview", **WISH)  # the page still shows the old name
    assert "Full name has another value at its owner now." in browser.html
    assert "Your corrections" not in browser.html
    await browser.press("", browser.form("sending"))
    assert list(health.taken.values()) == [SENT]


async def test_a_fact_that_changes_after_the_preview_stops_the_sending_once(melati: Sitting, health: Neighbour) -> None:
    browser, _ = melati
    await browser.press("preview", **WISH)
    form = browser.form("sending")
    health.says(full_name="MELATI PUSPA DEWI CONTOH")
    await browser.press("", form)
    assert browser.at == f"{FORM}/preview"
    assert "Full name has another value at its owner now." in browser.html
    assert health.taken == {}
    await browser.press("", browser.form("sending"))
    assert "Your form has arrived" in browser.html


async def test_a_session_that_ends_while_she_types_loses_nothing(
    melati: Sitting, office: Office, health: Neighbour
) -> None:
    browser, resident_id = melati
    form = browser.form()
    office.clock.turn(hours=1)
    await browser.press("preview", form, **WISH)
    assert browser.at == "/sign-in"
    assert "60,000,000" not in browser.html
    form = browser.form("development")
    assert form.fields["next"] == FORM
    await browser.press("", form, resident_id=resident_id)
    assert browser.at == FORM
    assert browser.form().fields["capital"] == "60,000,000"
    assert health.taken == {}


async def test_whoever_signs_in_next_does_not_find_what_she_typed(melati: Sitting, office: Office) -> None:
    browser, _ = melati
    await browser.press("lists:regency", capital="7,000,000", province="32")
    await browser.press("preview")
    sari = Browser(browser.client)
    browser.client.cookies.clear()
    await sari.sign_in(await office.melati(), FORM)
    assert sari.form().fields["capital"] == ""
