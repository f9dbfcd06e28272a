"""Addresses and passwords of an installation: made once, kept over restarts, written before anything starts."""

from collections.abc import Callable

from sekali.local import kafka
from sekali.local.endpoints import Admin, Credential, Endpoints, HttpEndpoint, KafkaEndpoint, Tls
from sekali.local.place import Place
from sekali.local.ports import Ports
from sekali.local.registry import CONFLUENT
from sekali.local.secrets import new_password


def settle(place: Place, runs: Callable[[str], bool], *, usual: bool, brokers: int = 1) -> tuple[Endpoints, Admin, int]:
    """Writes endpoints.json and admin.json; returns both and the registry's management port."""
    ports = Ports(place.state, usual=usual)

    def at(name: str, part: str) -> str:
        return f"127.0.0.1:{ports.choose(name, running=runs(part))}"

    parts = [kafka.named(node) for node in range(1, brokers + 1)]
    bootstrap = ",".join([at(part, part) for part in parts])
    controllers = ",".join([at(f"{part}-controller", part) for part in parts])
    postgres, registry, zipkin = (at(part, part) for part in ("postgres", "registry", "zipkin"))
    management = ports.choose("registry-management", running=runs("registry"))
    http = {name: f"http://127.0.0.1:{ports.choose(name, running=runs(name))}" for name in place.services()}
    admin = _admin(place, postgres).model_copy(
        update={
            "kafka_bootstrap": bootstrap,
            "kafka_tls": place.tls(),
            "kafka_controller": controllers,
            "registry_url": f"http://{registry}{CONFLUENT}",
        }
    )
    endpoints = Endpoints(
        kafka=kafka_endpoint(bootstrap, admin.kafka_tls),
        registry=HttpEndpoint(url=admin.registry_url),
        http=http,
        traces=HttpEndpoint(url=f"http://{zipkin}"),
    )
    admin.save(place.state)
    ports.save()
    return with_agencies(place, endpoints, postgres), admin, management


def kafka_endpoint(bootstrap: str, tls: Tls | None) -> KafkaEndpoint:
    return KafkaEndpoint(bootstrap=bootstrap, tls=tls, security_protocol="SASL_SSL" if tls else "SASL_PLAINTEXT")


def with_agencies(place: Place, endpoints: Endpoints, postgres: str) -> Endpoints:
    """Adds a Kafka user and a database URL for each agency on disk, with the passwords that it already has."""
    known = _known(place)
    for agency in place.agencies():
        kept = known.kafka.credentials.get(agency) if known else None
        endpoints.kafka.credentials[agency] = kept or Credential(username=agency, password=new_password())
        url = known.postgres.get(agency) if known else None
        password = url.partition("@")[0].rpartition(":")[2] if url else new_password()
        endpoints.postgres[agency] = f"postgresql://{agency}:{password}@{postgres}/{agency}"
    endpoints.save(place.state)
    return endpoints


def _known(place: Place) -> Endpoints | None:
    return Endpoints.load(place.state) if Endpoints.path(place.state).exists() else None


def _admin(place: Place, postgres: str) -> Admin:
    """What is known, or made now; without the addresses of Kafka and the registry."""
    if Admin.path(place.state).exists():
        admin = Admin.load(place.state)
        database = admin.postgres_url.partition("@")[0]
    else:
        database = f"postgresql://postgres:{new_password()}"
        admin = Admin(
            kafka=Credential(username="admin", password=new_password()),
            kafka_bootstrap="",
            kafka_controller_password=new_password(),
            postgres_url="",
            registry_url="",
            registry_database=Credential(username="sekali_registry", password=new_password()),
        )
    cluster = admin.kafka_cluster or kafka.new_cluster()
    return admin.model_copy(update={"kafka_cluster": cluster, "postgres_url": f"{database}@{postgres}/postgres"})
