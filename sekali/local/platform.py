"""The embedded platform as one object: `sekali up` and the tests start and stop the same thing."""

import fcntl
import os
import signal
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from sekali.local import applying, java, kafka, plan
from sekali.local.control import Control
from sekali.local.databases import admit_all
from sekali.local.endpoints import Admin, Endpoints
from sekali.local.place import Place
from sekali.local.postgres import Postgres
from sekali.local.processes import Process
from sekali.local.registry import Registry
from sekali.local.services import Service
from sekali.local.signing_in import ON_ONES_OWN_MACHINE
from sekali.local.zipkin import Zipkin

PARTS = ("postgres", "kafka", "registry", "zipkin")
Report = Callable[[str, float, str], None]
"""Called with a part's name, the seconds that it took, and words on it."""


class Part(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def limit(self) -> float: ...
    def process(self) -> Process: ...
    def wrong(self) -> str | None: ...


def silent(part: str, seconds: float, words: str) -> None:
    """Reports nothing."""


class Platform:
    """`usual` prefers the well-known ports; with an `owner` (a pid) everything ends when that process is gone.

    `brokers`: how many of Kafka are started.
    """

    def __init__(
        self,
        root: Path,
        state: Path,
        *,
        usual: bool = False,
        owner: int | None = None,
        report: Report = silent,
        brokers: int = 1,
    ) -> None:
        self.place = Place(root.resolve(), state.resolve())
        self.control = Control(self.place.state, owner)
        self.report = report
        self.host = "127.0.0.1"
        """Where services listen."""
        self.signing_in = ON_ONES_OWN_MACHINE
        """What services are told of signing in."""
        self._usual = usual
        self._brokers = brokers

    @property
    def endpoints(self) -> Endpoints:
        return Endpoints.load(self.place.state)

    @property
    def admin(self) -> Admin:
        return Admin.load(self.place.state)

    def runs(self, part: str) -> bool:
        return self.control.runs(part)

    def up(self, parts: Collection[str] = PARTS) -> None:
        """Starts what does not run yet; raises PartFailed with the log's last lines. Safe to call at any time."""
        with self.alone():
            if {"kafka", "registry", "zipkin"} & set(parts):
                self._fetch_jars()
            endpoints, admin, management = plan.settle(self.place, self.runs, usual=self._usual, brokers=self._brokers)
            known: dict[str, list[Part]] = {
                "kafka": [*kafka.brokers(self.place, admin)],
                "zipkin": [Zipkin(self.place, endpoints)],
                "registry": [Registry(self.place, admin, management)],
            }
            chosen = [one for part, each in known.items() if part in parts for one in each]
            with ThreadPoolExecutor(len(PARTS)) as pool:
                first = [pool.submit(self.start, part) for part in chosen if part.name != "registry"]
                if "postgres" in parts:
                    self.start(Postgres(self.place, admin))
                    self.admit()
                first += [pool.submit(self.start, part) for part in chosen if part.name == "registry"]
                for task in first:
                    task.result()

    def admit(self) -> None:
        """A role and a database for each agency on disk, and the registry's."""
        start = time.monotonic()
        new = admit_all(self.admin, self.endpoints.postgres)
        if new:
            self.report("databases", time.monotonic() - start, ", ".join(new))

    def apply(self) -> None:
        """Topics from their cards, schemas into the registry; users, rights and keyrings from the contracts."""
        for what, work in (("topics", applying.topics), ("schemas", applying.schemas), ("rights", applying.rights)):
            start = time.monotonic()
            changes = work(self.place)
            self.report(what, time.monotonic() - start, f"{len(changes)} changes" if changes else "as they should be")

    def serve(self, services: Collection[str] | None = None, extra: Mapping[str, str] | None = None) -> None:
        """Starts services found on disk and waits until each is ready; `extra` is added to their environment."""
        with self.alone():
            endpoints, traced = self.endpoints, self.runs("zipkin")
            wanted = self.place.services() if services is None else services
            found = [
                Service(self.place, endpoints, name, traced, extra or {}, self.host, self.signing_in) for name in wanted
            ]
            with ThreadPoolExecutor(len(found) or 1) as pool:
                for task in [pool.submit(self.start, service) for service in found]:
                    task.result()

    def start(self, part: Part) -> None:
        begun = time.monotonic()
        process = part.process()
        self.control.start(process)
        self.control.await_ready(process, part.wrong, part.limit)
        self.report(part.name, time.monotonic() - begun, "ready")

    def stop(self, part: str) -> None:
        """Stops one part for good; `up` or `serve` starts it again."""
        self.control.stop(part)

    def kill(self, part: str) -> None:
        """kill -9, without a word; the supervisor starts another in its place."""
        os.kill(self.pid(part), signal.SIGKILL)

    def pid(self, part: str) -> int:
        """The process to hit in a fault test; the supervisor starts another in its place."""
        seen = self.control.seen(part)
        if seen is None or seen.pid is None:
            raise LookupError(f"{part} does not run")
        return seen.pid

    def down(self) -> None:
        """Ends every process, waits until all are gone; data and passwords stay."""
        with self.alone():
            self.control.down()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One `up` or `down` at a time on a state folder; the second waits."""
        self.place.state.mkdir(parents=True, exist_ok=True)
        with (self.place.state / "up.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _fetch_jars(self) -> None:
        start = time.monotonic()
        if java.fetch(self.place.root, self.place.jars):
            self.report("jars", time.monotonic() - start, "fetched by Maven")
