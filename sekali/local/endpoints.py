"""Where everything listens and with which password: what clients may know, and what only the administrator may."""

import json
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, Field

from sekali.errors import SekaliError
from sekali.local.secrets import write_private


class PlatformNotUp(SekaliError):
    """No installation is written down where one was looked for."""


class Credential(BaseModel):
    username: str
    password: str = Field(repr=False)


class Tls(BaseModel):
    """Paths of PEM files. `ca`: who signs the brokers' certificates; empty: whom the system trusts.

    `certificate`: what we show to brokers that ask for one, with its key.
    """

    ca: str = ""
    certificate: str = ""


class KafkaEndpoint(BaseModel):
    bootstrap: str
    security_protocol: str = "SASL_PLAINTEXT"
    tls: Tls | None = None
    mechanism: str = "SCRAM-SHA-512"
    credentials: dict[str, Credential] = Field(default_factory=dict)


class HttpEndpoint(BaseModel):
    url: str


class _File(BaseModel):
    """A JSON file of the state folder, mode 0600."""

    @classmethod
    def path(cls, state_dir: Path) -> Path:
        return state_dir / f"{cls.__name__.lower()}.json"

    @classmethod
    def load(cls, state_dir: Path) -> Self:
        """Raises PlatformNotUp with the way out when the file is missing."""
        try:
            return cls.model_validate_json(cls.path(state_dir).read_bytes())
        except FileNotFoundError:
            raise PlatformNotUp(
                f"{cls.path(state_dir)} is missing: nothing was started here yet, run `sekali up`"
            ) from None

    def save(self, state_dir: Path) -> None:
        write_private(self.path(state_dir), json.dumps(self.model_dump(), indent=2) + "\n")


class Endpoints(_File):
    """`.sekali/endpoints.json`: enough for an outside client of any agency.

    `registry.url` is the Confluent base (…/apis/ccompat/v7); `http` maps a service, `postgres` an agency to a URL.
    """

    kafka: KafkaEndpoint
    registry: HttpEndpoint
    http: dict[str, str] = Field(default_factory=dict)
    traces: HttpEndpoint
    postgres: dict[str, str] = Field(default_factory=dict, repr=False)

    def confluent(self, agency: str) -> dict[str, str]:
        """confluent-kafka's settings for an agency's own user."""
        return _confluent(self.kafka.bootstrap, self.kafka.mechanism, self.kafka.credentials[agency], self.kafka.tls)

    def database_url(self, agency: str) -> str:
        """SQLAlchemy's URL (asyncpg) of an agency's own database."""
        return self.postgres[agency].replace("postgresql://", "postgresql+asyncpg://", 1)


class Admin(_File):
    """`.sekali/admin.json`: the administrator's credentials; services and agencies never see them."""

    kafka: Credential
    kafka_bootstrap: str
    """host:port of the brokers, separated by commas."""
    kafka_mechanism: str = "SCRAM-SHA-512"
    kafka_tls: Tls | None = None
    kafka_controller: str = ""
    """host:port of the controllers, separated by commas, in the order of the brokers."""
    kafka_controller_password: str = Field(default="", repr=False)
    kafka_cluster: str = ""
    """The id that every broker's storage is formatted with."""
    postgres_url: str = Field(repr=False)
    registry_url: str
    registry_database: Credential

    def confluent(self) -> dict[str, str]:
        """confluent-kafka's settings for the super user: topics, ACLs, SCRAM users."""
        return _confluent(self.kafka_bootstrap, self.kafka_mechanism, self.kafka, self.kafka_tls)

    def postgres_at(self, database: str) -> str:
        """The superuser's URL (postgresql://…) of another database on the same server."""
        return urlsplit(self.postgres_url)._replace(path=f"/{database}").geturl()


def _confluent(bootstrap: str, mechanism: str, user: Credential, tls: Tls | None) -> dict[str, str]:
    told = {} if tls is None else {"security.protocol": "SASL_SSL"}
    if tls is not None and tls.ca:
        told["ssl.ca.location"] = tls.ca
    if tls is not None and tls.certificate:
        told |= {"ssl.certificate.location": tls.certificate, "ssl.key.location": tls.certificate}
    return {
        "bootstrap.servers": bootstrap,
        "security.protocol": "SASL_PLAINTEXT",
        "log_level": "3",  # errors only; what matters comes as an exception
        "sasl.mechanism": mechanism,
        "sasl.username": user.username,
        "sasl.password": user.password,
    } | told


def is_private(path: Path) -> bool:
    """Whether nobody but its owner can read or write the file."""
    return path.stat().st_mode & 0o077 == 0
