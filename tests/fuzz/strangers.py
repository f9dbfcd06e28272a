"""Requests as strangers, careless programs and curious insiders send them, straight to an agency's app."""

import copy
import json
import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlencode
from uuid import UUID, uuid4

import yaml
from fastapi import FastAPI

from sekali.doors.callers import OPERATOR
from sekali.doors.open import OPEN_DOORS
from sekali.tokens import OFFICER, AgencyCaller, Caller, CitizenCaller, OfficerCaller
from tests.doors.house import AGENCIES, HOME, ROOT, Door, House
from tests.fuzz.chance import EDGES, PLANTED, spoilt

SCRIPT = f"<script>{PLANTED}</script>"
Pairs = list[tuple[bytes, bytes]]
HOSTILE: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 1e308, float("nan"), float("inf"), *EDGES, 10**40, "", " ", "\0", "a\0b", "\ud800",
    "\u202e", PLANTED, SCRIPT, f"'\"><img src=x onerror={PLANTED}>", "' or '1'='1", "'; drop table outbox; --",
    "{{7*7}}", "%s%n%d", "../../../etc/passwd", "\r\nX-Planted: yes", "٣" * 16, "9" * 16, "a" * 70_000, [], {},
    [[[[]]]], {"": ""}, [None] * 500, "2026-02-30", "0000-00-00", "9999-12-31", "-1-01-01", "2026-01-01T00:00:00",
    "//other.example", "\\\\other", "1_000",
)  # fmt: skip
PLAIN: tuple[Any, ...] = (
    "MELATI PUSPA CONTOH", "9999996507900002", "9999990101900001", "Jalan Contoh 7", "3273011002", "32", "40153", 60, 2,
    "2026-01-02", "melati@contoh.id", "081234567890", "47112", "56101", "TIDAK", "PERSEORANGAN_UMK", True, False,
)  # fmt: skip
HEADERS: tuple[tuple[str, str], ...] = (
    ("accept", "text/html"), ("accept", "*/*;q=nan"), ("accept-language", "id-ID,en;q=" + "9" * 400),
    ("origin", "null"), ("origin", "https://other.example"), ("sec-fetch-site", "cross-site"), ("host", ""),
    ("host", "other.example"), ("x-forwarded-for", "127.0.0.1"), ("x-forwarded-proto", "https"),
    ("x-forwarded-host", "other.example"), ("traceparent", "00-" + "f" * 32 + "-" + "f" * 16 + "-03"),
    ("traceparent", "é" * 40), ("tracestate", "a=" * 300), ("cookie", f"sekali_session={PLANTED}; a; =; ;;"),
    ("cookie", "x" * 9_000), ("authorization", "Bearer"), ("authorization", f"Bearer {PLANTED}"),
    ("authorization", "Bearer a.b.c"), ("authorization", "Bearer ..."), ("authorization", "Basic !!!"),
    ("authorization", "Bearer eyJhbGciOiJub25lIn0.e30."), ("range", "bytes=0-,0-,0-"), ("content-encoding", "gzip"),
    ("expect", "100-continue"), ("if-none-match", '"' * 50), ("transfer-encoding", "chunked"),
    ("x-http-method-override", "DELETE"), ("content-length", "٣"), ("content-length", "-1"),
)  # fmt: skip
KINDS = (
    "application/json", "application/json; charset=utf-7", "application/x-www-form-urlencoded", "text/plain", "", "/",
    "multipart/form-data; boundary=x", "multipart/form-data", "multipart/form-data; boundary=" + "b" * 300, "é",
    "application/problem+json",
)  # fmt: skip
QUERY = (
    "limit", "before", "topic", "cause", "settled", "partition", "offset", "lang", "next", "to", "code", "state",
    "error", "q", "name", "kind", "page",
)  # fmt: skip


@dataclass
class Asked:
    method: str
    path: str
    headers: Pairs = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)
    cut: bool = False
    """The other end goes away before the last piece."""


@dataclass
class Answer:
    status: int
    headers: Pairs
    body: bytes

    def header(self, name: str) -> str:
        return next((value.decode("latin-1") for one, value in self.headers if one == name.encode()), "")


