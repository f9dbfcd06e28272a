"""An installation whose parts run elsewhere, as containers under deploy/compose.yaml do; services are started here."""

import time
from collections.abc import Collection

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from sekali.local import plan
from sekali.local.control import PartFailed, wait_until
from sekali.local.endpoints import Admin, Credential, Endpoints, HttpEndpoint, Tls
from sekali.local.kafka import Kafka
from sekali.local.platform import PARTS, Part, Platform
from sekali.local.ports import Ports
from sekali.local.postgres import Postgres
from sekali.local.registry import Registry
from sekali.local.zipkin import Zipkin

LIMIT_SECONDS = 300


class Outside(BaseSettings):
    """Addresses and the administrator's credentials, from the environment (SEKALI_OUTSIDE_KAFKA, …)."""

    model_config = SettingsConfigDict(env_prefix="SEKALI_OUTSIDE_", hide_input_in_errors=True)

    kafka: str = Field(description="host:port of the brokers")
    kafka_mechanism: str = "PLAIN"
    """How the administrator proves its password."""
    kafka_tls: bool = False
    """Whether the brokers are spoken to over TLS."""
    kafka_ca: str = ""
    """PEM file of who signs their certificates; without it, whom the system trusts."""
    kafka_certificate: str = ""
    """PEM file of the certificate, with its key, that we show to brokers that ask for one."""
    kafka_username: str = "admin"
    """The administrator, who makes users, topics and rules."""
    kafka_password: SecretStr
    """Of the administrator."""
    postgres: SecretStr
    """URL of the superuser, postgresql://…/postgres."""
    registry: str
    """Base URL of the Confluent API."""
    registry_username: str = "sekali_registry"
    """The registry's own database role, which is made here."""
    registry_password: SecretStr
    """Of that role."""
    traces: str
    """Base URL of Zipkin."""


class OutsidePlatform(Platform):
    def up(self, parts: Collection[str] = PARTS) -> None:
        """Waits for the parts, and makes roles and databases."""
        outside = Outside()
        with self.alone():
            endpoints, admin = self._written(outside)
            wanted: list[Part] = [
                Postgres(self.place, admin),
                Kafka(self.place, admin),
                Zipkin(self.place, endpoints),
                Registry(self.place, admin, management_port=0),
            ]
            for part in wanted:
                if part.name in parts:
                    self._await(part)
                if part.name == "postgres":
                    self.admit()

    def runs(self, part: str) -> bool:
        return part in PARTS or super().runs(part)

    def _await(self, part: Part) -> None:
        start = time.monotonic()
        wait_until(
            lambda: part.wrong() is None,
            LIMIT_SECONDS,
            lambda: PartFailed(f"{part.name} did not answer in {LIMIT_SECONDS} s: {part.wrong()}"),
        )
        self.report(part.name, time.monotonic() - start, "answers")

    def _written(self, outside: Outside) -> tuple[Endpoints, Admin]:
        ports = Ports(self.place.state, usual=True)
        at = {name: ports.choose(name, running=self.runs(name)) for name in self.place.services()}
        ports.save()
        registry = Credential(username=outside.registry_username, password=outside.registry_password.get_secret_value())
        tls = Tls(ca=outside.kafka_ca, certificate=outside.kafka_certificate) if outside.kafka_tls else None
        admin = Admin(
            kafka=Credential(username=outside.kafka_username, password=outside.kafka_password.get_secret_value()),
            kafka_bootstrap=outside.kafka,
            kafka_mechanism=outside.kafka_mechanism,
            kafka_tls=tls,
            postgres_url=outside.postgres.get_secret_value(),
            registry_url=outside.registry,
            registry_database=registry,
        )
        admin.save(self.place.state)
        endpoints = Endpoints(
            kafka=plan.kafka_endpoint(outside.kafka, tls),
            registry=HttpEndpoint(url=outside.registry),
            http={name: f"http://127.0.0.1:{port}" for name, port in at.items()},
            traces=HttpEndpoint(url=outside.traces),
        )
        address = admin.postgres_url.rpartition("@")[2].partition("/")[0]
        return plan.with_agencies(self.place, endpoints, address), admin
