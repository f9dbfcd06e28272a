"""Apicurio Registry with its data in PostgreSQL: a registry that forgets hands out other ids."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from sekali.local.databases import REGISTRY
from sekali.local.endpoints import Admin
from sekali.local.java import java
from sekali.local.place import Place
from sekali.local.processes import Process

CONFLUENT = "/apis/ccompat/v7"


@dataclass(frozen=True)
class Registry:
    place: Place
    admin: Admin
    management_port: int
    name = "registry"
    limit = 180.0

    def process(self) -> Process:
        database = urlsplit(self.admin.postgres_url)
        address = urlsplit(self.admin.registry_url)
        folder = self.place.jars / "registry"
        command = java(320, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
        return Process(
            name=self.name,
            argv=[*command, "-jar", str(folder / "quarkus-run.jar")],
            env={
                "APICURIO_STORAGE_KIND": "sql",
                "APICURIO_STORAGE_SQL_KIND": "postgresql",
                "APICURIO_DATASOURCE_URL": f"jdbc:postgresql://{database.hostname}:{database.port}/{REGISTRY}",
                "APICURIO_DATASOURCE_USERNAME": self.admin.registry_database.username,
                "APICURIO_DATASOURCE_PASSWORD": self.admin.registry_database.password,
                "QUARKUS_HTTP_HOST": address.hostname or "127.0.0.1",
                "QUARKUS_HTTP_PORT": str(address.port),
                "QUARKUS_MANAGEMENT_HOST": "127.0.0.1",
                "QUARKUS_MANAGEMENT_PORT": str(self.management_port),
            },
            cwd=folder,
            tier=1,
        )

    def wrong(self) -> str | None:
        return answers(f"{self.admin.registry_url}/subjects")


def answers(url: str, timeout: float = 2.0) -> str | None:
    """None when the URL answers 200, else what it did instead."""
    try:
        code = httpx.get(url, timeout=timeout).status_code
    except httpx.HTTPError as error:
        return f"{url} gives no answer ({type(error).__name__})"
    return None if code == httpx.codes.OK else f"{url} answers {code}"
