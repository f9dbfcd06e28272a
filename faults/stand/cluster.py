"""The brokers of a stand together: what each leads, and whether each has what the others have."""

import asyncio
import shutil

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, ClusterMetadata, ConfigResource, ResourceType

from sekali.local import kafka
from sekali.local.kafka import Kafka
from sekali.local.platform import Platform
from sekali.testing import eventually
from sekali.topics import REPLICAS

WHOLE_SECONDS = 90.0
ASK_SECONDS = 5.0
METADATA = "__cluster_metadata-0"


def broker(platform: Platform, part: str) -> Kafka:
    """By its name, such as `kafka-2`."""
    (found,) = (one for one in kafka.brokers(platform.place, platform.admin) if one.name == part)
    return found


async def whole(platform: Platform) -> None:
    """Returns when all brokers are there and each partition is in sync on all that keep it."""
    brokers = len(kafka.brokers(platform.place, platform.admin))

    async def is_whole() -> bool:
        try:
            return _is_whole(await _known(platform), brokers)
        except KafkaException:
            return False

    await eventually(is_whole, f"{brokers} brokers are there, and each partition is in sync", WHOLE_SECONDS)


async def led(platform: Platform, one: Kafka) -> int:
    """How many partitions it leads now, Kafka's own ones too. Raises KafkaException where no broker answers."""
    known = await _known(platform)
    return sum(part.leader == one.node for topic in known.topics.values() for part in topic.partitions.values())


async def fewest(platform: Platform, topic: str) -> int:
    """How many brokers must have a record of the topic before it is acknowledged."""
    asked, client = ConfigResource(ResourceType.TOPIC, topic), _client(platform)  # it must live until it has answered
    answers = client.describe_configs([asked], request_timeout=ASK_SECONDS)
    settings = await asyncio.to_thread(answers[asked].result)
    return int(settings["min.insync.replicas"].value)


def lose(one: Kafka) -> None:
    """All that a broker which does not run has kept of records is gone, as with its disk.

    What the cluster knows of itself stays: a voter that has forgotten its vote is another fault.
    """
    for kept in one.log.iterdir():
        if kept.is_dir() and kept.name != METADATA:
            shutil.rmtree(kept)
    for file in one.log.glob("*-checkpoint"):  # where in those records it was
        file.unlink()


def _is_whole(known: ClusterMetadata, brokers: int) -> bool:
    kept = min(REPLICAS, brokers)
    each = [part for topic in known.topics.values() for part in topic.partitions.values()]
    return len(known.brokers) == brokers and all(len(one.isrs) == len(one.replicas) == kept for one in each)


async def _known(platform: Platform) -> ClusterMetadata:
    return await asyncio.to_thread(_client(platform).list_topics, timeout=ASK_SECONDS)


def _client(platform: Platform) -> AdminClient:
    return AdminClient({**platform.admin.confluent(), "log_level": "0"})
