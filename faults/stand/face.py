"""A face of the registry: an HTTP server of ours before the real one, which passes on, and lies when it is told to."""

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import httpx
from fastapi import FastAPI, Request, Response

from sekali import testing_doors

Schema = dict[str, Any]
Lie = Callable[[str, httpx.Response], Response | None]
"""Of the path that was asked for and the true answer; None where the truth is told."""
SECONDS = 10.0
PASSED = ("content-type", "accept")


@dataclass
class Face(testing_doors.Stand):
    """`url` is the base to be told in place of `real`. `told`: how many lies. It serves until `shut`."""

    real: str
    lie: Lie | None = None
    told: int = 0

    def app(self) -> FastAPI:
        app = FastAPI(openapi_url=None)
        app.add_api_route("/{path:path}", self._answer, methods=["GET", "POST", "PUT"], response_model=None)
        return app

    async def _answer(self, path: str, request: Request) -> Response:
        async with httpx.AsyncClient(timeout=SECONDS) as client:
            answer = await client.request(
                request.method,
                f"{self.real}/{path}",
                params=dict(request.query_params),
                content=await request.body(),
                headers={name: request.headers[name] for name in PASSED if name in request.headers},
            )
        lie = self.lie
        if lie is not None and (said := lie(path, answer)) is not None:
            self.told += 1
            return said
        return Response(answer.content, answer.status_code, media_type=answer.headers.get("content-type"))


def _exchanged(schema: Schema) -> None:
    """Two fields of one type change places: what is written still can be read, as something else."""
    for one, other in combinations(reversed(schema["fields"]), 2):
        if _wire_type(one) == _wire_type(other):
            one["name"], other["name"] = other["name"], one["name"]
            return
    raise ValueError(f"No two fields of {schema['name']} are of one type.")


def _wire_type(field: Schema) -> str:
    kind = field["type"]
    plain = kind["type"] if isinstance(kind, dict) else kind
    return plain if isinstance(plain, str) else json.dumps(kind)


def _fewer(schema: Schema) -> None:
    del schema["fields"][-1]


def _more(schema: Schema) -> None:
    schema["fields"].append({"name": "further", "type": "string", "doc": "a word"})


OTHERS: Mapping[str, Callable[[Schema], None]] = {
    "two fields exchanged": _exchanged,
    "a field less": _fewer,
    "a field more": _more,
}


def another(change: Callable[[Schema], None]) -> Lie:
    """Under each id another schema than was registered under it."""

    def lie(path: str, answer: httpx.Response) -> Response | None:
        if not path.startswith("schemas/ids/") or answer.status_code != httpx.codes.OK:
            return None
        said = copy.deepcopy(answer.json())
        schema = json.loads(said["schema"])
        change(schema)
        said["schema"] = json.dumps(schema)
        return Response(json.dumps(said), media_type=answer.headers.get("content-type"))

    return lie


PAGES: Sequence[tuple[int, str]] = (
    (200, "<html>Down for maintenance</html>"),
    (401, '{"error_code": 40101, "message": "Unauthorized"}'),
    (404, "<html>Not Found</html>"),
    (404, '{"detail": "Not Found"}'),
    (502, "<html>Bad Gateway</html>"),
)
"""What a gateway says in the registry's place: status and body."""


def gateway(status: int, body: str) -> Lie:
    """To whatever is asked."""

    def lie(path: str, answer: httpx.Response) -> Response:
        return Response(body, status)

    return lie
