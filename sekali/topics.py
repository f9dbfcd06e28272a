"""Kafka topics made from the cards."""

import time
from collections.abc import Mapping

from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
)

from sekali.contracts import Card, Catalogue
from sekali.errors import SekaliError

HOUR_MS = 3_600_000
# An erased person's last sealed bytes must leave the log within a day, however little is written: a segment rolls at
# the first record after these hours, `beats` writes one every hour, and the cleaner follows.
COMPACTION_LAG_MS = 22 * HOUR_MS
REPLICAS = 3
SECONDS = 30


class TopicDiffers(SekaliError):
    """A topic on the broker differs from its card in a way that cannot be changed under its readers."""


def config(card: Card, replicas: int = 1) -> dict[str, str]:
    """The broker's settings for a card."""
    settings = {"min.insync.replicas": str(max(1, replicas - 1))}
    if card.kind == "state":
        return settings | {
            "cleanup.policy": "compact",
            "max.compaction.lag.ms": str(COMPACTION_LAG_MS),
            "delete.retention.ms": str(card.delete_retention_ms),
        }
    kept = card.retention_ms if card.retention_ms is not None else -1
    # A segment is deleted as a whole: short segments, so that nothing stays much longer than the card says.
    return settings | {
        "cleanup.policy": "delete",
        "retention.ms": str(kept),
        "segment.ms": str(max(kept // 24, HOUR_MS)),
    }


def apply(
    admin: Mapping[str, str], catalogue: Catalogue, *, overrides: Mapping[str, str] | None = None, dry_run: bool = False
) -> list[str]:
    """Create topics from their cards and correct settings that differ; returns a sentence for each change.

    `admin`: confluent-kafka's settings of a user who may. `overrides` go over every topic's settings (short times in
    tests). Raises `TopicDiffers` before anything is changed.
    """
    client = AdminClient(dict(admin))
    cluster = client.list_topics(timeout=SECONDS)
    replicas = min(REPLICAS, len(cluster.brokers))
    wanted = {topic: config(card, replicas) | dict(overrides or {}) for topic, card in catalogue.cards.items()}
    present = [topic for topic in wanted if topic in cluster.topics]
    for topic in present:
        _same_partitions(catalogue.cards[topic], len(cluster.topics[topic].partitions))
    missing = [topic for topic in wanted if topic not in cluster.topics]
    differing = _differing(client, {topic: wanted[topic] for topic in present})
    if not dry_run:
        _create(client, catalogue, missing, wanted, replicas)
        _alter(client, differing)
        _await(client, wanted if missing or differing else {})
    said = [f"created {topic} ({catalogue.cards[topic].partitions} partitions)" for topic in missing]
    return said + [
        f"changed {topic}: {name}={value}" for topic, ones in differing.items() for name, value in ones.items()
    ]


def _same_partitions(card: Card, partitions: int) -> None:
    if partitions != card.partitions:
        raise TopicDiffers(
            f"{card.topic} has {partitions} partitions, its card says {card.partitions}. Another number would move "
            "keys to other partitions and break their order. Put the old number back, or say it on the next v-topic."
        )


def _create(
    client: AdminClient, catalogue: Catalogue, topics: list[str], wanted: Mapping[str, dict[str, str]], replicas: int
) -> None:
    new = [NewTopic(topic, catalogue.cards[topic].partitions, replicas, config=wanted[topic]) for topic in topics]
    for answer in (client.create_topics(new, request_timeout=SECONDS) if new else {}).values():
        answer.result()


def _differing(client: AdminClient, wanted: Mapping[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    if not wanted:
        return {}
    resources = [ConfigResource(ResourceType.TOPIC, topic) for topic in wanted]
    found = {}
    for resource, answer in client.describe_configs(resources, request_timeout=SECONDS).items():
        held = answer.result()
        differing = {name: value for name, value in wanted[resource.name].items() if held[name].value != value}
        if differing:
            found[resource.name] = differing
    return found


def _alter(client: AdminClient, differing: Mapping[str, dict[str, str]]) -> None:
    resources = []
    for topic, ones in differing.items():
        entries = [
            ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET) for name, value in ones.items()
        ]
        resources.append(ConfigResource(ResourceType.TOPIC, topic, incremental_configs=entries))
    for answer in (client.incremental_alter_configs(resources, request_timeout=SECONDS) if resources else {}).values():
        answer.result()


def _await(client: AdminClient, wanted: Mapping[str, dict[str, str]]) -> None:
    """The controller answers before every broker knows: wait until what was asked for is seen."""
    end = time.monotonic() + SECONDS
    while wanted:
        known = client.list_topics(timeout=SECONDS).topics
        if wanted.keys() <= known.keys() and not _differing(client, wanted):
            return
        if time.monotonic() > end:
            raise TopicDiffers(f"The brokers do not show the topics after {SECONDS} s. Look at the broker's log.")
        time.sleep(0.05)
