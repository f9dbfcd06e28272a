"""The OpenID provider: OpenID Connect's code flow with PKCE (S256), state and nonce; Authlib asks, joserfc verifies.

Nothing is remembered of an account: what its ID token says is used once, to begin a session.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from sekali.database import Clock
from sekali.errors import SekaliError, Unavailable
from sekali.settings import AgencySettings
from sekali.signin.attempts import Attempt
from sekali.tokens import SKEW

logger = logging.getLogger(__name__)
PATIENCE_SECONDS = 5.0
FRESH_SECONDS = 3_600.0
LEAVING_SECONDS = 10.0
"""Nobody is sent to a provider that did not answer within this time: they would see their browser's own error."""
AWAY_SECONDS = 2.0
"""Who comes so soon after a question without an answer is not kept waiting for another."""
OLDEST = timedelta(minutes=10)
SIGNATURES = ("RS256", "PS256", "ES256", "Ed25519", "EdDSA")
"""Signed by keys that the provider alone holds: never `none`, never a secret that we hold too."""
RETURN, SIGNED_OUT = "/sign-in/callback", "/signed-out"


class Away(Unavailable):
    """The provider does not answer, or not as a provider does."""

    def __init__(self) -> None:
        super().__init__("The place where people sign in does not answer now.")


class NotSignedIn(SekaliError):
    """The provider's answer does not say who somebody is; a sentence that says why, without any value."""


@dataclass(frozen=True)
class Known:
    """What the provider publishes of itself, and when that was asked."""

    metadata: Mapping[str, Any]
    keys: KeySet
    asked: float


