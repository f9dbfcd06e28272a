"""Records as the documents say that they are: Confluent's frame, the schema's fingerprint, sealed fields."""

import base64
import hashlib
import io
import json
import time
import urllib.request
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastavro import parse_schema, schemaless_reader

KEY_ID, NONCE = 4, 12
REGISTRY_SECONDS = 60.0
"""After its own database was stopped it answers with errors for a while."""
LOOK_SECONDS = 0.5


class Wire:
    """`registry`: base of the Confluent API. `keys`: the folder of all keyrings, one for each agency."""

    def __init__(self, registry: str, keys: Path) -> None:
        self._registry = registry
        self._keys = keys
        self._schemas: dict[int, tuple[dict[str, Any], str, Any]] = {}
        self._ciphers: dict[tuple[str, str, int], AESGCM] = {}

    def opened(self, topic: str, key: bytes, subject: bytes, value: bytes, stated: bytes) -> dict[str, Any]:
        """The record with its sealed fields opened. Raises ValueError with what is wrong.

        `subject`: 8 big-endian bytes of a state's version, 16 of a fact's event id. `stated`: the fingerprint header.
        """
        if len(value) < 5 or value[0] != 0:
            raise ValueError("not framed")
        schema, mark, parsed = self._schema(int.from_bytes(value[1:5], "big"))
        if schema.get("namespace") != topic:
            raise ValueError("another topic's schema")
        if mark != stated.decode("ascii", "replace"):
            raise ValueError("another schema than the header states")
        body = io.BytesIO(value[5:])
        try:
            record = schemaless_reader(body, parsed, None)
        except Exception as wrong:
            raise ValueError(f"not Avro ({type(wrong).__name__})") from None
        if body.read(1):
            raise ValueError("bytes behind the record")
        assert isinstance(record, dict)
        for field, inner in _sealed(schema):
            if record[field] is not None:
                plain = self._open(topic, field, key, subject, record[field])
                record[field] = schemaless_reader(io.BytesIO(plain), parse_schema(inner), None)
        return record

    def _open(self, topic: str, field: str, key: bytes, subject: bytes, sealed: bytes) -> bytes:
        bound = b"\0".join((topic.encode(), field.encode(), key, subject))
        cipher = self._cipher(topic, field, int.from_bytes(sealed[:KEY_ID], "big"))
        try:
            return cipher.decrypt(sealed[KEY_ID : KEY_ID + NONCE], sealed[KEY_ID + NONCE :], bound)
        except InvalidTag:
            raise ValueError(f"the seal of {field} is broken") from None

    def _cipher(self, topic: str, field: str, number: int) -> AESGCM:
        if (topic, field, number) not in self._ciphers:
            owner = topic.partition(".")[0]
            ring = json.loads((self._keys / f"{owner}.json").read_text())["keysets"]
            known = ring.get(f"{topic}/{field}", {"keys": {}})["keys"]
            if str(number) not in known:
                raise ValueError(f"no key {number} of {field}")
            self._ciphers[topic, field, number] = AESGCM(base64.b64decode(known[str(number)]))
        return self._ciphers[topic, field, number]

    def _schema(self, number: int) -> tuple[dict[str, Any], str, Any]:
        """The schema, its fingerprint, and parsed for reading."""
        if number not in self._schemas:
            schema = self._asked(number)
            self._schemas[number] = schema, fingerprint(schema), parse_schema(schema)
        return self._schemas[number]

    def _asked(self, number: int) -> dict[str, Any]:
        """Only a 404 says that it is unknown. Raises ValueError then, and OSError when nothing was said for long."""
        until = time.monotonic() + REGISTRY_SECONDS
        while True:
            try:
                with urllib.request.urlopen(f"{self._registry}/schemas/ids/{number}", timeout=10) as answer:
                    found: dict[str, Any] = json.loads(json.load(answer)["schema"])
                    return found
            except OSError as wrong:
                if isinstance(wrong, HTTPError) and wrong.code == HTTPStatus.NOT_FOUND:
                    raise ValueError(f"the registry knows no schema {number}") from None
                if time.monotonic() > until:
                    raise
            time.sleep(LOOK_SECONDS)


def fingerprint(schema: dict[str, Any]) -> str:
    """The first 16 hex digits of SHA-256 over the JSON with sorted keys and no spaces."""
    text = json.dumps(schema, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _sealed(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (field["name"], branch["seals"])
        for field in schema["fields"]
        for branch in (field["type"] if isinstance(field["type"], list) else [field["type"]])
        if isinstance(branch, dict) and branch.get("logicalType") == "sealed"
    ]
