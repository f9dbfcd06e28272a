"""Beats: tombstones of nobody's key, one in each partition of a state topic once an hour, which no copy keeps.

As documented: the key is the first of `urn:sekali:beat:TOPIC:PARTITION:n`, as UUID version 5 of URLs, whose CRC-32
leads to that partition.
"""

import functools
import itertools
import zlib
from collections.abc import Mapping
from uuid import NAMESPACE_URL, uuid5

from faults.checker.books import Entry


def is_beat(entry: Entry, ends: Mapping[tuple[str, int], int]) -> bool:
    """`ends`: has each partition of the topic."""
    if entry.broken or entry.value is not None:
        return False
    partitions = sum(topic == entry.topic for topic, _ in ends)
    return any(entry.key == _key(entry.topic, partition, partitions) for partition in range(partitions))


@functools.cache
def _key(topic: str, partition: int, partitions: int) -> str:
    keys = (str(uuid5(NAMESPACE_URL, f"urn:sekali:beat:{topic}:{partition}:{number}")) for number in itertools.count())
    return next(key for key in keys if zlib.crc32(key.encode()) % partitions == partition)
