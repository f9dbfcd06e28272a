"""Asking an owner *match / no match* at its `POST /verify`: no value comes back, and nothing is kept here."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from sekali.errors import TYPE_PREFIX, FieldError, Problem, Unavailable
from sekali.tokens import Speaker


class Asking:
    """One client for one owner's door; closed with the agency's doors."""

    def __init__(self, speaker: Speaker, owner: str, url: str | None, patience: timedelta) -> None:
        """`url`: base of the owner's door; None where SEKALI_DOORS does not tell it."""
        self._speaker = speaker
        self._owner = owner
        self._url = url
        self._client = httpx.AsyncClient(timeout=patience.total_seconds(), follow_redirects=False)

    async def verify(self, resident_id: UUID, answers: Mapping[str, str]) -> dict[str, bool]:
        """Dotted field -> match. Problem 4xx in the owner's words; Unavailable (503) where it gives no answer."""
        if self._url is None:
            raise Unavailable(f"Nobody has said where the door of {self._owner} is: set SEKALI_DOORS.")
        question = {"resident_id": str(resident_id), "answers": dict(answers)}
        try:
            headers = self._speaker.headers(self._owner)
            response = await self._client.post(f"{self._url}/verify", json=question, headers=headers)
        except httpx.HTTPError:
            raise self._away() from None
        told = _object(response)
        if response.status_code == httpx.codes.OK and told is not None:
            matches = told.get("matches")
            if isinstance(matches, dict) and matches.keys() == answers.keys() and _all_bool(matches):
                return dict(matches)
        if told is not None and httpx.codes.is_client_error(response.status_code):
            raise _passed_on(response.status_code, told)
        raise self._away()

    async def close(self) -> None:
        await self._client.aclose()

    def _away(self) -> Unavailable:
        return Unavailable(f"{self._owner} does not answer now, so nothing was compared and nothing is kept. "
                           "Please try again in a few minutes.")  # fmt: skip


def _object(response: httpx.Response) -> dict[str, Any] | None:
    try:
        told = response.json()
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def _all_bool(matches: Mapping[str, Any]) -> bool:
    return all(isinstance(match, bool) for match in matches.values())


def _passed_on(status: int, told: Mapping[str, Any]) -> Problem:
    """The owner's problem document as our own."""
    fields = [FieldError(**{name: str(one.get(name, "")) for name in ("field", "detail", "way_out", "detail_id")})
              for one in told.get("fields", []) if isinstance(one, dict)]  # fmt: skip
    known = {name: told[name] for name in ("detail_id", "retry_after_seconds") if name in told}
    if status == httpx.codes.TOO_MANY_REQUESTS:
        known.setdefault("retry_after_seconds", 60)
    slug = str(told.get("type", "")).removeprefix(TYPE_PREFIX) or "refused"
    return Problem(status, slug, str(told.get("title", "Refused")), str(told.get("detail", "")), fields, **known)
