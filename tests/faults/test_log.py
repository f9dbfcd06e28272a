"""What the checker takes for an event: a record of Kafka's log is one, or it says why it is none."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast
from uuid import uuid4

import pytest
from confluent_kafka import Message

from faults.checker.log import Log
from faults.checker.scene import Scene
from tests.faults.books import FACTS, STATES

SCENE = Scene(
    databases={}, kafka={}, registry="http://127.0.0.1:9", keys=Path(), states={"north": STATES},
    facts={"north": FACTS}, copying={}, entering={}, with_owner=(),
)  # fmt: skip


class Tombstone:
    """A record as confluent-kafka hands it on."""

    def __init__(self, topic: str, key: bytes) -> None:
        self._topic, self._key = topic, key

    def topic(self) -> str:
        return self._topic

    def partition(self) -> int:
        return 1

    def offset(self) -> int:
        return 7

    def headers(self) -> Sequence[tuple[str, bytes]]:
        return [("ce_id", str(uuid4()).encode()), ("ce_entityversion", b"3")]

    def key(self) -> bytes:
        return self._key

    def value(self) -> None:
        return None


def broken(topic: str, key: bytes) -> str:
    return Log(SCENE)._entry(cast(Message, Tombstone(topic, key))).broken


def test_a_tombstone_is_the_end_of_a_state_and_no_fact() -> None:
    key = str(uuid4()).encode()
    assert (broken(STATES, key), broken(FACTS, key)) == ("", "a fact without a value")


@pytest.mark.parametrize("key", [b"", b"\0", b"no key at all", b"\xff\xfe" + bytes(34), str(uuid4()).encode()[:-1]])
def test_under_a_key_that_is_no_uuid_nothing_is_an_event(key: bytes) -> None:
    assert broken(STATES, key) == broken(FACTS, key) == "a key that is no UUID"
