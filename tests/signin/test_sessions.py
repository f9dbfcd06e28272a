"""A session lasts while it is used, not for ever; its cookie is worth nothing to who guesses, fixes or forges it."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from sekali.doors.forgetting import forgetting
from sekali.errors import SekaliError
from sekali.signin import Gateway
from sekali.signin.ways import own_path
from sekali.testing import eventually
from tests.signin.agency import Agency
from tests.signin.conftest import MELATI

COOKIE = "sekali-portal"


async def test_a_page_that_is_not_looked_at_for_half_an_hour_asks_to_sign_in_again(at_home: Agency) -> None:
    async with at_home.browser() as browser:
        await browser.enter(resident_id=MELATI)
        for _ in range(4):
            at_home.clock.turn(minutes=29)
            assert (await browser.get("/mine")).status_code == 200
        at_home.clock.turn(minutes=30)
        answer = await browser.get("/mine")
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Fmine")
        assert (await browser.get("/welcome")).text == "nobody"


async def test_after_eight_hours_everybody_signs_in_again(at_home: Agency) -> None:
    async with at_home.browser() as browser:
        await browser.enter(resident_id=MELATI)
        for _ in range(19):
            at_home.clock.turn(minutes=25)
            assert (await browser.get("/mine")).status_code == 200
        at_home.clock.turn(minutes=5)
        assert (await browser.get("/mine")).status_code == 303


async def test_what_melati_typed_into_a_page_that_was_open_for_too_long_is_kept_for_her(at_home: Agency) -> None:
    async with at_home.browser() as browser:
        await browser.enter(resident_id=MELATI)
        token = await browser.token("/mine")
        at_home.clock.turn(hours=2)
        answer = await browser.send("/mine", {"csrf": token, "wish": "a stall"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Fdrafts")
        assert at_home.kept == [(MELATI, {"csrf": token, "wish": "a stall"})]


async def test_a_form_in_another_tab_is_still_hers_after_she_has_signed_in_again(at_home: Agency) -> None:
    async with at_home.browser() as browser:
        await browser.enter(resident_id=MELATI)
        tab = await browser.token("/mine")
        at_home.clock.turn(hours=2)
        await browser.enter(resident_id=MELATI)
        assert (await browser.send("/mine", {"csrf": tab})).text == f"changed by {MELATI}"


async def test_and_it_is_not_the_next_persons_at_the_same_device(at_home: Agency) -> None:
    async with at_home.browser() as browser:
        await browser.enter(resident_id=MELATI)
        tab = await browser.token("/mine")
        at_home.clock.turn(hours=2)
        await browser.enter(resident_id=str(uuid4()))
        assert (await browser.send("/mine", {"csrf": tab})).status_code == 403
        assert at_home.kept == []


async def test_who_signs_out_leaves_nothing_in_the_browser(at_home: Agency) -> None:
    """What was begun by the one before, and noted down, leads the next one in as nobody."""
    async with at_home.browser() as browser:
        await browser.enter(resident_id=MELATI)
        assert set(browser.cookies) == {COOKIE, f"{COOKIE}-browser"}
        await browser.send("/sign-out", {"csrf": await browser.token("/mine")})
        assert browser.cookies == {}


async def test_the_other_language_is_a_page_of_ours_whatever_the_address_looks_like(at_home: Agency) -> None:
    """//other.example is a path of ours, and as a link another site."""
    async with at_home.browser() as browser:
        page = await browser.get(f"{at_home.home}//other.example/mine")
        assert page.status_code == 404
        assert 'href="?lang=en"' in page.text
        assert "other.example" not in page.text


async def test_a_host_that_somebody_made_up_stands_in_no_answer(at_home: Agency) -> None:
    async with at_home.browser() as browser:
        await browser.enter(resident_id=MELATI)
        for path in ("/mine", "/mine/", "/desk", "/sign-in?next=/mine", "/no-such-page", "//other.example/"):
            answer = await browser.client.get(f"{at_home.home}{path}", headers={"host": "other.example"})
            assert "other.example" not in answer.headers.get("location", "") + answer.text, path


async def test_a_foreign_form_keeps_nothing_in_an_ended_session_either(at_home: Agency) -> None:
    async with at_home.browser() as browser:
        await browser.enter(resident_id=MELATI)
        at_home.clock.turn(hours=2)
        assert (await browser.send("/mine", {"csrf": "x", "wish": "a stall"})).status_code == 403
        assert at_home.kept == []


async def test_a_form_of_nobody_leads_to_sign_in_and_back_to_its_page(at_home: Agency) -> None:
    async with at_home.browser() as browser:
        for referer, next_ in ((f"{at_home.home}/mine", "?next=%2Fmine"), ("https://other.example/mine", ""), ("", "")):
            answer = await browser.send("/mine", {"csrf": "x"}, referer=referer)
            assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in{next_}")


