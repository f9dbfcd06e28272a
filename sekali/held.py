"""Which facts of a person an agency holds: copies under its contracts, and what it owns itself. Never a value."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Column, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.contracts import Catalogue, Contract, fingerprint
from sekali.erasure import ERASURES, Erasures
from sekali.inbox import Projection
from sekali.outbox import WRITER, Writer

GONE = "gone"
AGENCY = "agency"
"""The column that says whose a row is, in a table that copies the same kind of topic of several agencies."""


async def copies_of(session: AsyncSession, resident_id: UUID) -> list[dict[str, Any]]:
    """A row for each copied record about the person, the last said first within a topic.

    {topic, owner, version, as_of, heard_at, fields: dotted, contract: {purpose, legal_basis, agreement,
    retention_days, valid_until, fingerprint}}. A copy that outlived its contract has `contract` null.
    """
    writer = cast(Writer, session.info[WRITER])
    erasures = cast(Erasures, session.info[ERASURES])
    found: list[dict[str, Any]] = []
    for projection, person in erasures.copies:
        table = projection.into
        wanted = select(table).where(person == resident_id, ~table.c.gone, table.c.version > 0)
        if AGENCY in table.c:
            wanted = wanted.where(table.c[AGENCY] == projection.topic.partition(".")[0])
        rows = await session.execute(wanted.order_by(table.c.as_of.desc()))
        contract = writer.catalogue.contracts.get((writer.agency, projection.topic))
        found += [_shown(writer.catalogue, projection, contract, row) for row in rows.mappings()]
    return found


Registers = Mapping[str, Column[Any]]
"""State topic that an agency says -> the column of its own table that names the person of a row."""


async def owned_of(session: AsyncSession, resident_id: UUID, registers: Registers) -> list[dict[str, Any]]:
    """The state topics that this agency says of the person now: {topic, tells: {id, en}}; never of anybody else."""
    writer = cast(Writer, session.info[WRITER])
    found: list[dict[str, Any]] = []
    for card in writer.catalogue.says(writer.agency):
        person = registers.get(card.topic)
        if card.kind == "state" and person is not None and await _stands(session, person, resident_id):
            found.append({"topic": card.topic, "tells": dict(card.tells)})
    return found


async def _stands(session: AsyncSession, person: Column[Any], resident_id: UUID) -> bool:
    """Whether a row of the person's stands: a grave that only keeps its version is none."""
    rows = select(person).where(person == resident_id)
    if GONE in person.table.c:
        rows = rows.where(~person.table.c[GONE])
    return bool(await session.scalar(select(exists(rows))))


def _shown(
    catalogue: Catalogue, projection: Projection, contract: Contract | None, row: Mapping[Any, Any]
) -> dict[str, Any]:
    card = catalogue.cards.get(projection.topic)
    return {
        "topic": projection.topic,
        "owner": card.owner if card else projection.topic.partition(".")[0],
        "version": row["version"],
        "as_of": row["as_of"],
        "heard_at": row["heard_at"],
        "fields": sorted(path for column, path in projection.columns.items() if row[column] is not None),
        "contract": None if contract is None else _ground(contract),
    }


def _ground(contract: Contract) -> dict[str, Any]:
    return {
        "purpose": dict(contract.purpose),
        "legal_basis": contract.legal_basis,
        "agreement": contract.agreement,
        "retention_days": contract.retention_days,
        "valid_until": contract.valid_until,
        "fingerprint": fingerprint(contract.schema),
    }
