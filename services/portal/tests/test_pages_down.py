"""An agency that is down delays nobody: it is said in words, what was typed is kept, and it arrives later."""

import httpx
import pytest

from services.portal import service
from services.portal.tests.browsing import Browser
from services.portal.tests.neighbour import Neighbour
from services.portal.tests.office import Office
from services.portal.tests.test_pages_form import FORM, SENT, WISH, Sitting, health, melati, neighbours

__all__ = ["health", "melati", "neighbours"]


async def test_the_first_page_says_who_is_down_and_the_rest_works(
    melati: Sitting, health: Neighbour, door: httpx.AsyncClient
) -> None:
    browser, _ = melati
    health.shut()
    await browser.open("/")
    assert browser.status == 200
    assert "health does not answer at the moment." in browser.html
    assert "/services/portal/contact" in browser.html
    health.open()


async def test_its_form_says_so_and_what_was_typed_is_kept(melati: Sitting, health: Neighbour) -> None:
    browser, _ = melati
    await browser.press("lists:regency", capital="7,000,000", province="32")
    form = browser.form()
    health.shut()
    await browser.press("lists:district", form, regency="3273")
    assert browser.status == 503
    assert "health does not answer" in browser.html
    assert "What you typed is kept." in browser.html
    health.open()
    await browser.open(FORM)
    assert (browser.form().fields["capital"], browser.form().fields["regency"]) == ("7,000,000", "3273")


async def test_sent_while_it_is_down_it_is_kept_and_arrives_when_it_is_back(
    melati: Sitting, health: Neighbour, office: Office
) -> None:
    browser, _ = melati
    form = browser.form()
    health.shut()
    await browser.press("preview", form, **WISH)
    assert "You can send all the same" in browser.html
    await browser.press("", browser.form("sending"))
    assert "Your form is kept" in browser.html
    assert '<meta http-equiv="refresh" content="5">' in browser.html
    kept = browser.at
    health.open()
    office.clock.turn(minutes=5)
    assert await office.hand_on() == 1
    await browser.open(kept)
    assert "Your form has arrived" in browser.html
    assert list(health.taken.values()) == [SENT]
    assert await office.rows("select * from draft") == []


async def test_refused_after_it_was_kept_what_she_typed_is_in_the_form_again(
    melati: Sitting, health: Neighbour, office: Office
) -> None:
    browser, _ = melati
    form = browser.form()
    health.shut()
    await browser.press("preview", form, **WISH | {"kind": "B"})
    await browser.press("", browser.form("sending"))
    kept = browser.at
    health.open()
    office.clock.turn(minutes=5)
    await office.hand_on()
    await browser.open(kept)
    assert "Your form was not taken" in browser.html
    await browser.open(FORM)
    assert "Kind: There is no such kind." in browser.html
    assert browser.form().fields["capital"] == "60,000,000"


@pytest.mark.parametrize("days", [6, 8])
async def test_a_form_that_was_begun_and_forgotten_goes_after_a_week(
    melati: Sitting, office: Office, days: int
) -> None:
    browser, _ = melati
    await browser.press("lists:regency", capital="7,000,000", province="32")
    office.clock.turn(days=days)
    async with office.transaction() as session:
        assert await service.bury_old_drafts(session, office.settings.drafts_kept) == (days > 7)


async def test_an_annulled_record_takes_its_drafts_along(melati: Sitting, office: Office) -> None:
    browser, resident_id = melati
    await browser.press("lists:regency", capital="7,000,000", province="32")
    await office.hear("population.resident.v1", resident_id, {"standing": "ANNULLED"})
    assert await office.rows("select * from draft") == []


async def test_another_citizens_receipt_does_not_exist_for_her(melati: Sitting, office: Office) -> None:
    browser, _ = melati
    await browser.press("preview", **WISH)
    await browser.press("", browser.form("sending"))
    receipt = browser.at
    browser.client.cookies.clear()
    sari = Browser(browser.client)
    await sari.sign_in(await office.melati())
    await sari.open(receipt)
    assert sari.status == 404
    assert "This page does not exist" in sari.html
