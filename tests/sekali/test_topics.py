"""Topics on a real broker are what their cards say."""

from collections.abc import Iterator
from secrets import token_hex
from typing import Any

import pytest
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType

from sekali import topics
from sekali.contracts import Card, Catalogue
from sekali.local.platform import Platform


def card(topic: str, **members: Any) -> Card:
    usual = {
        "topic": topic, "owner": topic.partition(".")[0], "kind": "state", "key": "id", "time": "at", "partitions": 3,
        "partitioner": "crc32", "retention": "for ever", "delete_retention": "7 days", "personal_data": "general",
        "compatibility": "FULL_TRANSITIVE", "tells": {"id": "Contoh.", "en": "Example."},
    }  # fmt: skip
    return Card.model_validate(usual | members)


def catalogue(*cards: Card) -> Catalogue:
    return Catalogue({one.topic: one for one in cards}, {}, {})


def settings(client: AdminClient, topic: str) -> dict[str, str]:
    asked = client.describe_configs([ConfigResource(ResourceType.TOPIC, topic)])
    return {name: entry.value for name, entry in next(iter(asked.values())).result().items()}


@pytest.fixture
def name(kafka_admin: AdminClient) -> Iterator[str]:
    owner = f"x{token_hex(4)}"
    yield owner
    made = [topic for topic in kafka_admin.list_topics(timeout=10).topics if topic.startswith(f"{owner}.")]
    for answer in kafka_admin.delete_topics(made).values() if made else ():
        answer.result()


def test_a_state_is_compacted_within_a_day_and_a_fact_is_aged(
    platform: Platform, kafka_admin: AdminClient, name: str
) -> None:
    state, fact = card(f"{name}.person.v1"), card(f"{name}.asked.v1", kind="fact", retention="24 hours", partitions=1)
    said = topics.apply(platform.admin.confluent(), catalogue(state, fact))
    assert said == [f"created {state.topic} (3 partitions)", f"created {fact.topic} (1 partitions)"]
    held = settings(kafka_admin, state.topic)
    assert held["cleanup.policy"] == "compact"
    assert held["max.compaction.lag.ms"] == "79200000"
    assert held["delete.retention.ms"] == "604800000"
    held = settings(kafka_admin, fact.topic)
    assert (held["cleanup.policy"], held["retention.ms"], held["segment.ms"]) == ("delete", "86400000", "3600000")
    assert len(kafka_admin.list_topics(state.topic, timeout=10).topics[state.topic].partitions) == 3


def test_a_card_that_changes_changes_the_topic_and_a_second_time_nothing(
    platform: Platform, kafka_admin: AdminClient, name: str
) -> None:
    admin, before = platform.admin.confluent(), card(f"{name}.asked.v1", kind="fact", retention="7 days")
    after = card(before.topic, kind="fact", retention="3 days")
    topics.apply(admin, catalogue(before))
    wanted = [f"changed {before.topic}: retention.ms=259200000", f"changed {before.topic}: segment.ms=10800000"]
    assert topics.apply(admin, catalogue(after), dry_run=True) == wanted
    assert settings(kafka_admin, before.topic)["retention.ms"] == "604800000"
    assert topics.apply(admin, catalogue(after)) == wanted
    assert settings(kafka_admin, before.topic)["retention.ms"] == "259200000"
    assert topics.apply(admin, catalogue(after)) == []


def test_another_number_of_partitions_is_refused_before_anything_is_done(
    platform: Platform, kafka_admin: AdminClient, name: str
) -> None:
    admin, first = platform.admin.confluent(), card(f"{name}.person.v1", partitions=3)
    topics.apply(admin, catalogue(first))
    for partitions in (2, 4):
        with pytest.raises(topics.TopicDiffers, match=r"has 3 partitions, its card says \d.*Put the old number back"):
            topics.apply(admin, catalogue(card(f"{name}.other.v1"), card(first.topic, partitions=partitions)))
    assert f"{name}.other.v1" not in kafka_admin.list_topics(timeout=10).topics


def test_short_times_for_a_test_go_over_the_card(platform: Platform, kafka_admin: AdminClient, name: str) -> None:
    short = {"segment.ms": "1000", "max.compaction.lag.ms": "1"}
    topics.apply(platform.admin.confluent(), catalogue(card(f"{name}.person.v1")), overrides=short)
    held = settings(kafka_admin, f"{name}.person.v1")
    assert (held["segment.ms"], held["max.compaction.lag.ms"], held["cleanup.policy"]) == ("1000", "1", "compact")
