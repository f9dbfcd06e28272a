"""Only our own pages can send our forms; trying to sign in on and on is slowed down."""

import pytest

from tests.oidc.running import Visit
from tests.signin.agency import Agency
from tests.signin.conftest import MELATI
from tests.signin.test_signing_in import away, come, sign_in

POLICY = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
}


async def test_a_form_of_our_own_page_is_taken(at_home: Agency) -> None:
    async with at_home.browser() as browser:
        await browser.enter(resident_id=MELATI)
        answer = await browser.send("/mine", {"csrf": await browser.token("/mine")})
        assert answer.text == f"changed by {MELATI}"


async def test_a_form_without_its_hidden_field_or_with_anothers_is_not(at_home: Agency) -> None:
    async with at_home.browser() as browser, at_home.browser() as other:
        await browser.enter(resident_id=MELATI)
        await other.enter(resident_id=MELATI)
        anothers = await other.token("/mine")
        for form in ({}, {"csrf": ""}, {"csrf": "x"}, {"csrf": anothers}, {"csrf": "\u00e9"}):
            answer = await browser.send("/mine", form)
            assert (answer.status_code, answer.headers["content-type"]) == (403, "text/html; charset=utf-8")
            assert "Formulir ini tidak dapat diterima" in answer.text


@pytest.mark.parametrize(
    "headers",
    [{"sec_fetch_site": "cross-site"}, {"sec_fetch_site": "same-site"}, {"sec_fetch_site": "none"},
     {"origin": "https://other.example"}, {"origin": "null"}, {"origin": "http://127.0.0.1:8102"}, {"origin": ""}],
)  # fmt: skip
async def test_another_sites_form_is_not_taken_even_with_the_field(at_home: Agency, headers: dict[str, str]) -> None:
    async with at_home.browser() as browser:
        await browser.enter(resident_id=MELATI)
        answer = await browser.send("/mine", {"csrf": await browser.token("/mine")}, **headers)
        assert answer.status_code == 403


async def test_nobody_is_signed_in_or_out_by_another_sites_form(at_home: Agency) -> None:
    """Else Melati would type into a session of Rangga's."""
    async with at_home.browser() as browser:
        token = await browser.token("/sign-in")
        for form, headers in (
            ({"csrf": "x"}, {}), ({}, {}), ({"csrf": token}, {"origin": "https://other.example"})
        ):  # fmt: skip
            answer = await browser.send("/sign-in/development", {"resident_id": MELATI, **form}, **headers)
            assert answer.status_code == 403
        await browser.enter(resident_id=MELATI)
        assert (await browser.send("/sign-out", {"csrf": "x"})).status_code == 403
        assert (await browser.get("/mine")).status_code == 200


async def test_signing_out_without_a_session_harms_nobody(at_home: Agency) -> None:
    async with at_home.browser() as browser:
        answer = await browser.send("/sign-out")
        assert (answer.status_code, answer.headers["location"]) == (303, "/signed-out")


async def test_a_json_door_knows_no_cookie(at_home: Agency) -> None:
    """What browsers send by themselves opens pages only: so no foreign page can use a door in Melati's name."""
    async with at_home.browser() as browser:
        await browser.enter(resident_id=MELATI)
        assert (await browser.get("/uses")).status_code == 401


async def test_every_answer_says_what_browsers_may_do_with_it(portal: Agency, visit: Visit) -> None:
    async with portal.browser() as browser:
        provider = (await away(browser)).split("/auth")[0]
        await sign_in(browser, visit, "melati")
        for path in ("/mine", "/welcome", "/signed-out", "/no-such-page", "/uses", "/health/live", "/desk"):
            headers = (await browser.get(path)).headers
            assert {name: headers[name] for name in POLICY} == POLICY
            policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
            assert policy == {
                "default-src": "'none'", "style-src": "'self'", "img-src": "'self'", "frame-ancestors": "'none'",
                "base-uri": "'none'", "form-action": f"'self' {provider}",
            }  # fmt: skip


# Trying on and on


async def test_thirty_tries_from_one_address_are_enough(portal: Agency) -> None:
    async with portal.browser("203.0.113.7") as browser, portal.browser("203.0.113.8") as another:
        for _ in range(30):
            await away(browser)
        answer = await browser.get("/sign-in")
        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= 601
        assert "Harap tunggu" in answer.text or "tunggu" in answer.text.lower()
        await away(another)
        portal.clock.turn(minutes=10)
        await away(browser)
        assert len(await portal.rows("select 1 from sign_in_try")) == 32
        assert "203.0.113" not in str(await portal.rows("select * from sign_in_try"))


async def test_a_network_of_ipv6_is_one_address(portal: Agency) -> None:
    portal.settings = portal.settings.model_copy(update={"sign_in_tries": 2})
    async with portal.browser("2001:db8::1") as one, portal.browser("2001:db8::2") as two:
        await away(one)
        await away(two)
        assert (await one.get("/sign-in")).status_code == 429
    async with portal.browser("2001:db8:0:1::1") as elsewhere:
        await away(elsewhere)


async def test_who_signs_in_well_is_not_counted(portal: Agency, visit: Visit) -> None:
    portal.settings = portal.settings.model_copy(update={"sign_in_tries": 1})
    async with portal.browser() as browser:
        for _ in range(3):
            await sign_in(browser, visit, "melati")
            browser.client.cookies.clear()


async def test_an_account_that_may_not_enter_is_slowed_down_wherever_it_comes_from(
    licensing: Agency, visit: Visit
) -> None:
    licensing.settings = licensing.settings.model_copy(update={"sign_in_tries": 9})
    for number in range(3):
        async with licensing.browser(f"203.0.113.{number}") as browser:
            assert (await sign_in(browser, visit, "elsewhere")).status_code == 403
    async with licensing.browser("203.0.113.9") as browser:
        assert (await come(browser, await visit.sign_in(await away(browser), "elsewhere"))).status_code == 429


async def test_names_that_are_none_are_counted_at_development_sign_in_too(at_home: Agency) -> None:
    at_home.settings = at_home.settings.model_copy(update={"sign_in_tries": 3})
    async with at_home.browser() as browser:
        for _ in range(3):
            assert (await browser.enter(resident_id="9999990101200001")).status_code == 422
        assert (await browser.enter(resident_id=MELATI)).status_code == 429


async def test_without_the_switch_there_is_no_development_sign_in(portal: Agency) -> None:
    async with portal.browser() as browser:
        assert (await browser.send("/sign-in/development", {"resident_id": MELATI})).status_code == 404
        assert "development" not in (await browser.get("/signed-out")).text
