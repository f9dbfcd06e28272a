"""Everything that can be wrong with an installation, asked one by one: `sekali doctor`."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from sekali.errors import SekaliError
from sekali.local import applying, machine
from sekali.local.control import Control
from sekali.local.endpoints import Admin, Endpoints, is_private
from sekali.local.kafka import Kafka
from sekali.local.place import Place
from sekali.local.platform import PARTS, Part
from sekali.local.postgres import Postgres
from sekali.local.registry import Registry
from sekali.local.services import Service
from sekali.local.zipkin import Zipkin

UP = "run `sekali up`"
Differences = Callable[[Place], list[str]]
APPLIED: dict[str, tuple[str, Differences, str]] = {
    "topics are as their cards say": ("kafka", partial(applying.topics, dry_run=True), "sekali topics apply"),
    "schemas are published and equal to disk": ("registry", applying.unpublished, "sekali schemas publish"),
    "rights are as the contracts say": ("kafka", partial(applying.rights, dry_run=True), "sekali rights apply"),
}


@dataclass(frozen=True)
class Finding:
    """`wrong` is None where all is well."""

    what: str
    wrong: str | None
    way_out: str = UP


def checkup(place: Place) -> Iterator[Finding]:
    """From the ground up; what needs a part that does not answer is not asked."""
    if "SEKALI_OUTSIDE_KAFKA" not in os.environ:
        yield Finding("Java runs", machine.java(), "remove .venv and run `make setup`")
        yield Finding("the jars are there", machine.jars(place), f"{UP}, which fetches them by Maven")
    yield Finding("there is room on the disk", machine.disk(place), "free some, or drop the data by `make clean`")
    files = [Endpoints.path(place.state), Admin.path(place.state)]
    if not all(file.exists() for file in files):
        yield Finding("something was started here", f"{place.state} holds no addresses")
        return
    shut = f"chmod 600 {' '.join(str(file) for file in files)}"
    yield Finding("passwords are for their owner only", machine.open_files(files), shut)
    yield from _running(place, Endpoints.load(place.state), Admin.load(place.state), Control(place.state))


def _running(place: Place, endpoints: Endpoints, admin: Admin, control: Control) -> Iterator[Finding]:
    answering = set()
    for part in _parts(place, endpoints, admin):
        wrong = part.wrong()
        yield Finding(f"{part.name} answers", _with_log(wrong, control, part.name))
        if wrong is None:
            answering.add(part.name)
    if "postgres" in answering:
        yield Finding("the clock is right", machine.clock(place, admin.postgres_url), "set the machine's clock")
    for what, (needs, differences, verb) in APPLIED.items():
        if needs in answering:
            yield Finding(what, _different(place, differences), f"run `{verb}`")
    for agency in place.agencies():
        yield _keyring(place, agency)
        yield _identity(place, agency)
    for name in place.services():
        wrong = Service(place, endpoints, name).wrong() if name in endpoints.http else "it was never started"
        yield Finding(f"{name} is ready", _with_log(wrong, control, name))


def _parts(place: Place, endpoints: Endpoints, admin: Admin) -> list[Part]:
    parts: dict[str, Part] = {
        "postgres": Postgres(place, admin),
        "kafka": Kafka(place, admin),
        "registry": Registry(place, admin, management_port=0),
        "zipkin": Zipkin(place, endpoints),
    }
    return [parts[name] for name in PARTS]


def _with_log(wrong: str | None, control: Control, part: str) -> str | None:
    log = control.run_folder.log(part)
    return f"{wrong}; its log is {log}" if wrong and log.exists() else wrong


def _different(place: Place, differences: Differences) -> str | None:
    try:
        return "; ".join(differences(place)) or None
    except SekaliError as error:
        return str(error)


def _keyring(place: Place, agency: str) -> Finding:
    file, what = place.keys / f"{agency}.json", f"{agency} has its keyring"
    if not file.exists():
        return Finding(what, f"{file} is missing", "run `sekali rights apply`")
    wrong = None if is_private(file) else f"others can read {file}"
    return Finding(what, wrong, f"chmod 600 {file}, and rotate its keys if others were on this machine")


def _identity(place: Place, agency: str) -> Finding:
    file, what = place.identities.of(agency), f"{agency} has its identity"
    if not file.exists():
        return Finding(what, f"{file} is missing", "run `sekali rights apply`")
    wrong = None if is_private(file) else f"others can read {file}"
    return Finding(what, wrong, f"chmod 600 {file}, and `sekali keys renew-identity {agency}`")
