"""A person's row of an agency's own copy, read by the driver in the form's own transaction."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from enum import Enum as Choice
from uuid import UUID

import pytest
from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Enum, MetaData, Table, Text, Uuid, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.database import Database, is_worth_retrying
from sekali.doors.problems import from_unexpected
from sekali.lookup import Lookup

SITI = UUID("01890000-0000-7000-8000-000000000001")
NOBODY = UUID("01890000-0000-7000-8000-000000000002")
PERSON = Table(
    "person", MetaData(), Column("person_id", Uuid, primary_key=True), Column("version", BigInteger, nullable=False),
    Column("gone", Boolean, nullable=False), Column("full_name", Text), Column("birth_date", Date),
    Column("as_of", DateTime(timezone=True)), Column("answers", JSONB),
)  # fmt: skip
COPY = Lookup(PERSON, ~PERSON.c.gone)
ROW = {
    "person_id": SITI, "version": 3, "gone": False, "full_name": "SITI CONTOH", "birth_date": date(1990, 2, 28),
    "as_of": datetime(2026, 11, 23, 8, tzinfo=UTC), "answers": {"pets": [1, None]},
}  # fmt: skip


class Sex(Choice):
    FEMALE = "F"


@pytest.fixture
async def database(agency_database: Callable[[], str]) -> AsyncIterator[Database]:
    made = Database(agency_database())
    async with made.engine.begin() as connection:
        await connection.run_sync(PERSON.metadata.create_all)
    yield made
    await made.close()


async def _siti(session: AsyncSession, **changed: object) -> None:
    await session.execute(insert(PERSON).values(ROW | changed))


async def test_a_form_reads_what_its_own_transaction_has_written_and_nobody_else_does(database: Database) -> None:
    async with database.transaction() as session, database.transaction() as other:
        await _siti(session)
        assert await COPY.row(session, SITI) == ROW
        assert await COPY.row(other, SITI) is None
        assert await COPY.row(session, NOBODY) is None


async def test_the_driver_gives_what_sqlalchemy_gives(database: Database) -> None:
    async with database.transaction() as session:
        await _siti(session, birth_date=None)
        as_sqlalchemy = (await session.execute(select(PERSON))).mappings().one()
        assert await COPY.row(session, SITI) == dict(as_sqlalchemy)


@pytest.mark.parametrize("changed", [{"version": 0}, {"gone": True}])
async def test_a_row_that_does_not_count_is_none(database: Database, changed: dict[str, object]) -> None:
    async with database.transaction() as session:
        await _siti(session, **changed)
        assert await COPY.row(session, SITI) is None


async def test_what_is_written_behind_a_first_reading_is_undone_with_its_transaction(database: Database) -> None:
    with pytest.raises(KeyError):
        async with database.transaction() as session:
            assert await COPY.row(session, SITI) is None
            await _siti(session)
            assert await COPY.row(session, SITI) == ROW
            raise KeyError
    async with database.transaction() as session:
        assert await COPY.row(session, SITI) is None


async def test_a_server_that_ends_the_connection_answers_503_and_the_next_form_is_filled(database: Database) -> None:
    with pytest.raises(Exception) as ended:  # the driver's or SQLAlchemy's, whoever saw it first
        async with database.transaction() as session:
            await _siti(session)
            connection = await (await session.connection()).get_raw_connection()
            driver = connection.driver_connection
            assert driver is not None
            driver.terminate()
            await COPY.row(session, SITI)
    assert is_worth_retrying(ended.value)
    assert from_unexpected(ended.value).status == 503
    async with database.transaction() as session:
        assert await COPY.row(session, SITI) is None


def test_a_column_that_sqlalchemy_would_change_on_its_way_is_refused_by_name() -> None:
    table = Table("person", MetaData(), Column("person_id", Uuid, primary_key=True), Column("sex", Enum(Sex)))
    with pytest.raises(TypeError, match=r"person\.sex"):
        Lookup(table)
