"""The platform that a test session runs on: real Kafka, PostgreSQL and registry, started once, shared by all tests.

SEKALI_TEST_PLATFORM=containers or =embedded decides; else it is containers where a Docker engine has the images.
The session's header says which, and why.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from confluent_kafka.admin import AdminClient

from sekali.local.databases import create, drop
from sekali.local.platform import PARTS, Platform
from sekali.local.secrets import new_password
from tests import containers
from tests.images import Kind, chosen
from tests.templates import Templates

STATE, OWNER = "SEKALI_TEST_STATE", "SEKALI_TEST_OWNER"
OURS = pytest.StashKey[bool]()
NEEDED = tuple(part for part in PARTS if part != "zipkin")


def pytest_configure(config: pytest.Config) -> None:
    """The session's first process names the state folder; workers of pytest-xdist inherit it and share the platform.

    So does a session that a test starts: whoever sets both variables for it also ends what runs there.
    """
    if STATE not in os.environ:
        config.stash[OURS] = True
        home = config.rootpath / ".sekali-test"
        _sweep(home)
        os.environ[STATE], os.environ[OWNER] = str(home / str(os.getpid())), str(os.getpid())


def pytest_report_header() -> str:
    kind, why = chosen()
    return f"platform: {kind}, since {why}"


def pytest_unconfigure(config: pytest.Config) -> None:
    if OURS not in config.stash:
        return
    for kind in ("containers", "embedded"):
        if _state(kind).exists():
            _platform(config, kind).down()
            shutil.rmtree(_state(kind))


def _sweep(home: Path) -> None:
    """Removes what sessions that were killed left behind; their processes ended with them."""
    if chosen()[0] == "containers":
        containers.sweep(home)
    for folder in home.glob("[0-9]*"):
        if not psutil.pid_exists(int(folder.name.partition("-")[0])):
            shutil.rmtree(folder, ignore_errors=True)


def _state(kind: Kind) -> Path:
    state = Path(os.environ[STATE])
    return state.with_name(f"{state.name}-containers") if kind == "containers" else state


def _platform(config: pytest.Config, kind: Kind) -> Platform:
    make = containers.ContainerPlatform if kind == "containers" else Platform
    return make(config.rootpath, _state(kind), owner=int(os.environ[OWNER]))


@pytest.fixture(scope="session")
def platform(pytestconfig: pytest.Config) -> Platform:
    """Kafka, PostgreSQL and registry, with a database for each agency; `.endpoints` and `.admin` say where."""
    running = _platform(pytestconfig, chosen()[0])
    running.up(NEEDED)
    return running


@pytest.fixture(scope="session")
def embedded_platform(pytestconfig: pytest.Config) -> Platform:
    """Always child processes, for tests that hit processes or read log files; where `platform` is that, the same."""
    running = _platform(pytestconfig, "embedded")
    running.up(NEEDED)
    return running


@pytest.fixture(scope="session")
def prepared(platform: Platform) -> Platform:
    """The platform with topics, schemas, users, rights and keyrings as cards and contracts on disk say."""
    platform.apply()
    return platform


@pytest.fixture(scope="session")
def served(prepared: Platform) -> Platform:
    """Every service found on disk runs and is ready; its traces go to Zipkin."""
    prepared.up(PARTS)
    prepared.serve()
    return prepared


@pytest.fixture
def kafka_admin(platform: Platform) -> AdminClient:
    """confluent-kafka's client of the super user: topics, ACLs, SCRAM users."""
    return AdminClient({**platform.admin.confluent()})


@pytest.fixture
def agency_database(platform: Platform) -> Iterator[Callable[[], str]]:
    """A factory of fresh databases, each with its own role: URLs for SQLAlchemy (postgresql+asyncpg://…)."""
    made: list[str] = []

    def fresh() -> str:
        name = f"agency_{new_password()[:16]}"
        made.append(name)
        url = create(platform.admin, name, new_password())
        return url.replace("postgresql://", "postgresql+asyncpg://", 1)

    yield fresh
    for name in made:
        drop(platform.admin, name)


@pytest.fixture(scope="session")
def templates(platform: Platform, pytestconfig: pytest.Config) -> Iterator[Templates]:
    made = Templates(platform.admin, pytestconfig.rootpath)
    yield made
    made.close()


@pytest.fixture
def migrated_database(templates: Templates) -> Iterator[Callable[[str], str]]:
    """A factory of fresh databases with the present tables of an agency of services/; URLs as above."""
    made: list[str] = []

    def fresh(agency: str) -> str:
        made.append(templates.copy(agency))
        return made[-1]

    yield fresh
    for url in made:
        templates.drop(url)
