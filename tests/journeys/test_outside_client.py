"""An outside client with licensing's credentials: standard tools read the topic, see sealed bytes, and go no further.

confluent-kafka, fastavro and the registry's REST API; nothing of the library.
"""

import io
import json
import struct
import time
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import fastavro
import httpx
import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer

from demo.story.cast import MELATI, SARI, SARI_STREET
from demo.story.checking import until
from tests.journeys.stack import Melati, Stack

GROUPS = ("change", "identity", "life", "birth", "address", "civil", "family")
TOPIC, NOT_LISTED = "population.resident.v1", "portal.correction.v1"
SECONDS = 30.0


@pytest.fixture(scope="module")
def endpoints(stack: Stack) -> Any:
    """`.sekali/endpoints.json`, as a stranger reads it."""
    return json.loads((stack.platform.place.state / "endpoints.json").read_text())


@pytest.fixture(scope="module")
def credentials(endpoints: Any) -> dict[str, Any]:
    kafka = endpoints["kafka"]
    return {
        "bootstrap.servers": kafka["bootstrap"],
        "security.protocol": kafka["security_protocol"],
        "sasl.mechanism": kafka["mechanism"],
        "sasl.username": kafka["credentials"]["licensing"]["username"],
        "sasl.password": kafka["credentials"]["licensing"]["password"],
    }


@pytest.fixture(scope="module")
def melati(stack: Stack) -> Melati:
    return stack.melati()


@pytest.fixture(scope="module")
def record(credentials: dict[str, Any], melati: Melati) -> Message:
    """Melati's record, found by its key."""
    return read(credentials, TOPIC, str(melati.id).encode())


def read(credentials: dict[str, Any], topic: str, key: bytes) -> Message:
    consumer = Consumer({**credentials, "group.id": f"licensing.outside-{uuid4()}", "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    try:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            message = consumer.poll(1.0)
            if message is None:
                continue
            if message.error():
                raise KafkaException(message.error())
            if message.key() == key:
                return message
    finally:
        consumer.close()
    raise AssertionError(f"no record of that key on {topic}")


def decoded(endpoints: Any, message: Message) -> dict[str, Any]:
    value = message.value()
    assert value is not None
    magic, schema_id = struct.unpack(">bI", value[:5])
    assert magic == 0
    answer = httpx.get(f"{endpoints['registry']['url']}/schemas/ids/{schema_id}", timeout=10)
    schema = fastavro.parse_schema(json.loads(answer.json()["schema"]))
    found = fastavro.schemaless_reader(io.BytesIO(value[5:]), schema, None)
    assert isinstance(found, dict)
    return found


def headers_of(message: Message) -> dict[str, str]:
    """All are ASCII, or this fails."""
    pairs = cast(list[tuple[str, bytes]], message.headers() or [])
    return {name: value.decode("ascii") for name, value in pairs}


def test_the_file_with_credentials_is_for_its_owner_only(stack: Stack) -> None:
    assert Path(stack.platform.place.state / "endpoints.json").stat().st_mode & 0o777 == 0o600


def test_standard_tools_read_melatis_record_and_see_sealed_bytes(
    endpoints: Any, record: Message, melati: Melati
) -> None:
    resident = decoded(endpoints, record)
    assert str(resident["resident_id"]) == str(melati.id)
    assert (resident["version"], resident["standing"]) == (1, "VALID")
    for group in GROUPS:
        assert isinstance(resident[group], bytes)
        assert len(resident[group]) > 4 + 12 + 16


def test_no_value_of_hers_is_in_the_record_in_any_spelling(record: Message, melati: Melati) -> None:
    cast = melati.cast
    values = [MELATI.name, SARI.name, SARI_STREET, cast.nik(MELATI), cast.kk(0), cast.born(MELATI).isoformat(), "ISLAM"]
    everything = b"".join([record.value() or b"", str(record.key()).encode(), str(headers_of(record)).encode()])
    assert not [value for value in values if value.encode() in everything]


def test_the_headers_are_cloudevents_and_name_the_schema(record: Message, melati: Melati) -> None:
    headers = headers_of(record)
    assert headers["ce_specversion"] == "1.0"
    assert headers["ce_type"] == TOPIC
    assert headers["ce_entityversion"] == "1"
    assert len(headers["schema-fingerprint"]) == 16
    assert headers["traceparent"].startswith("00-")


def test_licensing_cannot_write_where_population_speaks(credentials: dict[str, Any], melati: Melati) -> None:
    refusals: list[KafkaError | None] = []
    producer = Producer({**credentials, "message.timeout.ms": 10_000})
    producer.produce(TOPIC, key=str(melati.id), value=b"forged", on_delivery=lambda error, _: refusals.append(error))
    assert producer.flush(15) == 0
    assert [error.code() for error in refusals if error] == [KafkaError.TOPIC_AUTHORIZATION_FAILED]


def test_licensing_cannot_read_a_topic_that_no_contract_of_its_lists(credentials: dict[str, Any]) -> None:
    with pytest.raises(KafkaException) as refused:
        read(credentials, NOT_LISTED, b"")
    assert refused.value.args[0].code() == KafkaError.TOPIC_AUTHORIZATION_FAILED


def test_licensing_cannot_join_another_agencys_group(credentials: dict[str, Any]) -> None:
    consumer = Consumer({**credentials, "group.id": "tax.population.resident.v1"})
    consumer.subscribe([TOPIC])
    try:
        message = consumer.poll(10)
        assert message is not None
        error = message.error()
        assert error is not None
        assert error.code() == KafkaError.GROUP_AUTHORIZATION_FAILED
    finally:
        consumer.close()


def test_a_stranger_is_not_let_in(credentials: dict[str, Any]) -> None:
    wrong = {**credentials, "sasl.password": "contoh"}
    errors: list[KafkaError] = []
    consumer = Consumer({**wrong, "group.id": "licensing.stranger", "error_cb": errors.append})
    try:
        with pytest.raises(KafkaException):
            consumer.list_topics(timeout=3)
        # The client tells its errors while it is polled.
        until("a refusal", lambda: bool(consumer.poll(0.1) or errors), SECONDS)
        assert KafkaError._AUTHENTICATION in {error.code() for error in errors}
    finally:
        consumer.close()
