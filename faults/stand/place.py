"""The stand's servers and what they are furnished with: databases, topics, schemas, keys."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import make_url

from faults.stand import cluster, country, ways
from faults.stand.folders import Folders, heard, say
from sekali import generate, publish, topics
from sekali.contracts import Catalogue
from sekali.local.databases import create
from sekali.local.platform import Platform, Report, silent
from sekali.local.secrets import new_password
from sekali.registry import Registry
from sekali.rights import in_force, keyrings
from sekali.settings import AgencySettings

PROJECT = Path(__file__).parents[2]
PARTS = ("postgres", "kafka", "registry")


@dataclass(frozen=True, slots=True)
class Place:
    """Servers and folders; a child opens the same one by `opened`."""

    platform: Platform
    folders: Folders
    urls: Mapping[str, str]
    """postgresql://… of each agency's own database."""

    def settings(self, agency: str, instance: str = "1") -> AgencySettings:
        """Of the agency's processes: they go by its ways."""
        kafka, user = self.platform.endpoints.kafka, self.platform.admin.kafka
        way = ways.told(self.folders, agency)
        return AgencySettings(
            agency=agency,
            root=self.folders.root,
            database_url=_led(self.urls[agency], way.database),
            kafka_bootstrap=way.kafka or kafka.bootstrap,
            kafka_username=user.username,
            kafka_password=SecretStr(user.password),
            registry_url=way.registry or self.platform.endpoints.registry.url,
            keyring=self.folders.keys / f"{agency}.json",
            instance=instance,
            development_sign_in=True,
        )


def _led(url: str, way: str) -> str:
    led = make_url(url).set(drivername="postgresql+asyncpg")
    if way:
        host, _, port = way.rpartition(":")
        led = led.set(host=host, port=int(port))
    return led.render_as_string(hide_password=False)


def opened(state: Path) -> Place:
    """What `prepare` has made under `state`."""
    folders = Folders(state)
    return Place(Platform(PROJECT, state / "platform"), folders, heard(folders.urls))


async def prepare(state: Path, report: Report = silent, *, with_people: bool = False, brokers: int = 1) -> Place:
    """Everything anew; ends with this process at the latest."""
    platform = Platform(PROJECT, state / "platform", owner=os.getpid(), report=report, brokers=brokers)
    platform.down()
    shutil.rmtree(state, ignore_errors=True)
    folders = Folders(state)
    folders.make()
    country.write(folders.root, with_people=with_people)
    catalogue = Catalogue.load(folders.root)
    rings, _ = keyrings.plan(catalogue, in_force(catalogue, date.today()), folders.keys)
    keyrings.write(folders.keys, rings)
    for agency in country.AGENCIES:
        folders.events(agency).write_text(generate.module(catalogue, agency))
    platform.up(PARTS)
    await cluster.whole(platform)  # a topic is made on the brokers that are there
    topics.apply(platform.admin.confluent(), catalogue)
    registry = Registry(platform.endpoints.registry.url)
    await publish.publish(registry, catalogue)
    await registry.close()
    urls = {agency: create(platform.admin, f"faults_{agency}", new_password()) for agency in country.AGENCIES}
    say(folders.urls, urls)
    folders.urls.chmod(0o600)
    return Place(platform, folders, urls)
