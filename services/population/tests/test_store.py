"""The declared tables are those that the migrations make."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from services.population.store import metadata
from services.population.tests.office import Office


async def test_the_tables_equal_the_migrations(office: Office) -> None:
    async with office.bus.database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_column_that_the_migrations_lack_is_noticed(office: Office) -> None:
    async with office.bus.database.engine.connect() as connection:
        await connection.execute(text("alter table resident drop column mother_name"))
        assert any("mother_name" in str(one) for one in await connection.run_sync(differences))
        await connection.rollback()


def differences(connection: Connection) -> list[object]:
    """Comments and indexes live in the SQL only; the library's own tables are not ours."""
    own = set(metadata.tables)
    options = {
        "compare_type": True,
        "include_object": lambda _o, name, kind, *_: kind not in ("table", "index") or name in own,
    }
    found = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    return [one for one in found if "comment" not in str(one) and "index" not in str(one)]
