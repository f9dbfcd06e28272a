"""How far a topic's log has come: the moment at which what a relay carries can be read."""

from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.place import RESIDENT, Place
from bench.waiting import until


class Log:
    """The ends of a topic's partitions, asked of the broker."""

    def __init__(self, place: Place, topic: str) -> None:
        self._consumer = AIOKafkaConsumer(**place.kafka())
        partitions = place.catalogue.cards[RESIDENT].partitions
        self._places = [TopicPartition(topic, number) for number in range(partitions)]

    async def __aenter__(self) -> "Log":
        await self._consumer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def length(self) -> int:
        return sum((await self._consumer.end_offsets(self._places)).values())

    async def reaches(self, length: int) -> float:
        """The machine's monotonic time at which so many records were there."""

        async def is_there() -> bool:
            return await self.length() >= length

        return await until(is_there)
