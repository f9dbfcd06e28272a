"""How long the broker keeps the tombstones of a compacted topic."""

import asyncio
import logging

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAuthorizationFailedError, for_code

from sekali.cards import Card
from sekali.kafka import Connection

logger = logging.getLogger(__name__)
ASK_SECONDS = 10.0
SETTING = "delete.retention.ms"


async def kept_seconds(connection: Connection, client_id: str, card: Card) -> float:
    """As the broker says; as the card does where the agency may not ask the broker.

    Raises KafkaError, OSError, TimeoutError.
    """
    client = AIOKafkaAdminClient(**connection, client_id=client_id)
    try:
        async with asyncio.timeout(ASK_SECONDS):
            await client.start()
            asked = ConfigResource(ConfigResourceType.TOPIC, card.topic, {SETTING: None})
            (answer,) = await client.describe_configs([asked])
    finally:
        await client.close()
    ((code, _, _, _, entries),) = answer.resources
    if code == TopicAuthorizationFailedError.errno:
        logger.warning(
            "The broker does not tell %s of %s: its card counts. Run `sekali rights apply`.", SETTING, card.topic
        )
        return card.delete_retention_ms / 1000
    if code:
        raise for_code(code)
    told = {name: value for name, value, *_ in entries}
    return int(told[SETTING]) / 1000
