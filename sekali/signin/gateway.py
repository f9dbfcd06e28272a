"""What one agency's pages need to know who is there: `app.state.gateway`."""

import hmac
import logging
import secrets
from collections.abc import Sequence
from ipaddress import ip_address
from typing import cast
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import FormData
from starlette.responses import Response

from sekali.agencies import signing_citizens_in
from sekali.database import Clock
from sekali.errors import Problem, SekaliError
from sekali.pages.posting import posted_form
from sekali.settings import AgencySettings
from sekali.signin.provider import Provider
from sekali.signin.sessions import Lasting, hashed

logger = logging.getLogger(__name__)
FIELD = "csrf"
"""The hidden field of every form."""


def _foreign() -> Problem:
    return Problem(
        403, "foreign-form", "This form cannot be taken",
        "It was not sent from a page of ours, or that page is too old. Open the page again, then send it.",
    )  # fmt: skip


class Gateway:
    """Cookies, the provider, how long a session lasts. SekaliError for settings under which nobody is safe."""

    def __init__(self, settings: AgencySettings, clock: Clock) -> None:
        self.settings = settings
        self.lasting = Lasting(settings.session_idle, settings.session_longest)
        self.citizens = settings.agency in signing_citizens_in(settings.root)
        self.provider = Provider(settings, clock) if settings.oidc_issuer else None
        self.secure = (settings.public_url or "").startswith("https://")
        _refuse_unsafe(settings)
        prefix = "__Host-" if self.secure else ""
        # Browsers keep cookies by host alone: on loopback the agencies' ports would share one name.
        self.session_cookie = f"{prefix}sekali-{settings.agency}"
        self.browser_cookie = f"{prefix}sekali-{settings.agency}-browser"

    def session_id(self, request: Request) -> str | None:
        return request.cookies.get(self.session_cookie)

    def browser(self, request: Request) -> str:
        """What tells this browser from others before anybody is signed in; `remember` it."""
        known = request.cookies.get(self.browser_cookie, "")
        return known if len(known) == 43 else secrets.token_urlsafe(32)

    def remember(self, response: Response, name: str, value: str) -> None:
        """Until the browser is closed; no script can read it, and no other site's form brings it."""
        response.set_cookie(name, value, path="/", secure=self.secure, httponly=True, samesite="lax")

    def forget(self, response: Response, name: str) -> None:
        response.delete_cookie(name, path="/", secure=self.secure, httponly=True, samesite="lax")

    @property
    def form_targets(self) -> Sequence[str]:
        """Other sites to which a form of ours may lead: signing out ends at the provider."""
        return self.provider.origins if self.provider else ()

    def refuse_foreign(self, request: Request) -> None:
        """Problem 403 for a form that another site's page sent: browsers say so, and no page can change it."""
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
        if site is not None and site != "same-origin":
            raise _foreign()
        if origin is None:
            return
        own = {request.headers.get("host", ""), urlsplit(self.settings.public_url or "").netloc}
        if not (parts := urlsplit(origin)).netloc or parts.netloc not in own:
            raise _foreign()


def gateway_of(request: Request) -> Gateway:
    return cast(Gateway, request.app.state.gateway)


async def check_form(request: Request, token: str) -> FormData:
    """The form, if it came from a page of ours that held `token`; else Problem 403."""
    gateway_of(request).refuse_foreign(request)
    form = await posted_form(request)
    sent = form.get(FIELD)
    if not isinstance(sent, str) or not hmac.compare_digest(sent.encode(), token.encode()):
        raise _foreign()
    return form


def token_before(browser: str) -> str:
    """The hidden field of a form that is shown before anybody is signed in; only who has the cookie can make it."""
    return hashed(f"form {browser}").hex()


def _refuse_unsafe(settings: AgencySettings) -> None:
    for name, url in (("SEKALI_PUBLIC_URL", settings.public_url), ("SEKALI_OIDC_ISSUER", settings.oidc_issuer)):
        if url is not None and url.startswith("http://") and not _is_loopback(urlsplit(url).hostname or ""):
            raise SekaliError(f"{name} must begin with https:// outside this machine: sign-in would be overheard.")
    if settings.oidc_issuer is not None and not (settings.oidc_client_id and settings.public_url):
        raise SekaliError("SEKALI_OIDC_ISSUER needs SEKALI_OIDC_CLIENT_ID and SEKALI_PUBLIC_URL beside it.")
    if settings.oidc_issuer is None and not settings.development_sign_in:
        raise SekaliError(
            "Nobody could sign in at the pages: name an OpenID provider by SEKALI_OIDC_ISSUER, "
            "or on a machine of your own set SEKALI_DEVELOPMENT_SIGN_IN=true."
        )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
