"""The tables in code are the tables in the database."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from services.tax.store import metadata
from services.tax.tests.office import Office


async def test_the_migrations_make_the_tables_that_the_store_describes(office: Office) -> None:
    async with office.database.engine.connect() as connection:
        assert [found for found in await connection.run_sync(_differences) if "comment" not in str(found)] == []


async def test_a_column_that_no_migration_made_is_noticed(office: Office) -> None:
    async with office.database.engine.begin() as connection:
        await connection.execute(text("alter table taxpayer drop column category"))
        found = await connection.run_sync(_differences)
    assert [one for one in found if "category" in str(one)]


def _differences(connection: Connection) -> list[object]:
    """Comments live in the SQL only; the library's own tables are not ours."""
    own = set(metadata.tables)
    context = MigrationContext.configure(
        connection,
        opts={"include_object": lambda _o, name, kind, _r, _c: kind != "table" or name in own, "compare_type": True},
    )
    return list(compare_metadata(context, metadata))
