"""The same platform from the official images, by testcontainers; services stay child processes."""

import functools
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import docker
import psutil
from confluent_kafka.admin import AdminClient, ScramCredentialInfo, ScramMechanism, UserScramCredentialUpsertion
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network

from sekali.local import plan
from sekali.local.control import PartFailed, wait_until
from sekali.local.endpoints import Admin
from sekali.local.kafka import Kafka
from sekali.local.platform import PARTS, Part, Platform
from sekali.local.postgres import Postgres
from sekali.local.registry import Registry
from sekali.local.zipkin import Zipkin
from tests.images import IMAGES, LISTENS_INSIDE, environment, port_of

STATE_LABEL, PART_LABEL = "sekali.test.state", "sekali.test.part"
LIMIT_SECONDS = 120


class ContainerPlatform(Platform):
    """Each part a container on a network of its own, its port on loopback as the plan says.

    The containers are found again by their label, so that the workers of pytest-xdist share them.
    """

    @functools.cached_property
    def _engine(self) -> docker.DockerClient:
        # The library's reaper would take the containers away when the worker that started them ends before the others.
        testcontainers_config.ryuk_disabled = True
        return docker.from_env()

    def _labelled(self, **more: str) -> dict[str, list[str] | str]:
        return {"label": [f"{STATE_LABEL}={self.place.state}", *(f"{PART_LABEL}={part}" for part in more.values())]}

    def _made(self, part: str) -> list[docker.models.containers.Container]:
        return list(self._engine.containers.list(all=True, filters=self._labelled(part=part)))

    def _running(self, part: str) -> list[docker.models.containers.Container]:
        return [container for container in self._made(part) if container.status == "running"]

    def runs(self, part: str) -> bool:
        return bool(self._running(part)) if part in IMAGES else super().runs(part)

    def up(self, parts: Collection[str] = PARTS) -> None:
        with self.alone():
            endpoints, admin, management = plan.settle(self.place, self.runs, usual=False)
            admin = admin.model_copy(update={"kafka_mechanism": "PLAIN"})
            network = self._network()
            first: list[Part] = [Postgres(self.place, admin), Kafka(self.place, admin), Zipkin(self.place, endpoints)]
            with ThreadPoolExecutor(len(PARTS)) as pool:
                for task in [pool.submit(self._contain, part, network) for part in first if part.name in parts]:
                    task.result()
            if "kafka" in parts:
                _enrol(admin)
            if "postgres" in parts:
                self.admit()
            if "registry" in parts:
                self._contain(Registry(self.place, admin, management), network)

    def _network(self) -> Network:
        network = Network(docker_network_kw={"labels": {STATE_LABEL: str(self.place.state)}})
        network.name = f"sekali-{self.place.state.name}"
        return network if self._engine.networks.list(names=[network.name]) else network.create()

    def _contain(self, part: Part, network: Network) -> None:
        if stopped := [container for container in self._made(part.name) if container.status != "running"]:
            stopped[0].start()
        elif not self._running(part.name):
            container = DockerContainer(IMAGES[part.name]).with_network(network).with_network_aliases(part.name)
            container.with_envs(**environment(part.name, self.admin))
            container.with_kwargs(labels={STATE_LABEL: str(self.place.state), PART_LABEL: part.name})
            port = ("127.0.0.1", port_of(part.name, self.endpoints, self.admin))
            container.ports[str(LISTENS_INSIDE[part.name])] = port  # type: ignore[assignment]  # docker-py takes the pair
            if part.name == "postgres":
                container.with_command(["postgres", "-c", "max_connections=300"])
            container.start()
        wait_until(lambda: part.wrong() is None, LIMIT_SECONDS, lambda: self._failed(part))

    def _failed(self, part: Part) -> PartFailed:
        lines = "\n".join(container.logs(tail=15).decode() for container in self._running(part.name))
        return PartFailed(f"the container of {part.name} was not ready: {part.wrong()}. Its last lines:\n{lines}")

    def stop(self, part: str) -> None:
        if part not in IMAGES:
            super().stop(part)
        for container in self._running(part):
            container.stop(timeout=30)

    def kill(self, part: str) -> None:
        if part not in IMAGES:
            super().kill(part)
        for container in self._running(part):
            container.kill("SIGKILL")
            container.start()

    def down(self) -> None:
        super().down()
        for container in self._engine.containers.list(all=True, filters=self._labelled()):
            container.remove(force=True, v=True)
        for network in self._engine.networks.list(filters=self._labelled()):
            network.remove()


def _enrol(admin: Admin) -> None:
    """From then on the administrator comes in by SCRAM too, as on the embedded platform."""
    scram = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
    user = UserScramCredentialUpsertion(admin.kafka.username, scram, admin.kafka.password.encode())
    client = AdminClient({**admin.confluent()})
    client.alter_user_scram_credentials([user])[admin.kafka.username].result(30)


def sweep(home: Path) -> None:
    """Removes containers and networks of sessions that were killed; a session's state folder is named by its pid."""
    engine = docker.from_env()
    for container in engine.containers.list(all=True, filters={"label": STATE_LABEL}):
        if _is_left(Path(container.labels[STATE_LABEL]), home):
            container.remove(force=True, v=True)
    for network in engine.networks.list(filters={"label": STATE_LABEL}):
        if _is_left(Path(network.attrs["Labels"][STATE_LABEL]), home):
            network.remove()


def _is_left(state: Path, home: Path) -> bool:
    return state.parent == home and not psutil.pid_exists(int(state.name.partition("-")[0]))
