"""The officers' desks on real ports, each over a fresh database; Kafka is away, which disturbs no officer."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from pydantic import SecretStr

from sekali import migrations
from sekali.bus import Bus
from sekali.contracts import Catalogue
from sekali.rights import keyrings
from sekali.sealing import Keyring
from sekali.testing import Clock

ROOT = Path(__file__).parents[2]
NOWHERE = "127.0.0.1:1"
FRIDAY = datetime(2026, 11, 20, 3, tzinfo=UTC)


async def opened(
    agency: str, build: Callable[..., FastAPI], settings: Callable[..., Any], url: str, folder: Path
) -> tuple[FastAPI, Bus, dict[str, Any]]:
    """An agency's app as `app.build` joins it, its database migrated, its keys as contracts say; the clock stands.

    The last are the fields of a `sekali.rehearsal.Office`, but for its inbox.
    """
    catalogue = Catalogue.load(ROOT)
    rings, _ = keyrings.plan(catalogue, catalogue.contracts.values(), folder)
    keyrings.write(folder, rings)
    made = settings(
        agency=agency, root=ROOT, database_url=url, kafka_bootstrap=NOWHERE, kafka_username=agency,
        kafka_password=SecretStr("not asked"), registry_url=f"http://{NOWHERE}", keyring=folder / f"{agency}.json",
        development_sign_in=True,
    )  # fmt: skip
    clock = Clock(FRIDAY)
    app = build(made, clock)
    bus = app.state.bus
    assert isinstance(bus, Bus)
    library = Path(migrations.__file__).parent
    await bus.database.migrate([library / "versions", ROOT / "services" / agency / "migrations"], library)
    office = {"settings": made, "database": bus.database, "catalogue": bus.catalogue, "keyring": Keyring(made.keyring)}
    return app, bus, {**office, "clock": clock}


async def shut(bus: Bus, *more: Callable[[], Awaitable[None]]) -> None:
    await bus.registry.close()
    await bus.database.close()
    for close in more:
        await close()
