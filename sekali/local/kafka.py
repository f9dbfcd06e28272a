"""A Kafka broker that is its own controller (KRaft), with SCRAM users and ACLs, from jars: alone, or one of several."""

import base64
import socket
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka.admin import AdminClient

from sekali.errors import SekaliError
from sekali.local.endpoints import Admin, Credential
from sekali.local.java import java
from sekali.local.place import Place
from sekali.local.processes import Process
from sekali.local.secrets import write_private
from sekali.topics import REPLICAS

PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"
SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"
HEAP_MB, HEAP_OF_SEVERAL_MB = 512, 384


@dataclass(frozen=True)
class Kafka:
    place: Place
    admin: Admin
    node: int = 1
    """Which of the addresses in `admin` is its own, from 1 on."""
    limit = 180.0

    @property
    def name(self) -> str:
        return named(self.node)

    @property
    def address(self) -> str:
        """host:port, for clients."""
        return listed(self.admin.kafka_bootstrap)[self.node - 1]

    @property
    def log(self) -> Path:
        """The folder of its records."""
        return self._folder / "log"

    @property
    def _folder(self) -> Path:
        return self.place.data / self.name

    def process(self) -> Process:
        """Writes the configuration, and formats the storage the first time."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o700)  # the metadata log holds every user's salted password
        properties = self._folder / "server.properties"
        write_private(properties, self._properties())
        if not (self.log / "meta.properties").exists():
            self._format(properties)
        logging = f"-Dlog4j2.configurationFile={self.place.root / 'deploy' / 'kafka' / 'log4j2.properties'}"
        heap = HEAP_MB if len(listed(self.admin.kafka_bootstrap)) == 1 else HEAP_OF_SEVERAL_MB
        command = java(heap, "-Xms256m", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", logging)
        return Process(
            name=self.name,
            argv=[*command, "-cp", self._classpath, "kafka.Kafka", str(properties)],
            cwd=self._folder,
            tier=0,
            grace=30,
        )

    @property
    def _classpath(self) -> str:
        return str(self.place.jars / "kafka" / "*")

    def _format(self, properties: Path) -> None:
        user = f"SCRAM-SHA-512=[name={self.admin.kafka.username},password={self.admin.kafka.password}]"
        # From a file of our own: everybody may read the arguments of a process.
        arguments = self._folder / "format.arguments"
        given = ["--cluster-id", self.admin.kafka_cluster, "--config", str(properties), "--add-scram", user]
        write_private(arguments, "\n".join(given))
        tool = java(256, "-XX:TieredStopAtLevel=1", "-cp", self._classpath)
        command = [*tool, "kafka.tools.StorageTool", "format", f"@{arguments}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own arguments
        arguments.unlink()
        if done.returncode != 0:
            told = (done.stderr or done.stdout).replace(self.admin.kafka.password, "…").strip()
            raise SekaliError(f"Kafka's storage could not be made in {self._folder}: {told}")

    def _properties(self) -> str:
        controllers = listed(self.admin.kafka_controller)
        own = {
            "controller.quorum.voters": ",".join(f"{node}@{one}" for node, one in enumerate(controllers, 1)),
            "listeners": f"CLIENT://{self.address},CONTROLLER://{controllers[self.node - 1]}",
            "advertised.listeners": f"CLIENT://{self.address}",
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
            "listener.name.client.scram-sha-512.sasl.jaas.config": login(SCRAM, self.admin.kafka),
            "log.dirs": str(self.log),
        }
        own |= self._tls()
        return "".join(f"{name}={value}\n" for name, value in {**settings(self.admin, self.node), **own}.items())

    def _tls(self) -> dict[str, str]:
        """Only the clients' listener: the controller's stays on loopback."""
        tls = self.admin.kafka_tls
        if tls is None:
            return {}
        return {
            "listener.security.protocol.map": "CLIENT:SASL_SSL,CONTROLLER:SASL_PLAINTEXT",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self.place.state / "tls" / "kafka.pem"),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": tls.ca,
            # Said for the listener: under SASL_SSL the general setting is overheard (KIP-684).
            "listener.name.client.ssl.client.auth": "required" if tls.certificate else "none",
        }

    def wrong(self) -> str | None:
        """Asks as the administrator: the port alone says nothing of the controller and of SCRAM."""
        host, _, port = self.address.rpartition(":")
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
        except OSError as error:
            return f"nobody listens at {self.address} ({error.strerror})"
        try:
            client = AdminClient({**self.admin.confluent(), "bootstrap.servers": self.address, "log_level": "0"})
            client.list_topics(timeout=3)
        except Exception as error:
            return f"the administrator gets no answer ({error})"
        return None


def named(node: int) -> str:
    """The part's name: `kafka`, then `kafka-2` and so on."""
    return "kafka" if node == 1 else f"kafka-{node}"


def listed(addresses: str) -> list[str]:
    """host:port of each, separated by commas."""
    return [one.strip() for one in addresses.split(",")]


def brokers(place: Place, admin: Admin) -> list[Kafka]:
    """One for each address that `admin` knows."""
    return [Kafka(place, admin, node) for node, _ in enumerate(listed(admin.kafka_bootstrap), 1)]


def new_cluster() -> str:
    """An id. One that begins with a dash is taken for an option: one in 64 does, so the first letter is ours."""
    return "S" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]


def login(module: str, user: Credential, *, known: bool = False) -> str:
    """A JAAS line; `known` also lets the user in (PLAIN keeps its users there, SCRAM in the cluster's metadata)."""
    members = f' user_{user.username}="{user.password}"' if known else ""
    return f'{module} required username="{user.username}" password="{user.password}"{members};'


def settings(admin: Admin, node: int = 1) -> dict[str, str]:
    """What every broker of ours is told, embedded or in a container; listeners and folders come on top.

    Of several, three keep each record, and two must have it before it is acknowledged.
    """
    controller = Credential(username=admin.kafka.username, password=admin.kafka_controller_password)
    replicas = min(REPLICAS, len(listed(admin.kafka_bootstrap)))
    fewest = max(1, replicas - 1)
    internal = ("transaction.state.log", "share.coordinator.state.topic")
    return {
        "default.replication.factor": str(replicas),
        "min.insync.replicas": str(fewest),
        "offsets.topic.replication.factor": str(replicas),
        **{f"{topic}.replication.factor": str(replicas) for topic in internal},
        **{f"{topic}.min.isr": str(fewest) for topic in internal},
        "process.roles": "broker,controller",
        "node.id": str(node),
        "listener.security.protocol.map": "CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
        "inter.broker.listener.name": "CLIENT",
        "controller.listener.names": "CONTROLLER",
        # With an open controller port an anonymous client granted itself every right.
        "sasl.mechanism.controller.protocol": "PLAIN",
        "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.controller.plain.sasl.jaas.config": login(PLAIN, controller, known=True),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:{admin.kafka.username}",
        "allow.everyone.if.no.acl.found": "false",
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": "0",
        # Each partition is a folder and an open file, made when the first group comes; fifty are for clusters.
        "offsets.topic.num.partitions": "8",
        "transaction.state.log.num.partitions": "8",
        "share.coordinator.state.topic.num.partitions": "8",
    }
