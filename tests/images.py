"""The official images, what each is told, and whether a session can run on them."""

import functools
import os
from typing import Literal
from urllib.parse import urlsplit

import docker
import docker.errors
import pytest

from sekali.local.databases import REGISTRY
from sekali.local.endpoints import Admin, Endpoints
from sekali.local.kafka import PLAIN, SCRAM, login, settings

IMAGES = {
    "postgres": "postgres:17",
    "kafka": "apache/kafka:4.3.0",
    "registry": "apicurio/apicurio-registry:3.3.3",
    "zipkin": "openzipkin/zipkin:3.5.1",
}
LISTENS_INSIDE = {"postgres": 5432, "kafka": 9092, "registry": 8080, "zipkin": 9411}
NO_ENGINE = "no Docker engine answers"
Kind = Literal["containers", "embedded"]


@functools.cache
def chosen() -> tuple[Kind, str]:
    """Which platform the session runs on, and why."""
    said = os.environ.get("SEKALI_TEST_PLATFORM", "")
    if said == "containers":
        if _missing() == NO_ENGINE:
            raise pytest.UsageError(f"SEKALI_TEST_PLATFORM=containers, but {NO_ENGINE}: start one, or say `embedded`")
        return "containers", "SEKALI_TEST_PLATFORM says so"
    if said == "embedded":
        return "embedded", "SEKALI_TEST_PLATFORM says so"
    if said:
        raise pytest.UsageError(f"SEKALI_TEST_PLATFORM={said}: it may be `containers` or `embedded`")
    if missing := _missing():
        return "embedded", missing
    return "containers", "a Docker engine answers and has the images"


def _missing() -> str:
    try:
        engine = docker.from_env(timeout=5)
        engine.ping()
    except docker.errors.DockerException:
        return NO_ENGINE
    for image in IMAGES.values():
        try:
            engine.images.get(image)
        except docker.errors.ImageNotFound:
            return f"the Docker engine has no image {image}"
    return ""


def port_of(part: str, endpoints: Endpoints, admin: Admin) -> int:
    """The port on this machine that the plan gave to a part."""
    urls = {"postgres": admin.postgres_url, "registry": admin.registry_url, "zipkin": endpoints.traces.url}
    return urlsplit(urls.get(part, f"kafka://{admin.kafka_bootstrap}")).port or 0


def environment(part: str, admin: Admin) -> dict[str, str]:
    """What an image is told, in the words that it takes."""
    match part:
        case "postgres":
            return {"POSTGRES_PASSWORD": urlsplit(admin.postgres_url).password or ""}
        case "kafka":
            return {_variable(name): value for name, value in _broker(admin).items()} | {"KAFKA_HEAP_OPTS": "-Xmx512m"}
        case "registry":
            return {
                "APICURIO_STORAGE_KIND": "sql",
                "APICURIO_STORAGE_SQL_KIND": "postgresql",
                "APICURIO_DATASOURCE_URL": f"jdbc:postgresql://postgres:5432/{REGISTRY}",
                "APICURIO_DATASOURCE_USERNAME": admin.registry_database.username,
                "APICURIO_DATASOURCE_PASSWORD": admin.registry_database.password,
            }
        case _:
            return {}


def _broker(admin: Admin) -> dict[str, str]:
    """The image's start script makes no SCRAM users: the administrator comes in by PLAIN and makes the others."""
    return settings(admin) | {
        "controller.quorum.voters": "1@localhost:9093",
        "listeners": "CLIENT://:9092,CONTROLLER://:9093",
        "advertised.listeners": f"CLIENT://{admin.kafka_bootstrap}",
        "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-512",
        "sasl.mechanism.inter.broker.protocol": "PLAIN",
        "listener.name.client.plain.sasl.jaas.config": login(PLAIN, admin.kafka, known=True),
        "listener.name.client.scram-sha-512.sasl.jaas.config": f"{SCRAM} required;",
    }


def _variable(name: str) -> str:
    """The image turns `_` into a dot, `__` into an underscore and `___` into a dash."""
    return "KAFKA_" + name.replace("_", "__").replace("-", "___").replace(".", "_").upper()
