"""Melati signs in at the portal and Dewi at licensing's desk, at a real OpenID provider; strangers do not."""

from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from sekali.testing import eventually
from tests.oidc.running import RealProvider, Visit
from tests.signin.agency import HOMES, Agency, Browser
from tests.signin.conftest import MELATI

COOKIE = "sekali-portal"


async def away(browser: Browser, path: str = "/sign-in") -> str:
    """Where the agency sends the browser to."""
    answer = await browser.get(path)
    assert answer.status_code == 303, answer.text[:500]
    return str(answer.headers["location"])


async def sign_in(browser: Browser, visit: Visit, login: str, next_: str = "/mine") -> httpx.Response:
    return await come(browser, await visit.sign_in(await away(browser, f"/sign-in?next={next_}"), login))


async def come(browser: Browser, back: str) -> httpx.Response:
    """With the provider's answer; where that is not taken, the page that says why."""
    answer = await browser.get(back)
    told = answer.headers.get("location", "")
    return await browser.get(told) if told.startswith("/sign-in/failed") else answer


async def sessions(agency: Agency) -> int:
    return len(await agency.rows("select 1 from web_session"))


async def test_melati_is_sent_to_sign_in_and_comes_back_to_her_page(portal: Agency, visit: Visit) -> None:
    async with portal.browser() as browser:
        asked = await browser.get("/mine?page=2")
        assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?next=%2Fmine%3Fpage%3D2")
        back = await visit.sign_in(await away(browser, asked.headers["location"]), "melati")
        entered = await browser.get(back)
        assert (entered.status_code, entered.headers["location"]) == (303, "/mine?page=2")
        assert (await browser.get("/mine?page=2")).text.startswith(f"citizen {MELATI}")
        assert (await browser.get("/welcome")).text == "citizen"
        assert (await browser.get("/sign-in?next=/welcome")).headers["location"] == "/welcome"


async def test_what_is_asked_of_the_provider(portal: Agency, provider: RealProvider) -> None:
    async with portal.browser() as browser:
        address = await away(browser)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{provider.issuer}/auth?")
    assert asked["redirect_uri"] == f"{HOMES['portal']}/sign-in/callback"
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert all(len(asked[name]) >= 43 for name in ("state", "nonce", "code_challenge"))
    (kept,) = await portal.rows("select * from sign_in_attempt")
    assert kept["verifier"] not in address
    assert asked["nonce"] == kept["nonce"]


async def test_of_melati_the_session_keeps_her_resident_id_alone(portal: Agency, visit: Visit) -> None:
    async with portal.browser() as browser:
        await sign_in(browser, visit, "melati")
        (row,) = await portal.rows("select * from web_session")
        assert (row["kind"], row["subject"], row["role"], row["by_provider"]) == ("citizen", MELATI, None, True)
        assert "PUSPA" not in str(row)
        assert browser.cookies[COOKIE] not in str(row)


async def test_dewi_enters_licensings_desk_by_her_agency_and_role(licensing: Agency, visit: Visit) -> None:
    async with licensing.browser() as browser:
        await sign_in(browser, visit, "dewi", "/desk")
        assert (await browser.get("/desk")).text.startswith("officer licensing DEWI CONTOH officer")
        shut = await browser.get("/mine")
        assert (shut.status_code, shut.headers["content-type"]) == (403, "text/html; charset=utf-8")


async def test_an_officer_of_two_agencies_is_one_of_each(licensing: Agency, visit: Visit) -> None:
    async with licensing.browser() as browser:
        await sign_in(browser, visit, "two-desks", "/desk")
        assert "SRI CONTOH supervisor" in (await browser.get("/desk")).text


async def test_of_several_roles_the_one_that_has_a_desk_counts(licensing: Agency, visit: Visit) -> None:
    async with licensing.browser() as browser:
        await sign_in(browser, visit, "several-roles", "/desk")
        assert "RINI CONTOH supervisor" in (await browser.get("/desk")).text


