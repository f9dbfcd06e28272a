from collections.abc import Callable

from confluent_kafka.admin import AdminClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine


async def test_a_fresh_database_answers_its_own_role(agency_database: Callable[[], str]) -> None:
    engine = create_async_engine(agency_database())
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT current_user = current_database()"))
    await engine.dispose()


def test_the_administrator_reaches_kafka(kafka_admin: AdminClient) -> None:
    assert len(kafka_admin.list_topics(timeout=5).brokers) == 1