class Provider:
    """One agency as its client. `Away` while the provider does not answer."""

    def __init__(self, settings: AgencySettings, clock: Clock) -> None:
        assert settings.oidc_issuer is not None
        self._settings, self._issuer, self._clock = settings, settings.oidc_issuer, clock
        self._own = (settings.public_url or "").rstrip("/")
        self._known: Known | None = None
        self._away_since = -AWAY_SECONDS
        self._asking = asyncio.Lock()

    @property
    def origins(self) -> tuple[str, ...]:
        """Where forms may lead to: the provider's addresses, as far as they are known."""
        named = [self._issuer]
        if self._known is not None:
            told = self._known.metadata
            named += [told[name] for name in ("authorization_endpoint", "end_session_endpoint") if name in told]
        return tuple(dict.fromkeys(f"{urlsplit(url).scheme}://{urlsplit(url).netloc}" for url in named))

    async def reach(self) -> None:
        """Away where it does not answer now."""
        await self._ask(fresh=LEAVING_SECONDS)

    async def leave_for(self, attempt: Attempt, *, again: bool = False) -> str:
        """The provider's page to which the browser is sent. `again`: whoever is signed in there is asked anew."""
        known = await self._ask()
        asked = {"max_age": str(self._max_age)} if self._max_age else {}
        async with self._client(known) as client:
            url, _ = client.create_authorization_url(
                known.metadata["authorization_endpoint"], state=attempt.state, nonce=attempt.nonce,
                code_verifier=attempt.verifier, **asked, **({"prompt": "login"} if again else {}),
            )  # fmt: skip
        return str(url)

    @property
    def _max_age(self) -> int:
        return int(self._settings.oidc_max_age.total_seconds())

    async def claims(self, attempt: Attempt, code: str, issuer: str | None) -> Mapping[str, Any]:
        """The ID token's claims for the code that came back. `issuer`: what the browser brought (RFC 9207).

        NotSignedIn where the provider does not know the code, or its token is not one for us.
        """
        known = await self._ask()
        announced = known.metadata.get("authorization_response_iss_parameter_supported", False)
        if (issuer is None and announced) or issuer not in {None, self._issuer}:
            raise NotSignedIn("The answer came from another provider.")
        try:
            async with self._client(known) as client:
                told = await client.fetch_token(
                    known.metadata["token_endpoint"], grant_type="authorization_code", code=code,
                    code_verifier=attempt.verifier,
                )  # fmt: skip
        except OAuthError:
            raise NotSignedIn("The provider does not take the code.") from None
        except (httpx2.HTTPError, ValueError):
            raise Away from None
        token = told.get("id_token")
        if not isinstance(token, str):
            raise NotSignedIn("The provider sent no ID token.")
        return await self._verified(token, attempt.nonce)

    async def leave_after_sign_out(self) -> str | None:
        """Where the browser signs out at the provider too; None where it does not offer that, or is away."""
        try:
            known = await self._ask()
        except Away:
            return None
        if "end_session_endpoint" not in known.metadata:
            return None
        back = {"client_id": self._settings.oidc_client_id, "post_logout_redirect_uri": self._own + SIGNED_OUT}
        return f"{known.metadata['end_session_endpoint']}?{urlencode(back)}"

    def _client(self, known: Known) -> AsyncOAuth2Client:
        secret = self._settings.oidc_client_secret.get_secret_value()
        offered = known.metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        way = "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"
        return AsyncOAuth2Client(
            client_id=self._settings.oidc_client_id, client_secret=secret or None,
            token_endpoint_auth_method=way if secret else "none", redirect_uri=self._own + RETURN,
            scope=self._settings.oidc_scope, code_challenge_method="S256", timeout=PATIENCE_SECONDS,
        )  # fmt: skip

    async def _verified(self, token: str, nonce: str) -> Mapping[str, Any]:
        known = await self._ask()
        try:
            claims = self._decoded(token, known)
        except JoseError:
            # It may have been signed by a key that is newer than what we know.
            try:
                claims = self._decoded(token, await self._ask(newer_than=known))
            except JoseError:
                raise NotSignedIn("The ID token is not signed by the provider.") from None
        self._check(claims, nonce)
        return claims

    def _decoded(self, token: str, known: Known) -> dict[str, Any]:
        offered = known.metadata.get("id_token_signing_alg_values_supported", ["RS256"])
        allowed = [one for one in SIGNATURES if one in offered]
        try:
            return jwt.decode(token, known.keys, algorithms=allowed).claims
        except ValueError:
            raise NotSignedIn("The ID token is none.") from None

    def _check(self, claims: Mapping[str, Any], nonce: str) -> None:
        """OpenID Connect Core 1.0, 3.1.3.7."""
        now, skew = self._clock().timestamp(), SKEW.total_seconds()
        client, audience = self._settings.oidc_client_id, claims.get("aud")
        parties = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != self._issuer:
            raise NotSignedIn("The ID token is another provider's.")
        if client not in parties or claims.get("azp", client) != client or (len(parties) > 1 and "azp" not in claims):
            raise NotSignedIn("The ID token is for another client.")
        if claims.get("nonce") != nonce:
            raise NotSignedIn("The ID token answers another question.")
        ends, begins = claims.get("exp"), claims.get("iat")
        if not isinstance(ends, int | float) or not isinstance(begins, int | float) or ends <= now - skew:
            raise NotSignedIn("The ID token has ended.")
        if begins > now + skew or begins < now - OLDEST.total_seconds():
            raise NotSignedIn("The ID token is not of now: look at the clocks here and at the provider.")
        if self._max_age:
            proved = claims.get("auth_time")
            if not isinstance(proved, int | float) or proved < now - self._max_age - OLDEST.total_seconds() - skew:
                raise NotSignedIn("The ID token does not say that somebody has proved lately who they are.")
        if not isinstance(claims.get("sub"), str) or not claims["sub"]:
            raise NotSignedIn("The ID token names nobody.")

    async def _ask(self, newer_than: Known | None = None, fresh: float = FRESH_SECONDS) -> Known:
        """What the provider publishes; asked again when it is older than `fresh`, and for a key that is not known."""
        async with self._asking:
            known, moment = self._known, time.monotonic()
            if known is not None and known is not newer_than and moment - known.asked < fresh:
                return known
            if moment - self._away_since < AWAY_SECONDS:
                raise Away
            try:
                self._known = await self._published(moment)
            except Away:
                self._away_since = time.monotonic()
                raise
            return self._known

    async def _published(self, moment: float) -> Known:
        where = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            async with httpx2.AsyncClient(timeout=PATIENCE_SECONDS) as client:
                metadata = (await client.get(where)).raise_for_status().json()
                if metadata["issuer"] != self._issuer:
                    logger.error("The OpenID provider calls itself otherwise than SEKALI_OIDC_ISSUER says.")
                    raise Away
                self._check_addresses(metadata)
                keys = (await client.get(metadata["jwks_uri"])).raise_for_status().json()
            return Known(metadata, KeySet.import_key_set(_readable(keys)), moment)
        except (httpx2.HTTPError, ValueError, KeyError, TypeError, JoseError) as wrong:
            logger.warning("The OpenID provider does not answer as one (%s).", type(wrong).__name__)
            raise Away from None

    def _check_addresses(self, metadata: Mapping[str, Any]) -> None:
        """They are there, and no less guarded than the issuer's own."""
        scheme = urlsplit(self._issuer).scheme
        named = ["authorization_endpoint", "token_endpoint", "jwks_uri"]
        named += ["end_session_endpoint"] if "end_session_endpoint" in metadata else []
        if any(urlsplit(metadata[name]).scheme not in {scheme, "https"} for name in named):
            raise ValueError


def _readable(keys: Any) -> Any:
    """Without kinds of keys that we do not know: a provider may publish more than it signs ID tokens with."""
    return {"keys": [one for one in keys["keys"] if one.get("kty") in {"RSA", "EC", "OKP"} and one.get("use") != "enc"]}