async def ask(app: FastAPI, asked: Asked) -> Answer:
    """As a server hands a request on (ASGI 3), and what comes back; an exception of the app is raised."""
    path, _, query = asked.path.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": asked.method, "scheme": "http",
        "path": unquote(path), "raw_path": path.encode("ascii"), "query_string": query.encode("ascii"), "root_path": "",
        "headers": asked.headers, "client": ("127.0.0.1", 9), "server": ("127.0.0.1", 8101), "state": {},
    }  # fmt: skip
    waiting = list(asked.chunks) or [b""]
    answer = Answer(0, [], b"")

    async def receive() -> dict[str, Any]:
        if not waiting or (asked.cut and len(waiting) == 1):
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status, answer.headers = message["status"], list(message["headers"])
        else:
            answer.body += message.get("body", b"")

    await app(scope, receive, send)
    return answer


class Strangers:
    """Makes requests to one agency's doors. `ids`: of things that are there, by whom they belong to."""

    def __init__(self, house: House, ids: Iterable[UUID], melati: UUID) -> None:
        self.house = house
        self.melati = melati
        self.ids = [*ids, melati]
        self.doors = [*house.doors, *(Door("GET", path, frozenset(), False) for path in OPEN_DOORS)]
        self.declared: dict[str, Any] = house.app.openapi()
        self.names = _names(house.agency)

    async def request(self, chance: random.Random) -> Asked:
        door = chance.choice(self.doors)
        method = (
            door.method if chance.random() < 0.93 else chance.choice(("GET", "POST", "PUT", "HEAD", "OPTIONS", "X"))
        )
        asked = Asked(method, self._path(door, chance))
        who, csrf = await self._who(door, chance)
        headers = {"host": HOME.rpartition("/")[2], **{name.lower(): value for name, value in who.items()}}
        if door.method != "GET":
            kind, body = self._body(door, csrf, chance)
            headers |= {"content-type": kind, "content-length": str(len(body))}
            asked.chunks = [body[at : at + 9_000] for at in range(0, len(body), 9_000)]
            asked.cut = chance.random() < 0.02
        if chance.random() < 0.3:
            headers |= dict(chance.sample(HEADERS, 2))
        asked.headers = [(name.encode(), value.encode("utf-8", "replace")) for name, value in headers.items()]
        return asked

    def _path(self, door: Door, chance: random.Random) -> str:
        def part(_: re.Match[str]) -> str:
            if chance.random() < 0.75:
                return str(chance.choice(self.ids)) if door.identified else chance.choice(self.names)
            return quote(str(chance.choice(HOSTILE)), safe="", errors="replace")[:2_000]

        path = re.sub(r"\{[^}]*\}", part, door.path)
        if chance.random() < 0.03:
            path += chance.choice(("/", "//", "/..", "%00", "%ff", ";x=1", "/%2e%2e/"))
        if chance.random() < 0.35:
            given = [
                (chance.choice((*QUERY, *self.names)), chance.choice(HOSTILE + PLAIN))
                for _ in range(chance.randrange(1, 4))
            ]
            path += (
                "?" + urlencode(given, errors="replace")[:20_000] + chance.choice(("", "", "&%", "&=&&", "&a=%ff%00"))
            )
        return path

    async def _who(self, door: Door, chance: random.Random) -> tuple[dict[str, str], str]:
        """Mostly somebody whom the door believes; headers and, of a session, the hidden field of its forms."""
        agency = self.house.agency
        officer = OfficerCaller(agency, "DEWI CONTOH", chance.choice((OFFICER, OPERATOR)))
        citizen = CitizenCaller(chance.choice((self.melati, self.melati, uuid4())))
        other = next(one for one in AGENCIES if one != agency)
        if door.types & {"signed_in_citizen", "signed_in_officer", "signed_in", "visitor", "leaving"}:
            person = officer if "signed_in_officer" in door.types else citizen
            return await self.house.session(person)
        tokens: dict[str, tuple[str, Caller]] = {
            "citizen": ("portal", citizen), "officer": (agency, officer), "peer_agency": (other, AgencyCaller(other)),
            "operator": (agency, OfficerCaller(agency, "JOKO CONTOH", OPERATOR)), "any_caller": (agency, officer),
        }  # fmt: skip
        fitting = sorted(tokens.keys() & door.types)
        if not fitting or chance.random() < 0.1:
            return {}, ""
        return self.house.token(*tokens[chance.choice(fitting)]), ""

    def _body(self, door: Door, csrf: str, chance: random.Random) -> tuple[str, bytes]:
        declared = self.declared["paths"].get(door.path, {}).get(door.method.lower(), {})
        if csrf and not declared:
            body = urlencode(self._form(csrf, chance), errors="replace").encode()
            kind = KINDS[2]
        else:
            content = declared.get("requestBody", {}).get("content", {}).get("application/json", {})
            kind, body = KINDS[0], self._json(content.get("schema", {}), chance)
        if chance.random() < 0.15:
            body = spoilt(body, chance, PLANTED.encode())
        if chance.random() < 0.05:
            kind = chance.choice(KINDS)
        if chance.random() < 0.01:
            body = chance.choice((b"[" * 200_000, b'{"a":' * 100_000, b"a" * 1_100_000, b"&" * 500_000, b"\xff" * 99))
        return kind, body

    def _form(self, csrf: str, chance: random.Random) -> list[tuple[str, Any]]:
        chosen = chance.sample(self.names, chance.randrange(len(self.names) // 3 + 1))
        fields = [(name, chance.choice(HOSTILE if chance.random() < 0.4 else PLAIN)) for name in chosen]
        fields += [("submission_id", uuid4()), ("version", chance.randrange(3)), ("csrf", csrf)]
        return fields * chance.choice((1, 1, 1, 1, 1, 30))

    def _json(self, schema: Any, chance: random.Random) -> bytes:
        value = self._value(schema, chance, 0) if chance.random() < 0.97 else chance.choice(HOSTILE)
        return json.dumps(value, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")

    def _value(self, schema: Any, chance: random.Random, depth: int) -> Any:
        """As the door declares it, with something hostile in one place of twelve."""
        if chance.random() < 0.08 or depth > 8:
            return copy.deepcopy(chance.choice(HOSTILE))
        if "$ref" in schema:
            return self._value(self.declared["components"]["schemas"][schema["$ref"].split("/")[-1]], chance, depth)
        if "const" in schema or "enum" in schema:
            return chance.choice(schema.get("enum") or [schema["const"]])
        for union in ("anyOf", "oneOf", "allOf"):
            if union in schema:
                return self._value(chance.choice(schema[union]), chance, depth + 1)
        return self._single(schema, chance, depth)

    def _object(self, schema: Any, chance: random.Random, depth: int) -> dict[str, Any]:
        made = {name: self._value(one, chance, depth + 1) for name, one in schema.get("properties", {}).items()}
        if schema.get("additionalProperties"):
            made |= {name: chance.choice(PLAIN + HOSTILE) for name in chance.sample(self.names, 8)}
        if chance.random() < 0.04:
            made[PLANTED] = PLANTED
        return {name: value for name, value in made.items() if chance.random() < 0.97}

    def _single(self, schema: Any, chance: random.Random, depth: int) -> Any:
        items, several = schema.get("items", {}), range(chance.randrange(4))
        kinds: dict[Any, Callable[[], Any]] = {
            "object": lambda: self._object(schema, chance, depth),
            "array": lambda: [self._value(items, chance, depth + 1) for _ in several],
            "integer": lambda: chance.choice((0, 1, 2, 60)), "number": lambda: 1.5, "null": lambda: None,
            "boolean": lambda: chance.random() < 0.5, "string": lambda: chance.choice(PLAIN[:11]),
        }  # fmt: skip
        formats = {"uuid": str(chance.choice(self.ids)), "date": "2026-01-02", "date-time": "2026-01-02T03:04:05Z"}
        return formats.get(schema.get("format")) or kinds.get(schema.get("type"), lambda: chance.choice(PLAIN))()


def _names(agency: str) -> list[str]:
    """Names of boxes: of the agency's forms, and of what its pages post."""
    home = ROOT / "services" / agency
    found = {box["name"] for form in home.rglob("*.form.yaml") for box in yaml.safe_load(form.read_text())["boxes"]}
    for page in (*home.rglob("*.html"), *(ROOT / "sekali").rglob("*.html")):
        found |= set(re.findall(r'name="([a-z_.]+)"', page.read_text()))
    return sorted(found | {"reason", "code", "nik", "version", "next", "business-licence", "activation", "contact"})
