"""A database with one table of numbers, for what is written, undone and left over."""

from sqlalchemy import text

from sekali.database import Database


async def opened(url: str) -> Database:
    made = Database(url)
    async with made.transaction() as session:
        await session.execute(text("create table note (number int primary key)"))
    return made


async def noted(notebook: Database) -> list[int]:
    """All that is committed, in order."""
    async with notebook.transaction() as session:
        return list((await session.execute(text("select number from note order by 1"))).scalars())
