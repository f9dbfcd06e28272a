"""The broker behind TLS: every client of ours gets in with the right authority, and nobody by another way."""

import os
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, KafkaError
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, NewTopic
from faststream.kafka import KafkaBroker
from pydantic import SecretStr

from sekali.kafka import CertificateUnreadable, connection, security
from sekali.local.endpoints import PlatformNotUp
from sekali.local.place import Place
from sekali.local.platform import Platform
from sekali.settings import AgencySettings
from tests.schemas.country import ROOT
from tests.sekali.certificates import Authority
from tests.sekali.quiet_bus import settings

TOPIC = "population.heard.v1"


def embedded(state: Path) -> Platform:
    """A broker of its own, started with what lies in the state folder's tls/; it ends with this process."""
    alone = Platform(ROOT, state, owner=os.getpid())
    alone.up(("kafka",))
    client = AdminClient({**alone.admin.confluent()})
    client.create_topics([NewTopic(TOPIC, 1, 1)])[TOPIC].result()
    return alone


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority("authority of a test")


@pytest.fixture(scope="module")
def broker(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Its certificate names 127.0.0.1 and nothing else."""
    state = tmp_path_factory.mktemp("tls")
    authority.written(state / "tls" / "ca.pem")
    authority.issue(state / "tls" / "kafka.pem", "broker", ["127.0.0.1"])
    alone = embedded(state)
    yield alone
    alone.down()


def told(broker: Platform, **changes: Any) -> AgencySettings:
    """What a service is told; the administrator stands for an agency, whose rights are no matter here."""
    kafka, user = broker.endpoints.kafka, broker.admin.kafka
    given: dict[str, Any] = {
        "kafka_bootstrap": kafka.bootstrap,
        "kafka_security_protocol": kafka.security_protocol,
        "kafka_ca": kafka.tls.ca if kafka.tls else None,
        "kafka_username": user.username,
        "kafka_password": SecretStr(user.password),
    }
    return settings(**(given | changes))


async def said(settings_of: AgencySettings) -> int:
    """Writes a record as the relay does; its offset."""
    producer = AIOKafkaProducer(**connection(settings_of), acks="all", request_timeout_ms=5_000)
    try:
        await producer.start()
        return int((await producer.send_and_wait(TOPIC, b"x")).offset)
    finally:
        await producer.stop()


def asked(broker: Platform, **changes: str) -> str:
    """What confluent-kafka, which the administrator uses, is told by the broker: "" where it gets in."""
    errors: list[str] = []
    own: dict[str, Any] = broker.admin.confluent() | changes
    client = AdminClient(own | {"error_cb": lambda error: errors.append(str(error)), "log_level": "0"})
    try:
        client.list_topics(timeout=3)
    except KafkaException as error:
        client.poll(0)
        return " ".join(errors) or str(error)
    return ""


async def test_the_relay_the_inbox_and_the_administrator_get_in_with_the_authority(broker: Platform) -> None:
    assert broker.endpoints.kafka.security_protocol == "SASL_SSL"
    assert await said(told(broker)) >= 0
    hearing = KafkaBroker(broker.endpoints.kafka.bootstrap, security=security(told(broker)))
    await hearing.start()
    try:
        assert await hearing.ping(timeout=5)
    finally:
        await hearing.stop()
    assert asked(broker) == ""


async def test_a_service_is_given_what_it_needs(broker: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    from sekali.local.services import Service

    endpoints = broker.endpoints
    for name, value in (Service(broker.place, endpoints, "tax").process().env or {}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SEKALI_KAFKA_USERNAME", broker.admin.kafka.username)
    monkeypatch.setenv("SEKALI_KAFKA_PASSWORD", broker.admin.kafka.password)
    assert await said(AgencySettings()) >= 0


async def test_without_the_authority_or_with_another_nobody_gets_in(broker: Platform, tmp_path: Path) -> None:
    other = Authority("another authority").written(tmp_path / "other.pem")
    for ca in (None, other):
        with pytest.raises(KafkaConnectionError):
            await said(told(broker, kafka_ca=ca))
    assert "certificate" in asked(broker, **{"ssl.ca.location": str(other)})


async def test_without_tls_nobody_gets_in(broker: Platform) -> None:
    with pytest.raises(KafkaError):
        await said(told(broker, kafka_security_protocol="SASL_PLAINTEXT"))
    assert asked(broker, **{"security.protocol": "SASL_PLAINTEXT"}) != ""


async def test_a_certificate_for_another_name_is_refused(broker: Platform) -> None:
    port = broker.endpoints.kafka.bootstrap.rpartition(":")[2]
    elsewhere = f"localhost:{port}"
    with pytest.raises(KafkaConnectionError):
        await said(told(broker, kafka_bootstrap=elsewhere))
    assert "certificate" in asked(broker, **{"bootstrap.servers": elsewhere})


async def test_tls_does_not_take_the_passwords_place(broker: Platform) -> None:
    with pytest.raises(KafkaError):
        await said(told(broker, kafka_password=SecretStr("guess")))
    with pytest.raises(KafkaError):
        await said(told(broker, kafka_security_protocol="SSL"))


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_versions_of_tls_are_refused(broker: Platform, version: ssl.TLSVersion) -> None:
    host, _, port = broker.endpoints.kafka.bootstrap.partition(":")
    context = ssl.create_default_context(cafile=broker.admin.kafka_tls.ca if broker.admin.kafka_tls else None)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        context.minimum_version = context.maximum_version = version
    with socket.create_connection((host, int(port)), timeout=5) as open_socket, pytest.raises(ssl.SSLError):
        context.wrap_socket(open_socket, server_hostname=host)


async def test_a_broker_that_asks_for_a_certificate_takes_only_one_of_its_authority(
    authority: Authority, tmp_path: Path
) -> None:
    folder = tmp_path / "state" / "tls"
    authority.written(folder / "ca.pem")
    authority.issue(folder / "kafka.pem", "broker", ["127.0.0.1"])
    ours = authority.issue(folder / "client.pem", "our services")
    theirs = Authority("another authority").issue(tmp_path / "theirs.pem", "a stranger")
    strict = embedded(tmp_path / "state")
    try:
        assert asked(strict) == ""
        assert await said(told(strict, kafka_certificate=ours)) >= 0
        for shown in (None, theirs):
            with pytest.raises(KafkaError):
                await said(told(strict, kafka_certificate=shown))
    finally:
        strict.down()


@pytest.mark.parametrize("content", [None, b"no certificate\n"])
def test_a_file_that_cannot_be_used_is_told_by_the_settings_name(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CertificateUnreadable, match="SEKALI_KAFKA_CA"):
        connection(settings(kafka_security_protocol="SASL_SSL", kafka_ca=file))


def test_a_brokers_certificate_without_its_authority_is_told(authority: Authority, tmp_path: Path) -> None:
    place = Place(ROOT, tmp_path)
    assert place.tls() is None
    authority.issue(tmp_path / "tls" / "kafka.pem", "broker", ["127.0.0.1"])
    with pytest.raises(PlatformNotUp, match=r"ca\.pem is missing"):
        place.tls()
