"""My data: what an agency says of itself is said of the person who looks, and of nobody else."""

import re

from services.portal.tests.neighbour import Neighbour
from services.portal.tests.office import Office
from services.portal.tests.test_pages_form import Sitting, health, melati, neighbours

__all__ = ["health", "melati", "neighbours"]

OWN = "You stand in these records of its own:"
NONE = "It has no record of you, and no copy of one."
TAXPAYERS = {"topic": "tax.taxpayer.v1", "tells": {"id": "Wajib pajak.", "en": "The state of a taxpayer."}}


def section(html: str, agency: str) -> str:
    found = re.search(rf'<section aria-labelledby="agency-{agency}">.*?</section>', html, re.DOTALL)
    assert found, f"no section of {agency}"
    return found[0]


async def test_an_agency_without_a_record_of_her_says_so(melati: Sitting, health: Neighbour) -> None:
    browser, _ = melati
    await browser.open("/my/data")
    assert NONE in section(browser.html, "health")
    assert OWN not in section(browser.html, "health")
    health.held = {"owns": [TAXPAYERS], "copies": []}
    await browser.open("/my/data")
    assert OWN in section(browser.html, "health")
    assert "The state of a taxpayer." in section(browser.html, "health")
    assert NONE not in section(browser.html, "health")


async def test_her_contact_stands_at_the_portal_once_she_has_said_it(melati: Sitting, office: Office) -> None:
    browser, _ = melati
    await browser.open("/my/data")
    assert "It has no record of its own about you." in section(browser.html, "portal")
    await browser.open("/services/portal/contact")
    await browser.press("preview", email="melati@contoh.example")
    await browser.press()
    await browser.open("/my/data")
    assert OWN in section(browser.html, "portal")
    assert section(browser.html, "portal").count("<li>") == 1
