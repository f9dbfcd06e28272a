"""An installation over its life: first start, stop, second start, a second `up` beside the first."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
from confluent_kafka.admin import AdminClient, NewTopic

from sekali.local.endpoints import Admin, Endpoints, is_private
from sekali.local.place import Place
from sekali.local.platform import Platform
from sekali.local.sql import execute, wait_for

PARTS = ("kafka", "postgres")


@pytest.fixture
def installation(pytestconfig: pytest.Config) -> Iterator[Platform]:
    """One of its own, with Kafka and PostgreSQL, in the folder of this session."""
    state = Path(os.environ["SEKALI_TEST_STATE"])
    one = Platform(pytestconfig.rootpath, state.with_name(f"{state.name}-life"), owner=os.getpid())
    yield one
    one.down()
    subprocess.run(["rm", "-r", str(one.place.state)], check=True)


def mentioning(folder: Path) -> list[list[str]]:
    """Command lines of all processes that name the folder, this test's own aside."""
    found = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    return [line for line in found if any(str(folder) in word for word in line)]


def test_data_and_passwords_outlive_a_stop_that_leaves_no_process(installation: Platform) -> None:
    installation.up(PARTS)
    first = installation.endpoints
    admin = installation.admin
    client = AdminClient({**admin.confluent()})
    client.create_topics([NewTopic("population.kept.v1", 1)])["population.kept.v1"].result(20)
    agency, url = next(iter(first.postgres.items()))
    wait_for(execute(url, "CREATE TABLE kept AS SELECT 1 AS one"))
    assert mentioning(installation.place.state)
    installation.down()
    assert mentioning(installation.place.state) == []

    installation.up(PARTS)
    again = installation.endpoints
    assert again.kafka.credentials == first.kafka.credentials
    assert wait_for(_count(again.postgres[agency])) == 1
    assert "population.kept.v1" in AdminClient({**installation.admin.confluent()}).list_topics(timeout=20).topics


async def _count(url: str) -> int:
    connection = await asyncpg.connect(url)
    count: int = await connection.fetchval("SELECT count(*) FROM kept")
    await connection.close()
    return count


def test_two_ups_at_once_start_one_platform(installation: Platform) -> None:
    place = installation.place
    code = (
        "import sys; from pathlib import Path; from sekali.local.platform import Platform; "
        f"Platform(Path(sys.argv[1]), Path(sys.argv[2]), owner={os.getpid()}).up(['postgres'])"
    )
    command = [sys.executable, "-c", code, str(place.root), str(place.state)]
    both = [subprocess.Popen(command, cwd=place.root) for _ in range(2)]
    assert [one.wait(120) for one in both] == [0, 0]
    servers = [line for line in mentioning(place.state) if line[0].endswith("/postgres")]
    assert len(servers) == 1
    assert len([line for line in mentioning(place.state) if "sekali.local.supervisor" in line]) == 1


def test_addresses_are_written_as_outside_clients_read_them(platform: Platform) -> None:
    state = platform.place.state
    endpoints = Endpoints.load(state).model_dump()
    assert set(endpoints) == {"kafka", "registry", "http", "traces", "postgres"}
    assert set(endpoints["kafka"]) == {"bootstrap", "security_protocol", "mechanism", "credentials", "tls"}
    assert set(endpoints["registry"]) == set(endpoints["traces"]) == {"url"}
    assert endpoints["registry"]["url"].endswith("/apis/ccompat/v7")
    assert set(endpoints["kafka"]["credentials"]) == set(endpoints["postgres"]) == set(platform.place.agencies())
    assert all(set(who) == {"username", "password"} for who in endpoints["kafka"]["credentials"].values())
    assert set(endpoints["http"]) == set(platform.place.services())


def test_passwords_are_for_their_owner_only(embedded_platform: Platform) -> None:
    state = embedded_platform.place.state
    secret = [
        Endpoints.path(state),
        Admin.path(state),
        *(state / "run").rglob("*.json"),
        *state.rglob("server.properties"),
    ]
    assert len(secret) > 5
    assert [file for file in secret if not is_private(file)] == []
    # Its metadata log holds the salted passwords of every user.
    assert is_private(state / "data" / "kafka")


def test_no_password_is_printed(platform: Platform) -> None:
    shown = repr(platform.endpoints) + repr(platform.admin)
    secrets = [user.password for user in platform.endpoints.kafka.credentials.values()]
    secrets += [platform.admin.kafka.password, platform.admin.kafka_controller_password]
    secrets += [url.partition("@")[0].rpartition(":")[2] for url in platform.endpoints.postgres.values()]
    assert [secret for secret in secrets if secret in shown] == []


def test_an_agency_is_found_by_its_folders_alone(tmp_path: Path) -> None:
    for folder in ("services/vehicles", "schemas/fisheries/fisheries.boat.v1", "contracts/harbour", "services/notes"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "services/vehicles/app.py").touch()
    place = Place(tmp_path, tmp_path / ".sekali")
    assert place.services() == ["vehicles"]
    assert place.agencies() == ["fisheries", "harbour", "vehicles"]
