"""A service that starts knows without Alembic whether its database is where its migrations end."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sekali import migrations, upgrading
from sekali.database import Database

ROOT = Path(__file__).parents[2]
LIBRARY = Path(migrations.__file__).parent
AGENCIES = sorted(folder.parent.name for folder in ROOT.glob("services/*/migrations"))


@pytest.mark.parametrize("agency", AGENCIES)
async def test_only_a_database_that_stands_elsewhere_is_upgraded(
    agency: str, agency_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    database = Database(agency_database())
    where = [LIBRARY / "versions", ROOT / "services" / agency / "migrations"]
    async with database.engine.connect() as connection:
        assert not await upgrading.is_current(connection, where)
    await database.migrate(where, LIBRARY)
    async with database.engine.connect() as connection:
        assert await upgrading.is_current(connection, where)
        (tmp_path / "next.py").write_text('revision = "next"\ndown_revision = None\n')
        assert not await upgrading.is_current(connection, [*where, tmp_path])

    def refused(*_: object) -> None:
        raise AssertionError("it is there already")

    monkeypatch.setattr(upgrading, "upgrade", refused)
    await database.migrate(where, LIBRARY)
    await database.close()
