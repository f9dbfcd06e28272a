"""What one principal tries on a broker, each verb on many topics at once."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    ResourceType,
)

SECONDS = 20.0
DENIED = {
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
}
Call = Callable[[], Any]


def code_of(error: Any) -> int:
    return int(error.code())


def refused(call: Call) -> int | None:
    """The broker's code where it refuses, None where it lets it happen."""
    try:
        call()
    except KafkaException as error:
        return code_of(error.args[0])
    return None


class Hands:
    """What one principal tries, each verb on all topics at once: answers the topics where it was let."""

    def __init__(self, settings: Mapping[str, Any], names: list[str]) -> None:
        self.settings, self.names = dict(settings), names
        self.client: Any = AdminClient(self.settings)

    def let(self, answers: Mapping[Any, Any], name: Callable[[Any], str] = str) -> set[str]:
        """Where a batch of futures was not denied; an answer that is neither yes nor a denial is an error."""
        found = set()
        for asked, answer in answers.items():
            code = refused(answer.result)
            assert code is None or code in DENIED, code
            if code is None:
                found.add(name(asked))
        return found

    def describe(self) -> set[str]:
        found = set()
        for name in self.names:
            error = self.client.list_topics(name, timeout=SECONDS).topics[name].error
            assert error is None or code_of(error) in DENIED, error
            if error is None:
                found.add(name)
        return found

    def read(self) -> set[str]:
        """By raw assignment of every topic: no group and no subscription stands between the user and the log.

        The client library is silent on a topic that it may not even describe, so those that it may are waited for.
        """
        consumer = Consumer({**self.settings, "group.id": f"{self.settings['sasl.username']}.x"})
        consumer.assign([TopicPartition(name, 0, 0) for name in self.names])
        found, answered, awaited = set[str](), set[str](), self.describe()
        until = time.monotonic() + SECONDS
        while not awaited <= answered:
            assert time.monotonic() < until, awaited - answered
            message = consumer.poll(0.5)
            if message is None:
                continue
            error = message.error()
            assert error is None or code_of(error) in DENIED, error
            answered.add(str(message.topic()))
            if error is None:
                found.add(str(message.topic()))
        consumer.close()
        return found

    def write(self) -> set[str]:
        found: set[str] = set()
        answered: set[str] = set()

        def told(error: KafkaError | None, message: Any) -> None:
            assert error is None or error.code() in DENIED, error
            answered.add(message.topic())
            if error is None:
                found.add(message.topic())

        producer = Producer({**self.settings, "enable.idempotence": True, "message.timeout.ms": 15_000})
        for name in self.names:
            producer.produce(name, key=b"k", value=b"v", partition=0, on_delivery=told)
        assert producer.flush(SECONDS) == 0
        assert answered == set(self.names)
        return found

    def create(self) -> set[str]:
        """New topics beside each that is there, under every agency's prefix, its own too."""
        fresh = [NewTopic(f"{name}x", 1, 1) for name in self.names]
        return self.let(self.client.create_topics(fresh, request_timeout=SECONDS))

    def alter(self) -> set[str]:
        """A topic's settings and its number of partitions."""
        entry = ConfigEntry("retention.ms", "1", incremental_operation=AlterConfigOpType.SET)
        resources = [ConfigResource(ResourceType.TOPIC, name, incremental_configs=[entry]) for name in self.names]
        found = self.let(
            self.client.incremental_alter_configs(resources, request_timeout=SECONDS), lambda one: one.name
        )
        more = [NewPartitions(name, 30) for name in self.names]
        return found | self.let(self.client.create_partitions(more, request_timeout=SECONDS))

    def delete(self) -> set[str]:
        """Records, where the user learns which broker leads them, then the topic itself."""
        found: set[str] = set()
        if records := [TopicPartition(name, 0, 1) for name in self.describe()]:
            found = self.let(self.client.delete_records(records, request_timeout=SECONDS), lambda one: one.topic)
        return found | self.let(self.client.delete_topics(self.names, request_timeout=SECONDS))

    def joins(self, group: str, topic: str) -> bool:
        consumer = Consumer({**self.settings, "group.id": group, "auto.offset.reset": "earliest"})
        joined: list[bool] = []
        consumer.subscribe([topic], on_assign=lambda *_: joined.append(True))
        until = time.monotonic() + SECONDS
        try:
            while time.monotonic() < until:
                message = consumer.poll(0.2)
                if joined:
                    return True
                if message is not None and message.error() is not None:
                    assert code_of(message.error()) in DENIED, message.error()
                    return False
        finally:
            consumer.close()
        raise AssertionError(f"{group}: neither joined nor refused")

    def transacts(self, transactional_id: str) -> bool:
        producer = Producer({**self.settings, "transactional.id": transactional_id})
        code = refused(lambda: producer.init_transactions(SECONDS))
        assert code is None or code in DENIED, code
        return code is None
