"""The other agencies' HTTP doors, seen from the portal: asked in the citizen's name, and allowed to be down."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from sekali.tokens import CitizenCaller, Speaker
from services.portal.model import Answer


class Agencies:
    """One client for all doors. An answer always comes back: a door that is down is an `Answer` with status 0."""

    def __init__(self, doors: Mapping[str, str], patience: timedelta, speaker: Speaker) -> None:
        self._doors = dict(doors)
        self._speaker = speaker
        self._client = httpx.AsyncClient(timeout=patience.total_seconds(), follow_redirects=False)

    @property
    def names(self) -> list[str]:
        return sorted(self._doors)

    async def forms(self, agency: str, citizen: CitizenCaller | None = None) -> Answer:
        return await self._ask("GET", agency, "/forms", citizen)

    async def opened(self, agency: str, form: str, citizen: CitizenCaller) -> Answer:
        return await self._ask("GET", agency, f"/forms/{form}", citizen)

    async def declaration(self, agency: str, form: str) -> Answer:
        return await self._ask("GET", agency, f"/forms/{form}/declaration")

    async def facts(self, agency: str, citizen: CitizenCaller) -> Answer:
        """Which facts of the citizen it holds."""
        return await self._ask("GET", agency, "/facts/me", citizen)

    async def uses(self, agency: str, citizen: CitizenCaller) -> Answer:
        """Who used which of the citizen's facts there, the last first."""
        return await self._ask("GET", agency, "/uses?limit=20", citizen)

    async def application(self, agency: str, application_id: UUID, citizen: CitizenCaller) -> Answer:
        """What the agency itself shows of an application; 404 where it has no such door.

        `officer_says` and `may_withdraw` are shown where it tells them.
        """
        return await self._ask("GET", agency, f"/applications/{application_id}", citizen)

    async def answer(self, agency: str, application_id: UUID, citizen: CitizenCaller, text: str) -> Answer:
        """Tells the agency that what it asked for is mended."""
        body = {"text": text or None}
        return await self._ask("POST", agency, f"/applications/{application_id}/answer", citizen, body)

    async def withdraw(self, agency: str, application_id: UUID, citizen: CitizenCaller, text: str) -> Answer:
        """Takes an application back."""
        body = {"text": text or None}
        return await self._ask("POST", agency, f"/applications/{application_id}/withdraw", citizen, body)

    async def submit(
        self,
        agency: str,
        form: str,
        submission_id: UUID,
        answers: Mapping[str, Any],
        citizen: CitizenCaller,
        *,
        sent_at: datetime,
    ) -> Answer:
        body = {"submission_id": str(submission_id), "answers": dict(answers), "sent_at": sent_at.isoformat()}
        return await self._ask("POST", agency, f"/forms/{form}", citizen, body)

    async def close(self) -> None:
        await self._client.aclose()

    async def _ask(
        self,
        method: str,
        agency: str,
        path: str,
        citizen: CitizenCaller | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        """In the citizen's name, else in the portal's own; each question has a token of its own."""
        if agency not in self._doors:
            return Answer(0, cause=f"The portal knows no address of the door of {agency}.")
        headers = self._speaker.headers(agency, citizen)
        try:
            response = await self._client.request(method, self._doors[agency] + path, json=body, headers=headers)
        except httpx.TimeoutException:
            return Answer(0, cause=f"The door of {agency} did not answer in time.")
        except httpx.TransportError:
            return Answer(0, cause=f"The door of {agency} does not answer.")
        if response.status_code >= 500:
            return Answer(response.status_code, cause=f"The door of {agency} answers, but cannot serve now.")
        try:
            told = response.json()
        except ValueError:
            told = None
        if not isinstance(told, dict):
            return Answer(502, cause=f"The door of {agency} answered something that is no JSON object.")
        return Answer(response.status_code, told)
