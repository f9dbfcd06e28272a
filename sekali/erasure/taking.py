"""Taking an agency's own records of a person out of its tables, as they stand, whatever columns they have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import TextClause
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class Taken:
    """A record with all that belongs to it. `buried`: its tombstone has been said already."""

    record: str
    key: UUID
    version: int
    buried: bool
    content: str = field(repr=False)


async def take_out(
    session: AsyncSession, person: UUID, records: Mapping[str, TextClause], deletes: Sequence[TextClause]
) -> list[Taken]:
    """Reads the records, then deletes. The caller holds the person's copy row, which every use case locks first.

    `records`: kind -> question for key, version, buried and content (JSON text), which locks its rows.
    All of them know the person as `:person`.
    """
    taken: list[Taken] = []
    for record, question in records.items():
        found = (await session.execute(question, {"person": person})).all()
        taken += [Taken(record, row.key, row.version, row.buried, row.content) for row in found]
    for statement in deletes:
        await session.execute(statement, {"person": person})
    return taken
