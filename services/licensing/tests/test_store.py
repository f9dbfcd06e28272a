"""The declared tables are those that the migrations make."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from services.licensing.store import metadata
from services.licensing.tests.office import Office


async def test_the_tables_equal_the_migrations(office: Office) -> None:
    def differences(connection: Connection) -> list[object]:
        own = set(metadata.tables)
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "include_object": lambda _o, name, kind, *_: kind != "table" or name in own},
        )
        return list(compare_metadata(context, metadata))

    async with office.database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
