"""An agency's processes go by the ways that they are told, all of the way, and nobody else does."""

import asyncio
from pathlib import Path
from random import Random

import pytest
from aiokafka import AIOKafkaConsumer, client
from sqlalchemy import make_url

from faults.child import going
from faults.rows import f10
from faults.rows.f10 import KINDS, SERVERS
from faults.stand import ways
from faults.stand.folders import Folders
from faults.stand.network import Silent
from faults.stand.place import Place
from faults.stand.proxy import Proxy
from faults.stand.ways import Ways
from sekali.kafka import connection
from sekali.local.platform import Platform

URLS = {"north": "postgresql://north:CONTOH%2F1@127.0.0.1:5432/faults_north", "south": "postgresql://south:x@h:1/d"}


@pytest.fixture
def place(embedded_platform: Platform, tmp_path: Path) -> Place:
    made = Place(embedded_platform, Folders(tmp_path), URLS)
    made.folders.make()
    return made


def test_who_was_told_nothing_goes_straight(place: Place) -> None:
    ways.tell(place.folders, "south", kafka="127.0.0.1:1", database="127.0.0.1:2", registry="http://127.0.0.1:3")
    north = place.settings("north")
    assert ways.told(place.folders, "north") == Ways()
    assert north.database_url == URLS["north"].replace("postgresql:", "postgresql+asyncpg:")
    assert north.kafka_bootstrap == place.platform.endpoints.kafka.bootstrap
    assert north.registry_url == place.platform.endpoints.registry.url


def test_a_way_changes_where_one_goes_and_nothing_else(place: Place) -> None:
    ways.tell(place.folders, "north", kafka="127.0.0.1:1", registry="http://127.0.0.1:3")
    ways.tell(place.folders, "north", database="127.0.0.1:2")
    north = place.settings("north")
    assert (north.kafka_bootstrap, north.registry_url) == ("127.0.0.1:1", "http://127.0.0.1:3")
    assert make_url(north.database_url) == make_url(URLS["north"]).set(drivername="postgresql+asyncpg", port=2)
    ways.tell(place.folders, "north", database="")
    assert make_url(place.settings("north").database_url).port == 5432


async def test_to_the_broker_all_goes_by_the_way_though_it_tells_its_own_address(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "create_conn", client.create_conn)  # so that it is taken back
    proxy = Proxy(place.platform.endpoints.kafka.bootstrap)
    proxy.begin()
    ways.tell(place.folders, "north", kafka=proxy.address)
    going.by(proxy.address)
    consumer = AIOKafkaConsumer(**connection(place.settings("north")))
    await consumer.start()
    try:
        await consumer.topics()
        async with proxy.under(Silent()):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await consumer.topics()
        await consumer.topics()
    finally:
        await consumer.stop()
        await proxy.close()


def test_the_network_is_bad_in_each_way_at_each_server_before_any_comes_again() -> None:
    blows = f10.plan(Random(7), 2 * len(KINDS) * len(SERVERS))
    each = {f"{kind}: {server}" for kind in KINDS for server in SERVERS}
    assert {blow.what for blow in blows[: len(each)]} == each
    assert {blow.what for blow in blows[len(each) :]} == each
