"""Hostile records for the real decoder: every topic, revision and contract of the tree, each with its own keyring."""

import base64
import copy
import io
import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastavro import schemaless_reader, schemaless_writer

from sekali import avro
from sekali.codec import PREFIX, Decoder
from sekali.contracts import Catalogue, Contract, Revision, fingerprint
from sekali.reading import Shape
from sekali.registry import Registry, UnknownSchema
from sekali.rights import in_force, keyrings
from sekali.sealing import Keyring, version_bytes
from tests.fuzz.chance import EDGES, PLANTED, spoilt
from tests.fuzz.writers import hostile
from tests.schemas.country import ROOT, TODAY

KEYS = [f"0198c0de-0000-7000-8000-{number:012x}".encode() for number in range(1, 20)]
Headers = list[tuple[str, bytes]]


@dataclass
class Sent:
    """A Kafka record, well-formed until somebody spoils it."""

    topic: str
    key: Any
    value: Any
    headers: Any
    partition: int = 0
    offset: int = 0
    timestamp: int = 0


@dataclass
class Memory(Registry):
    """Knows schemas by heart: those of the tree, and the hostile one of a case."""

    known: dict[int, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__("http://127.0.0.1:1")

    async def schema_by_id(self, schema_id: int) -> dict[str, Any]:
        if schema_id not in self.known:
            raise UnknownSchema("It is not here.")
        found: dict[str, Any] = self.known[schema_id]
        return found


@dataclass
class Letter:
    """A true record of one revision, in parts: the outer one, and the inner bytes of its groups."""

    revision: Revision
    schema_id: int
    outer: dict[str, Any]
    groups: dict[str, bytes]
    state: bool


@dataclass
class Reader:
    """How one agency reads a topic: into dicts, and into rows."""

    contract: Contract
    whole: Decoder
    row: Decoder


class Wire:
    """Everything that is needed to write a record and to hear it, without a broker."""

    def __init__(self, folder: Path) -> None:
        self.catalogue = Catalogue.load(ROOT)
        planned, _ = keyrings.plan(self.catalogue, in_force(self.catalogue, TODAY), folder)
        keyrings.write(folder, planned)
        self.rings = {agency: Keyring(folder / f"{agency}.json") for agency in self.catalogue.agencies}
        self.registry = Memory()
        self.letters: dict[str, list[Letter]] = {}
        for topic, revisions in self.catalogue.revisions.items():
            for revision in revisions:
                self._learn(topic, revision)
        self.readers = [self.reader(contract) for contract in self.catalogue.contracts.values()]

    def _learn(self, topic: str, revision: Revision) -> None:
        schema_id = len(self.registry.known) + 1
        self.registry.known[schema_id] = revision.schema
        golden = ROOT / "schemas" / topic.partition(".")[0] / topic / "golden" / f"{revision.number}.json"
        schema = avro.parsed(revision.schema)
        for one in json.loads(golden.read_text()).values():
            outer: Any = schemaless_reader(io.BytesIO(base64.b64decode(one["value"])), schema, schema)
            groups = {name: base64.b64decode(body) for name, body in one["groups"].items()}
            state = self.catalogue.kind(topic) == "state"
            self.letters.setdefault(topic, []).append(Letter(revision, schema_id, outer, groups, state))

    def reader(self, contract: Contract) -> Reader:
        state = self.catalogue.kind(contract.topic) == "state"
        told: Any = {"state": state, "registry": self.registry, "keyring": self.rings[contract.agency]}
        return Reader(contract, Decoder(contract, **told), Decoder(contract, **told, shape=shape_of(contract)))

    def written(self, letter: Letter, chance: random.Random, *, inside: bool = False) -> Sent:
        """As its owner writes it; `inside`: an owner that seals what is no Avro of its group."""
        topic, key = letter.revision.topic, chance.choice(KEYS)
        version = chance.randrange(1, 99)
        event = chance.choice(KEYS)
        subject = version_bytes(version) if letter.state else bytes.fromhex(event.replace(b"-", b"").decode())
        outer = copy.copy(letter.outer)
        if "version" in outer:
            outer["version"] = version
        ring = self.rings[topic.partition(".")[0]]
        for name, body in letter.groups.items():
            plain = spoilt(body, chance, PLANTED.encode()) if inside else body
            outer[name] = ring.seal(topic, name, key, subject, plain)
        out = io.BytesIO()
        schemaless_writer(out, avro.parsed(letter.revision.schema), outer)
        headers = [
            ("ce_id", event), ("ce_specversion", b"1.0"), ("schema-fingerprint", letter.revision.fingerprint.encode()),
            *([("ce_entityversion", str(version).encode())] if letter.state else []),
        ]  # fmt: skip
        return Sent(topic, key, PREFIX.pack(0, letter.schema_id) + out.getvalue(), headers)


def shape_of(contract: Contract) -> Shape:
    """Every field of the contract, as a copy takes them."""
    groups = {group.name: [one["name"] for one in group.inner["fields"]] for group in contract.sealed}
    plain = sorted(one["name"] for one in contract.schema["fields"] if one["name"] not in groups)
    inner = [f"{name}.{one}" for name in sorted(groups) for one in sorted(groups[name])]
    return Shape((*plain, *inner))


def spoil(sent: Sent, wire: Wire, letter: Letter, chance: random.Random) -> str:
    """Spoil a record in one of the ways of a stranger, a thief or a careless owner; which way it was."""
    way = chance.choice(("value", "value", "value", "headers", "key", "frame", "noise", "schema", "moved"))
    if way == "value":
        sent.value = sent.value[:5] + spoilt(sent.value[5:], chance, PLANTED.encode())
    elif way == "headers":
        sent.headers = _headers(list(sent.headers), chance)
    elif way == "key":
        sent.key = _key(sent.key, chance)
    elif way == "frame":
        schema_id = chance.choice([*EDGES[:14], *wire.registry.known])
        sent.value = bytes([chance.choice((0, 1, 2, 255))]) + (schema_id & 0xFFFF_FFFF).to_bytes(4, "big")
        sent.value += chance.choice((b"", PLANTED.encode(), chance.randbytes(80)))
    elif way == "noise":
        sent.value = chance.choice((None, b"", chance.randbytes(chance.randrange(200)), PLANTED.encode()))
    elif way == "moved":
        sent.key = chance.choice(KEYS)
        sent.headers = [
            (name, str(chance.randrange(1, 99)).encode() if name == "ce_entityversion" else value)
            for name, value in sent.headers
        ]
    else:
        _under_a_hostile_schema(sent, wire, letter, chance)
    return way


def _headers(headers: Headers, chance: random.Random) -> Any:
    at = chance.randrange(len(headers))
    name, value = headers[at]
    way = chance.randrange(9)
    strange: Any = (None, b"", b"\xff\xfe", b"-1", b"0", b"9" * 30, b"1e3", PLANTED.encode(), b"\xd9\xa1", value * 1000)
    if way == 0:
        del headers[at]
    elif way == 1:
        headers.append((name, chance.choice(strange)))
    elif way == 2:
        return chance.choice((None, [], (), [("ce_id",)], [()], [("a", b"b", b"c")], ["ab"], [b"ab"], {}, 7, [None]))
    elif way == 3:
        headers.insert(0, (PLANTED, b"x"))
    elif way == 4:
        headers *= chance.choice((2, 100))
    else:
        headers[at] = (name, chance.choice(strange))
    return headers


def _key(key: bytes, chance: random.Random) -> Any:
    ways = (
        None, b"", key.upper(), key.replace(b"-", b""), b"{" + key + b"}", key + b"\0", b"\0" + key, key + b" ",
        b"\xff" * 36, PLANTED.encode(), key * 500, chance.randbytes(36), key[:-1] + b"\xd9\xa1", b"urn:uuid:" + key,
        key[:-1], spoilt(key, chance),
    )  # fmt: skip
    return chance.choice(ways)


def _under_a_hostile_schema(sent: Sent, wire: Wire, letter: Letter, chance: random.Random) -> None:
    """An owner that got another schema into the registry, and states its fingerprint truly."""
    schema, body = hostile(letter.revision.schema, chance)
    schema_id = 0x7000_0000
    wire.registry.known[schema_id] = schema
    sent.value = PREFIX.pack(0, schema_id) + (sent.value[5:] if body is None else body)
    stated = fingerprint(schema).encode()
    sent.headers = [(name, stated if name == "schema-fingerprint" else value) for name, value in sent.headers]
