"""The tables that the code names are those that the migrations make."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from services.portal.store.tables import metadata
from services.portal.tests.office import Office


async def test_tables_equal_the_migrated_database(office: Office) -> None:
    async with office.database.engine.connect() as connection:
        differences = await connection.run_sync(_compare)
    assert differences == []


def _compare(connection: Connection) -> list[object]:
    ours = set(metadata.tables)
    options = {"compare_type": True, "include_name": lambda name, kind, _: kind != "table" or name in ours}
    found = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    return [one for one in found if not _is_index(one)]


def _is_index(difference: object) -> bool:
    """Indexes stand in the migrations only."""
    return isinstance(difference, tuple) and str(difference[0]).endswith("_index")