@pytest.mark.parametrize("login", ["melati", "elsewhere", "cleaner", "without-a-role", "without-a-claim"])
async def test_who_is_no_officer_of_licensing_stays_outside(licensing: Agency, visit: Visit, login: str) -> None:
    async with licensing.browser() as browser:
        answer = await sign_in(browser, visit, login, "/desk")
        assert answer.status_code == 403
        assert "bukan akun petugas instansi ini" in answer.text
        assert '<a href="/sign-in/start?again=true&amp;next=/desk">Masuk dengan akun lain</a>' in answer.text
        assert "CONTOH" not in answer.text
        assert await sessions(licensing) == 0


@pytest.mark.parametrize("login", ["elsewhere", "without-a-claim", "no-uuid"])
async def test_who_is_no_resident_stays_outside_the_portal(portal: Agency, visit: Visit, login: str) -> None:
    async with portal.browser() as browser:
        answer = await sign_in(browser, visit, login)
        assert (answer.status_code, await sessions(portal)) == (403, 0)
        assert "belum dihubungkan dengan penduduk" in answer.text


async def test_who_came_with_the_wrong_account_is_asked_for_another(portal: Agency, visit: Visit) -> None:
    """Else the provider, which has them signed in, would send them back as the same nobody for ever."""
    async with portal.browser() as browser:
        await sign_in(browser, visit, "without-a-claim")
        again = await away(browser, "/sign-in/start?again=true&next=/mine")
        assert parse_qs(urlsplit(again).query)["prompt"] == ["login"]
        assert (await browser.get(await visit.sign_in(again, "melati"))).headers["location"] == "/mine"


async def test_who_proved_long_ago_who_they_are_does_so_again(portal: Agency, visit: Visit) -> None:
    """On a shared device the provider may still hold whoever sat there before."""
    async with portal.browser() as browser:
        address = await away(browser)
        assert parse_qs(urlsplit(address).query)["max_age"] == ["1800"]
        await visit.sign_in(address, "melati")
    portal.settings = portal.settings.model_copy(update={"oidc_max_age": timedelta(seconds=1), "sign_in_tries": 10_000})
    portal.restart()
    async with portal.browser() as browser:

        async def is_asked() -> bool:
            return not await visit.is_known(await away(browser))

        await eventually(is_asked, "the provider asks again", 10)


async def test_who_turns_back_at_the_provider_can_begin_again(portal: Agency, visit: Visit) -> None:
    async with portal.browser() as browser:
        answer = await come(browser, await visit.cancel(await away(browser, "/sign-in?next=/mine")))
        assert answer.status_code == 403
        assert "aborted" not in answer.text
        assert "/sign-in?next=/mine" in answer.text


async def test_an_answer_is_taken_once(portal: Agency, visit: Visit) -> None:
    async with portal.browser() as browser:
        back = await visit.sign_in(await away(browser), "melati")
        assert (await come(browser, back)).status_code == 303
        again = await come(browser, back)
        assert (again.status_code, await sessions(portal)) == (400, 1)


async def test_an_answer_of_another_browser_is_not_taken(portal: Agency, visit: Visit) -> None:
    """Else Rangga could make Melati's browser work in his name: his code, put into an address that she opens."""
    async with portal.browser() as his, portal.browser() as hers:
        back = await visit.sign_in(await away(his), "melati")
        await away(hers)
        assert (await come(hers, back)).status_code == 400
        assert await sessions(portal) == 0


@pytest.mark.parametrize("wrong", [{"state": "x" * 43}, {"code": "x" * 43}, {"iss": "https://other.example"},
                                   {"state": ""}, {"iss": ""}])  # fmt: skip
async def test_a_changed_answer_is_not_taken(portal: Agency, visit: Visit, wrong: dict[str, str]) -> None:
    async with portal.browser() as browser:
        back = urlsplit(await visit.sign_in(await away(browser), "melati"))
        told = {name: values[0] for name, values in parse_qs(back.query).items()} | wrong
        query = urlencode({name: value for name, value in told.items() if value})
        answer = await come(browser, f"{back.path}?{query}")
        assert answer.status_code == 400
        assert COOKIE not in browser.cookies
        assert await sessions(portal) == 0


