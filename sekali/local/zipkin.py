"""Zipkin: where a trace is looked at; it keeps spans in memory only."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from sekali.local.endpoints import Endpoints
from sekali.local.java import java
from sekali.local.place import Place
from sekali.local.processes import Process
from sekali.local.registry import answers

SPANS = "/api/v2/spans"
MOST_SPANS = "100000"


@dataclass(frozen=True)
class Zipkin:
    place: Place
    endpoints: Endpoints
    name = "zipkin"
    limit = 180.0

    def process(self) -> Process:
        address = urlsplit(self.endpoints.traces.url)
        command = java(256, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
        # server.address would be ignored: the server is Armeria's, and listens everywhere unless told so here.
        listen = [f"--armeria.ports[0].port={address.port}", "--armeria.ports[0].ip=127.0.0.1"]
        listen += ["--armeria.ports[0].protocols[0]=http"]
        return Process(
            name=self.name,
            argv=[*command, "-jar", str(self.place.jars / "zipkin" / "zipkin.jar"), *listen],
            env={"MEM_MAX_SPANS": MOST_SPANS, "QUERY_PORT": str(address.port)},
            cwd=self.place.jars / "zipkin",
            tier=1,
        )

    def wrong(self) -> str | None:
        return answers(f"{self.endpoints.traces.url}/health")