async def test_who_signs_in_gets_an_id_that_nobody_knew_before(at_home: Agency) -> None:
    """Rangga leaves an id of his own making in Melati's browser: it never becomes that of her session."""
    planted = "x" * 43
    async with at_home.browser() as browser:
        browser.client.cookies.set(COOKIE, planted, domain="127.0.0.1", path="/")
        answer = await browser.enter(resident_id=MELATI)
        (cookie,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{COOKIE}=")]
        assert planted not in cookie
        browser.client.cookies.clear()
        assert (await browser.get_with(COOKIE, planted, "/mine")).status_code == 303


@pytest.mark.parametrize("change", [lambda one: one[:-1], lambda one: one + "A", lambda one: one.swapcase(),
                                    lambda one: "", lambda one: "\u00e9" * 43])  # fmt: skip
async def test_a_changed_cookie_is_nobodys(at_home: Agency, change: Callable[[str], str]) -> None:
    async with at_home.browser() as browser:
        await browser.enter(resident_id=MELATI)
        cookie = change(browser.cookies[COOKIE])
        browser.client.cookies.clear()
        assert (await browser.get_with(COOKIE, cookie, "/mine")).status_code == 303


async def test_the_hash_that_a_database_holds_is_no_cookie(at_home: Agency) -> None:
    async with at_home.browser() as browser:
        await browser.enter(resident_id=MELATI)
        (row,) = await at_home.rows("select id_hash from web_session")
        browser.client.cookies.clear()
        assert (await browser.get_with(COOKIE, row["id_hash"].hex(), "/mine")).status_code == 303


async def test_sessions_and_tokens_go_after_their_end_while_the_doors_are_open(at_home: Agency) -> None:
    async def tokens_are_gone() -> bool:
        return not await at_home.rows("select 1 from token_taken")

    async with at_home.browser() as browser:
        await browser.enter(resident_id=MELATI)
        for hours, left in ((24, 1), (1, 0)):
            at_home.clock.turn(hours=hours)
            ended = {"issuer": "tax", "jti": str(uuid4()), "ends": at_home.clock() - timedelta(minutes=1)}
            async with at_home.transaction() as session:
                await session.execute(text("insert into token_taken values (:issuer, :jti, :ends)"), ended)
            async with forgetting(at_home, first=0.0):
                await eventually(tokens_are_gone, "the token that has ended is forgotten")
            assert len(await at_home.rows("select 1 from web_session")) == left


# Cookies and settings


async def test_on_loopback_the_cookie_is_shut_to_scripts_and_to_other_sites_forms(at_home: Agency) -> None:
    async with at_home.browser() as browser:
        answer = await browser.enter(resident_id=MELATI)
        (cookie,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{COOKIE}=")]
        assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
        assert "Secure" not in cookie
        assert "Domain" not in cookie


async def test_by_https_the_cookie_goes_over_nothing_else(at_home: Agency) -> None:
    at_home.settings = at_home.settings.model_copy(update={"public_url": "https://portal.example"})
    async with at_home.browser() as browser:
        browser.client.base_url = "https://portal.example"
        answer = await browser.enter(resident_id=MELATI)
        (cookie,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith(f"__Host-{COOKIE}=")]
        assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= set(cookie.split("; "))
        assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
        assert (await browser.get("/mine")).status_code == 200


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"public_url": "http://portal.example"}, "SEKALI_PUBLIC_URL must begin with https"),
        ({"oidc_issuer": "http://id.example", "oidc_client_id": "x"}, "SEKALI_OIDC_ISSUER must begin with https"),
        ({"oidc_issuer": "https://id.example"}, "needs SEKALI_OIDC_CLIENT_ID"),
        ({"oidc_issuer": "https://id.example", "oidc_client_id": "x", "public_url": None}, "SEKALI_PUBLIC_URL"),
        ({"development_sign_in": False}, "Nobody could sign in"),
    ],
)
async def test_settings_under_which_nobody_is_safe_stop_the_start(
    at_home: Agency, change: dict[str, object], said: str
) -> None:
    with pytest.raises(SekaliError, match=said):
        Gateway(at_home.settings.model_copy(update=change), at_home.clock)


# Where signing in leads to


@pytest.mark.parametrize(
    "asked",
    ["https://other.example", "//other.example", "/\\other.example", "\\\\other.example", "/\t/other.example",
     "/\n/other.example", " //other.example", "javascript:alert(1)", "https:/mine", "///other.example", "mine",
     "/mine\r\nSet-Cookie: a=b", "/sign-in?next=/sign-in", "", "/" + "x" * 1_000, "/\u0000", "/a\\..\\b"],
)  # fmt: skip
async def test_signing_in_leads_to_no_other_site(at_home: Agency, asked: str) -> None:
    async with at_home.browser() as browser:
        assert (await browser.enter(resident_id=MELATI, next=asked)).headers["location"] == "/"


@pytest.mark.parametrize("asked", ["/mine", "/mine?page=2&lang=id", "/forms/licensing/business-licence", "/%2F%2Fx"])
def test_it_leads_to_a_path_of_our_own(asked: str) -> None:
    assert own_path(asked) == asked
