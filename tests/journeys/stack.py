"""The running services, as a journey handles them: whose door is asked, who is killed, who comes back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import httpx
from opentelemetry.sdk.trace import TracerProvider

from demo.story import answers
from demo.story.cast import MELATI, Cast, Person
from demo.story.checking import expect, until
from demo.story.doors import Caller, Doors
from demo.story.telling import Story
from demo.story.views import Views
from sekali.local.endpoints import Endpoints
from sekali.local.platform import Platform

LIMIT_SECONDS = 60.0


class Stack:
    """`cast` gives each journey people of its own."""

    def __init__(self, platform: Platform, provider: TracerProvider, run: int) -> None:
        self.platform = platform
        self.provider = provider
        self._run = run
        self.doors = Doors(self.endpoints.http, provider.get_tracer("journeys"))
        self.views = Views(self.doors)

    @property
    def endpoints(self) -> Endpoints:
        return self.platform.endpoints

    def story(self) -> Story:
        return Story(self.endpoints.http, self.provider, self._next())

    def close(self) -> None:
        self.doors.close()

    def melati(self) -> "Melati":
        """Melati and her mother, registered, and heard of by every agency."""
        melati = self.newcomer()
        melati.wait_heard(melati.id)
        return melati

    def newcomer(self) -> "Melati":
        """Melati and her mother, registered just now."""
        return Melati(self, Cast(self._next()))

    def kill(self, service: str) -> None:
        """kill -9. The supervisor starts the service again."""
        self.platform.kill(service)

    @contextmanager
    def without(self, *services: str) -> Iterator[None]:
        """Inside, these services do not run."""
        for service in services:
            self.platform.stop(service)
        try:
            yield
        finally:
            self.platform.serve(services)

    def wait_ready(self, service: str) -> None:
        url = f"{self.endpoints.http[service]}/health/ready"

        def ready() -> bool:
            try:
                return httpx.get(url, timeout=5.0).status_code == 200
            except httpx.TransportError:
                return False

        until(f"{service} is ready again", ready, LIMIT_SECONDS)

    def _next(self) -> int:
        self._run += 1
        return self._run


class Melati:
    """A citizen of the story, ready to fill forms."""

    def __init__(self, stack: Stack, cast: Cast) -> None:
        self.stack, self.cast = stack, cast
        officer = stack.doors.officer("population")
        residents = officer.post("population", "/family-cards", cast.card_a())["residents"]
        self.mother, self.id = (UUID(one["resident_id"]) for one in residents)

    @property
    def door(self) -> Caller:
        return self.stack.doors.citizen(self.id)

    def shop(self, who: Person = MELATI, **changed: Any) -> dict[str, Any]:
        """The answers of a first licence form, contact too."""
        return answers.shop(self.cast, who) | answers.contact(self.cast, "melati") | changed

    def restaurant(self) -> dict[str, Any]:
        """A business that needs KSWP and an officer."""
        return answers.restaurant(self.cast, MELATI) | answers.contact(self.cast, "melati")

    def send(self, answers: dict[str, Any], status: int = 201, submission_id: UUID | None = None) -> Any:
        """Her licence form through the portal."""
        body = {"submission_id": str(submission_id or uuid4()), "answers": answers}
        return self.door.post("portal", "/forms/licensing/business-licence", body, status)

    def wait_heard(self, resident_id: UUID) -> None:
        views = self.stack.views
        until("licensing has heard of her", lambda: bool(views.licensing_copy(resident_id)), LIMIT_SECONDS)
        until("tax has heard of her", lambda: bool(views.tax_copy(resident_id)), LIMIT_SECONDS)
        until("the portal has heard of her", lambda: views.is_known_at_portal(resident_id), LIMIT_SECONDS)

    def wait_tracked(self, application_id: str, status: str) -> None:
        until(
            f"the tracker shows {status}",
            lambda: self.stack.views.tracked(self.id).get(application_id) == status,
            LIMIT_SECONDS,
        )

    def wait_submission(self, submission_id: UUID, state: str) -> dict[str, Any]:
        path = f"/submissions/{submission_id}"
        until(
            f"her submission is {state}",
            lambda: (self.door.look("portal", path) or {}).get("state") == state,
            LIMIT_SECONDS,
        )
        found = self.door.look("portal", path)
        expect("state of the submission", state, found["state"])
        return dict(found)
