"""A schema registry with Confluent's REST API, asked over HTTP.

https://docs.confluent.io/platform/current/schema-registry/develop/api.html
"""

import json
from typing import Any
from urllib.parse import quote

import httpx

from sekali.contracts import fingerprint
from sekali.errors import SekaliError, Unavailable

CONTENT_TYPE = "application/vnd.schemaregistry.v1+json"
SECONDS = 10.0
NOT_ABOUT_SCHEMAS = {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN, httpx.codes.TOO_MANY_REQUESTS}
"""Of who asks, and how often: somebody mends that, and no record is at fault."""


class RegistryDown(Unavailable):
    """The registry does not answer, or answers nothing about the schema: wait and ask again."""


class UnknownSchema(SekaliError):
    """The registry does not hold the schema."""


class IncompatibleSchema(SekaliError):
    """The registry's own rule refused a schema."""


class Registry:
    """Client of one registry; `url` is the Confluent base. Nothing is connected before the first question."""

    def __init__(self, url: str, *, seconds: float = SECONDS) -> None:
        self._client = httpx.AsyncClient(
            base_url=url.rstrip("/"), timeout=seconds, headers={"Content-Type": CONTENT_TYPE, "Accept": CONTENT_TYPE}
        )

    async def schema_by_id(self, schema_id: int) -> dict[str, Any]:
        """Raises `UnknownSchema`, `RegistryDown`."""
        answer = await self._ask("GET", f"/schemas/ids/{schema_id}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise UnknownSchema(f"The registry knows no schema with id {schema_id}.")
        try:
            schema: dict[str, Any] = json.loads(_member(answer, "schema"))
        except RecursionError:
            raise UnknownSchema(f"Schema {schema_id} of the registry is nested too deep to be read.") from None
        return schema

    async def id_of(self, subject: str, schema: dict[str, Any]) -> int:
        """The id of a schema that is registered already. Raises `UnknownSchema`, `RegistryDown`."""
        answer = await self._ask("POST", f"/subjects/{_path(subject)}", _body(schema))
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise UnknownSchema(f"The registry does not hold this schema of {subject}. Run: sekali schemas publish.")
        return int(_member(answer, "id"))

    async def id_by_fingerprint(self, subject: str, mark: str) -> int:
        """The id of the registered schema with this fingerprint, the newest first. Raises as `id_of`."""
        for number in reversed(await self._numbers(subject)):
            one = await self._ask("GET", f"/subjects/{_path(subject)}/versions/{number}")
            if fingerprint(json.loads(_member(one, "schema"))) == mark:
                return int(_member(one, "id"))
        raise UnknownSchema(
            f"The registry does not hold the schema {mark} of {subject}, written by later code. Run there: "
            "sekali schemas publish."
        )

    async def register(self, subject: str, schema: dict[str, Any]) -> int:
        """Idempotent. Raises `IncompatibleSchema` where the subject's own rule refuses it, `RegistryDown`."""
        answer = await self._ask("POST", f"/subjects/{_path(subject)}/versions", _body(schema))
        if answer.status_code in {httpx.codes.CONFLICT, httpx.codes.UNPROCESSABLE_ENTITY}:
            raise refused(subject, _why(answer))
        return int(_member(answer, "id"))

    async def must_take(self, subject: str, schema: dict[str, Any]) -> None:
        """Asks only. Raises `IncompatibleSchema` where the subject's own rule would refuse it, `RegistryDown`."""
        path = f"/compatibility/subjects/{_path(subject)}/versions?verbose=true"
        answer = await self._ask("POST", path, _body(schema))
        if answer.status_code == httpx.codes.NOT_FOUND:  # no such subject yet
            return
        if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            raise refused(subject, _why(answer))
        verdict = _checked(answer).json()
        if not verdict["is_compatible"]:
            raise refused(subject, "; ".join(map(str, verdict.get("messages") or ())) or "no reason given")

    async def versions(self, subject: str) -> int:
        """How many schemas the subject holds; 0 if there is none."""
        return len(await self._numbers(subject))

    async def schemas(self, subject: str) -> list[dict[str, Any]]:
        """All that the subject holds, oldest first."""
        asked = [f"/subjects/{_path(subject)}/versions/{number}" for number in await self._numbers(subject)]
        return [json.loads(_member(await self._ask("GET", path), "schema")) for path in asked]

    async def _numbers(self, subject: str) -> list[int]:
        answer = await self._ask("GET", f"/subjects/{_path(subject)}/versions")
        return [] if answer.status_code == httpx.codes.NOT_FOUND else sorted(_checked(answer).json())

    async def compatibility(self, subject: str) -> str | None:
        """The subject's own mode, or None."""
        answer = await self._ask("GET", f"/config/{_path(subject)}")
        return None if answer.status_code == httpx.codes.NOT_FOUND else str(_member(answer, "compatibilityLevel"))

    async def set_compatibility(self, subject: str, mode: str) -> None:
        """Hold a subject to a mode; it need not have a schema yet."""
        _checked(await self._ask("PUT", f"/config/{_path(subject)}", {"compatibility": mode}))

    async def ready(self) -> bool:
        try:
            answer = await self._ask("GET", "/subjects")
        except RegistryDown:
            return False
        return answer.status_code == httpx.codes.OK

    async def close(self) -> None:
        await self._client.aclose()

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        try:
            answer = await self._client.request(method, path, content=None if body is None else json.dumps(body))
        except httpx.HTTPError as wrong:
            raise RegistryDown(f"The schema registry does not answer ({type(wrong).__name__}).") from None
        if answer.status_code in NOT_ABOUT_SCHEMAS or not _is_its_own(answer):
            raise RegistryDown(f"The schema registry answers {answer.status_code} to {method} {path}.")
        return answer


def _is_its_own(answer: httpx.Response) -> bool:
    """Not a gateway's page in front of it: JSON, and an error has the API's own number.

    Taken for the registry's, a gateway's 404 would make each record one of an unknown schema: a dead letter.
    """
    if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        return False
    try:
        said = answer.json()
    except ValueError:
        return False
    return answer.status_code == httpx.codes.OK or (isinstance(said, dict) and "error_code" in said)


def refused(subject: str, why: str, *, by: str = "The registry") -> IncompatibleSchema:
    return IncompatibleSchema(
        f"{by} refused the schema of {subject}: {why}. A published revision is never broken: add what is "
        "optional, or say it on a new topic with the next version."
    )


def _path(subject: str) -> str:
    return quote(subject, safe="")


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"schema": json.dumps(schema, separators=(",", ":"))}


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.status_code != httpx.codes.OK:
        raise SekaliError(f"The schema registry answered {answer.status_code}: {_why(answer)}.")
    return answer


def _member(answer: httpx.Response, name: str) -> Any:
    return _checked(answer).json()[name]


def _why(answer: httpx.Response) -> str:
    try:
        message = str(answer.json().get("message", "no reason given"))
    except ValueError:
        return "no reason given"
    return message.rpartition("Exception: ")[2].rstrip(".")  # without a Java class in front
