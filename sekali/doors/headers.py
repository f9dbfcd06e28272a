"""What every answer says to browsers: what a page may load, who may frame it, what may be kept."""

from collections.abc import Callable, Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

YEAR_SECONDS = 365 * 24 * 3600
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class SecureHeaders:
    """Sets what the answer itself has not set."""

    def __init__(self, app: ASGIApp, form_targets: Callable[[], Sequence[str]], *, secure: bool) -> None:
        """`form_targets`: other sites that a form's answer may lead to. `secure`: browsers come by https."""
        self.app = app
        self._form_targets = form_targets
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._wanted():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, dressed)

    def _wanted(self) -> list[tuple[str, str]]:
        targets = " ".join(("'self'", *self._form_targets()))
        wanted = [
            ("Content-Security-Policy",
             f"default-src 'none'; style-src 'self'; img-src 'self'; form-action {targets}; "
             "frame-ancestors 'none'; base-uri 'none'"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            # With `no-referrer` browsers send our own forms with `Origin: null`, as if they were foreign.
            ("Referrer-Policy", "same-origin"),
            ("Permissions-Policy", PERMISSIONS),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Cache-Control", "no-store"),
        ]  # fmt: skip
        if self._secure:
            wanted.append(("Strict-Transport-Security", f"max-age={YEAR_SECONDS}; includeSubDomains"))
        return wanted
