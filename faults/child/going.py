"""A process that goes to Kafka by another way than the broker's own address.

A broker tells its own address to whoever asks, and a client goes there from then on: to be given another one to begin
with is not enough. aiokafka opens all its connections by one function.
"""

import functools
from typing import Any

from aiokafka import client


def by(way: str) -> None:
    """`way`: host:port; from now on in this process."""
    host, _, port = way.rpartition(":")
    straight = client.create_conn

    @functools.wraps(straight)
    async def led(_host: str, _port: int, **named: Any) -> Any:
        return await straight(host, int(port), **named)

    client.create_conn = led
