"""What all stories of a process share: the country on disk, its databases, and the bus with its servers replaced."""

import functools
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import asyncpg
from sqlalchemy import text

import sekali.bus
import sekali.log
import sekali.relay
from faults.child import events, people
from faults.simulation.cluster import EMPTY, Cluster
from faults.simulation.group import WALL
from faults.simulation.lines import Lines
from faults.simulation.loop import BEGIN, SimulatedLoop
from faults.simulation.registry import Registry
from faults.stand import country
from faults.stand.folders import Folders
from faults.stand.place import Place
from sekali import generate, migrations
from sekali.contracts import Catalogue
from sekali.database import Database
from sekali.rights import in_force, keyrings
from sekali.settings import AgencySettings

OWNER, SUBSCRIBER = "north", "court"
AGENCIES = (OWNER, SUBSCRIBER)
TOPICS = (country.parcels(OWNER), country.payments(OWNER), country.people())
KEPT_SECONDS = 7 * 86400.0
IDLE_SECONDS = 3.0
"""Of a relay, and of who looks for parked effects and letters: what they do in vain costs most of a story's end."""
ROWS_OF_A_PAGE = 4
"""Few, so that a story has full pages, too."""
SOMEBODY = text("select person_id from person where not withdrawn order by person_id limit 1")


class Ground(Place):
    """The place of the children's own code; there is no platform."""

    def settings(self, agency: str, instance: str = "1") -> AgencySettings:
        return _settings(self.folders, agency, instance)


@functools.cache
def _settings(folders: Folders, agency: str, instance: str) -> AgencySettings:
    return AgencySettings(
        agency=agency,
        root=folders.root,
        database_url=f"postgresql+asyncpg://postgres@simulated/{agency}",
        kafka_bootstrap="simulated:9092",
        kafka_security_protocol="PLAINTEXT",
        registry_url="http://simulated",
        keyring=folders.keys / f"{agency}.json",
        instance=instance,
        development_sign_in=True,
    )


def prepared(state: Path) -> Ground:
    """`state`: an empty folder."""
    folders = Folders(state)
    folders.make()
    country.write(folders.root, with_people=True)
    catalogue = Catalogue.load(folders.root)
    rings, _ = keyrings.plan(catalogue, in_force(catalogue, date.today()), folders.keys)
    keyrings.write(folders.keys, rings)
    for agency in AGENCIES:
        folders.events(agency).write_text(generate.module(catalogue, agency))
    return Ground(cast(Any, None), folders, {})


async def migrated(ground: Ground, cluster: Cluster) -> None:
    library = Path(migrations.__file__).parent
    for agency in AGENCIES:
        cluster.watcher.make(agency)
        database = Database(ground.settings(agency).database_url)
        own = ground.folders.root / "services" / agency / "migrations"
        await database.migrate([library / "versions", own], library)
        await database.close()
        sql = await cluster.opened(agency)
        await sql.execute(EMPTY)
        await sql.close()


def replace(ground: Ground, lines: Lines, loop: SimulatedLoop) -> Registry:
    """For as long as this process lives. What comes with each story is put in by `sekali.relay` and `sekali.log`."""
    catalogue = Catalogue.load(ground.folders.root)
    registry = Registry(catalogue)
    driver: Any = asyncpg
    driver.connect = lines.connect
    bus: Any = sekali.bus
    bus.Catalogue = SimpleNamespace(load=lambda _: catalogue)
    bus.Registry = lambda _: registry
    bus.kept_seconds = _kept_seconds
    relay: Any = sekali.relay
    relay.POLL_SECONDS = bus.PARKED_SECONDS = IDLE_SECONDS
    relay.PAGE = ROWS_OF_A_PAGE
    generated: Any = events
    generated.of = functools.cache(events.of)
    people.SOMEBODY = SOMEBODY
    _tell_time(loop)
    return registry


def kafka(producer: Callable[..., Any], consumer: Callable[..., Any]) -> None:
    """What the relay of a story speaks to."""
    relay: Any = sekali.relay
    log: Any = sekali.log
    relay.AIOKafkaProducer = producer
    log.AIOKafkaConsumer = consumer


async def _kept_seconds(*_: Any) -> float:
    return KEPT_SECONDS


def _tell_time(loop: SimulatedLoop) -> None:
    """Waits and rests of the bus go by the loop's time."""
    clock = SimpleNamespace(
        monotonic=loop.time,
        time=lambda: WALL + loop.now - BEGIN,
        time_ns=lambda: int((WALL + loop.now - BEGIN) * 1e9),
    )
    for name, module in list(sys.modules.items()):
        if not name.startswith("sekali."):
            continue
        for attribute, simulated in (("time", clock), ("monotonic", loop.time)):
            if getattr(module, attribute, None) is (time if attribute == "time" else time.monotonic):
                setattr(module, attribute, simulated)
