"""The services' doors over HTTP, in the name of a citizen or an officer."""

import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import httpx
from opentelemetry import trace
from opentelemetry.trace import SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from demo.story.checking import DoesNotHold

SECONDS = 15.0


class Doors:
    """Addresses of the services, and one HTTP client for all of them."""

    def __init__(self, addresses: Mapping[str, str], tracer: trace.Tracer) -> None:
        self._addresses = dict(addresses)
        self._client = httpx.Client(timeout=SECONDS)
        self._tracer = tracer

    def citizen(self, resident_id: UUID) -> "Caller":
        return Caller(self, f"citizen:{resident_id}")

    def officer(self, agency: str, name: str = "contoh") -> "Caller":
        return Caller(self, f"officer:{agency}:{name}")

    def close(self) -> None:
        self._client.close()

    def send(self, service: str, method: str, path: str, token: str, body: Any) -> httpx.Response:
        """A call within the present step's trace."""
        with self._tracer.start_as_current_span(f"{method} {service}", kind=SpanKind.CLIENT):
            headers = {"Authorization": f"Bearer {token}"}
            TraceContextTextMapPropagator().inject(headers)
            return self._client.request(method, self._addresses[service] + path, json=body, headers=headers)

    def look(self, service: str, path: str, token: str) -> httpx.Response | None:
        """A read outside of every trace, so that waiting does not clutter the step's; None while the door is down."""
        headers = {"Authorization": f"Bearer {token}", "traceparent": f"00-{uuid4().hex}-{uuid4().hex[:16]}-00"}
        try:
            return self._client.get(self._addresses[service] + path, headers=headers)
        except httpx.TransportError:
            return None


class Caller:
    """One person at the doors."""

    def __init__(self, doors: Doors, token: str) -> None:
        self._doors = doors
        self._token = token
        self.answered_at = 0.0
        """When the last call was answered, on the monotonic clock: what it changed is committed by then."""

    def get(self, service: str, path: str) -> Any:
        return self._checked("GET", service, path, None, 200)

    def post(self, service: str, path: str, body: Any, status: int = 201) -> Any:
        return self._checked("POST", service, path, body, status)

    def refused(self, service: str, path: str, body: Any) -> httpx.Response:
        """The answer to a call that is to be refused, whatever it is."""
        return self._doors.send(service, "POST", path, self._token, body)

    def look(self, service: str, path: str) -> Any:
        """The JSON body, or None while the door does not answer 200."""
        response = self._doors.look(service, path, self._token)
        return response.json() if response is not None and response.status_code == 200 else None

    def status(self, service: str, path: str) -> int:
        """The status code of a quiet read; 0 while the door is down."""
        response = self._doors.look(service, path, self._token)
        return response.status_code if response is not None else 0

    def _checked(self, method: str, service: str, path: str, body: Any, status: int) -> Any:
        response = self._doors.send(service, method, path, self._token, body)
        self.answered_at = time.monotonic()
        if response.status_code != status:
            raise DoesNotHold(f"{method} {service} {path.partition('/')[2]}", status, problem(response))
        return response.json()


def problem(response: httpx.Response) -> str:
    """Status, kind and fields of a problem document: its texts hold no value, and its fields are names."""
    try:
        document = response.json()
    except ValueError:
        return str(response.status_code)
    fields = ", ".join(f"{field['field']} ({field['detail']})" for field in document.get("fields", []))
    kind = str(document.get("type", document.get("state", ""))).rpartition(":")[2]
    return f"{response.status_code} {kind} {fields}".strip()
