"""An agency's service as a child process: its own credentials in its environment, nobody else's."""

import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from sekali.local.endpoints import Endpoints
from sekali.local.place import Place
from sekali.local.processes import Process
from sekali.local.signing_in import ON_ONES_OWN_MACHINE, SigningIn
from sekali.local.zipkin import SPANS

RUNS_ON = ("sekali", "schemas", "contracts")
NOT_RUN = ("sekali/local", "sekali/cli")
"""Code that starts services, not code that they run."""


@dataclass(frozen=True)
class Service:
    place: Place
    endpoints: Endpoints
    name: str
    traced: bool = True
    extra: Mapping[str, str] = field(default_factory=dict)
    host: str = "127.0.0.1"
    signing_in: SigningIn = ON_ONES_OWN_MACHINE
    limit = 120.0

    def process(self) -> Process:
        return Process(
            name=self.name,
            argv=[sys.executable, "-m", f"services.{self.name}.app"],
            env=self._environment(),
            cwd=self.place.root,
            tier=2,
            grace=15,
            source=_digest(self.place.root, self.name),
        )

    def _environment(self) -> dict[str, str]:
        kafka = self.endpoints.kafka
        url = self.endpoints.http[self.name]
        environment = {
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": str(self.place.root),
            "SEKALI_AGENCY": self.name,
            "SEKALI_ROOT": str(self.place.root),
            "SEKALI_KAFKA_BOOTSTRAP": kafka.bootstrap,
            "SEKALI_KAFKA_SECURITY_PROTOCOL": kafka.security_protocol,
            "SEKALI_KAFKA_MECHANISM": kafka.mechanism,
            "SEKALI_REGISTRY_URL": self.endpoints.registry.url,
            "SEKALI_KEYRING": str(self.place.keys / f"{self.name}.json"),
            "SEKALI_IDENTITY": str(self.place.identities.of(self.name)),
            "SEKALI_IDENTITIES": str(self.place.identities.public),
            **self.signing_in.of(self.name),
            "SEKALI_HTTP_HOST": self.host,
            "SEKALI_HTTP_PORT": url.rpartition(":")[2],
            "SEKALI_DOORS": json.dumps(self.endpoints.http, sort_keys=True),
            "OTEL_SERVICE_NAME": self.name,
            "OTEL_TRACES_EXPORTER": "none",
        }
        if kafka.tls is not None:
            files = {"SEKALI_KAFKA_CA": kafka.tls.ca, "SEKALI_KAFKA_CERTIFICATE": kafka.tls.certificate}
            environment |= {name: file for name, file in files.items() if file}
        if self.name in kafka.credentials:
            environment["SEKALI_KAFKA_USERNAME"] = kafka.credentials[self.name].username
            environment["SEKALI_KAFKA_PASSWORD"] = kafka.credentials[self.name].password
            environment["SEKALI_DATABASE_URL"] = self.endpoints.database_url(self.name)
        if self.traced:
            environment["OTEL_TRACES_EXPORTER"] = "zipkin_json"
            environment["OTEL_EXPORTER_ZIPKIN_ENDPOINT"] = self.endpoints.traces.url + SPANS
        return environment | dict(self.extra)

    def wrong(self) -> str | None:
        """The service's own words, where it answers that it is not ready."""
        url = f"{self.endpoints.http[self.name]}/health/ready"
        try:
            answer = httpx.get(url, timeout=5.0)
            said: object = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            return f"{url} gives no answer ({type(error).__name__})"
        if answer.status_code == httpx.codes.OK:
            return None
        parts = said.items() if isinstance(said, dict) else ()
        words = "; ".join(f"{part}: {word}" for part, word in parts if word != "ok")
        return f"{url} answers {answer.status_code} {words}".strip()


def _digest(root: Path, service: str) -> str:
    """Changes when a file changes that the service runs on, so that `sekali up` restarts it with the new code."""
    seen = hashlib.sha256()
    for folder in (*RUNS_ON, f"services/{service}"):
        for file in sorted((root / folder).rglob("*.*")):
            name = str(file.relative_to(root))
            if file.suffix in {".pyc", ".md"} or name.startswith(NOT_RUN) or "/tests/" in name or file.is_dir():
                continue
            stat = file.stat()
            seen.update(f"{name} {stat.st_mtime_ns} {stat.st_size}\n".encode())
    return seen.hexdigest()[:16]