@pytest.mark.parametrize("what", ["nonce", "verifier"])
async def test_a_token_for_another_question_is_not_believed(portal: Agency, visit: Visit, what: str) -> None:
    async with portal.browser() as browser:
        back = await visit.sign_in(await away(browser), "melati")
        await portal.do(f"update sign_in_attempt set {what} = repeat('x', 43)")
        assert (await come(browser, back)).status_code == 400
        assert await sessions(portal) == 0


async def test_an_answer_that_comes_too_late_is_not_taken(portal: Agency, visit: Visit) -> None:
    async with portal.browser() as browser:
        back = await visit.sign_in(await away(browser), "melati")
        portal.clock.turn(minutes=10)
        assert (await come(browser, back)).status_code == 400


async def test_two_tabs_may_sign_in_side_by_side(portal: Agency, visit: Visit) -> None:
    async with portal.browser() as browser:
        first = await away(browser, "/sign-in?next=/mine?tab=1")
        second = await away(browser, "/sign-in?next=/mine?tab=2")
        for address, tab in ((second, 2), (first, 1)):
            entered = await browser.get(await visit.sign_in(address, "melati"))
            assert entered.headers["location"] == f"/mine?tab={tab}"
        assert await sessions(portal) == 1  # the second ended the first


async def test_signing_out_ends_the_session_here_and_at_the_provider(
    portal: Agency, visit: Visit, provider: RealProvider
) -> None:
    async with portal.browser() as browser:
        await sign_in(browser, visit, "melati")
        stolen = browser.cookies[COOKIE]
        answer = await browser.send("/sign-out", {"csrf": await browser.token("/mine")})
        assert answer.status_code == 303
        leaves = urlsplit(answer.headers["location"])
        assert f"{leaves.scheme}://{leaves.netloc}{leaves.path}" == f"{provider.issuer}/session/end"
        assert parse_qs(leaves.query)["post_logout_redirect_uri"] == [f"{HOMES['portal']}/signed-out"]
        assert (await visit.look(answer.headers["location"])).status_code == 200
        assert COOKIE not in browser.cookies
        browser.client.cookies.set(COOKIE, stolen)
        assert (await browser.get("/mine")).status_code == 303
        assert (await browser.get("/signed-out")).status_code == 200
        assert await sessions(portal) == 0


async def test_while_the_provider_is_away_a_page_says_so(portal: Agency, provider: RealProvider, visit: Visit) -> None:
    async with portal.browser() as late:
        back = await visit.sign_in(await away(late), "melati")
        provider.shut()
        try:
            assert (await come(late, back)).status_code == 503
            portal.restart()
            tries = await portal.rows("select 1 from sign_in_try")
            async with portal.browser() as browser:
                answer = await browser.get("/sign-in?next=/mine")
                assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
                assert "Penyedia identitas sedang tidak menjawab" in answer.text
                assert '<a href="/sign-in?next=/mine">' in answer.text
            assert await portal.rows("select 1 from sign_in_try") == tries  # waiting for it is no try
        finally:
            provider.open()
        async with portal.browser() as browser:

            async def leads_on() -> bool:
                return (await browser.get("/sign-in")).status_code == 303

            await eventually(leads_on, "the provider is back", 10)


async def test_nobody_is_sent_to_a_provider_that_went_away_meanwhile(portal: Agency, provider: RealProvider) -> None:
    """What is known of it is good for an hour; that it answers is not."""
    portal.settings = portal.settings.model_copy(update={"sign_in_tries": 100_000})
    async with portal.browser() as browser:
        await away(browser)
        provider.shut()
        try:

            async def is_told() -> bool:
                return (await browser.get("/sign-in")).status_code == 503

            await eventually(is_told, "a page says that the provider is away", 30)
        finally:
            provider.open()


async def test_a_provider_that_renews_its_keys_is_believed_at_once(
    portal: Agency, provider: RealProvider, visit: Visit
) -> None:
    async with portal.browser() as before, portal.browser() as after:
        await sign_in(before, visit, "melati")
        provider.shut()
        provider.renew()
        provider.open()
        assert (await sign_in(after, visit, "melati")).headers["location"] == "/mine"
