"""What a citizen is shown of the record (UU 27/2022 art. 31, 32)."""

from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.uses.chain import Entry
from sekali.uses.tables import use_entry

_SHOWN = (
    "number", "act", "at", "kind", "agency", "topic", "fields", "way", "purpose_id", "purpose_en", "legal_basis",
    "agreement", "contract",
)  # fmt: skip


async def of_resident(
    session: AsyncSession, resident_id: UUID, *, before: int | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """Uses of a person, newest first, those with a number below `before`.

    Each: {number, act, at, by: {kind, agency}, topic, fields, way, purpose: {id, en}, legal_basis, agreement,
    contract}. An officer's name stays with the agency, which answers for its officers.
    """
    wanted = select(*(use_entry.c[name] for name in _SHOWN)).where(use_entry.c.resident_id == resident_id)
    if before is not None:
        wanted = wanted.where(use_entry.c.number < before)
    rows = await session.execute(wanted.order_by(use_entry.c.number.desc()).limit(limit))
    return [_shown(row) for row in rows.mappings()]


async def every(session: AsyncSession, resident_id: UUID) -> AsyncIterator[Entry]:
    """All entries of a person, newest first, for an agency's own operator."""
    columns = (use_entry.c[name] for name in Entry.__dataclass_fields__)
    wanted = select(*columns).where(use_entry.c.resident_id == resident_id).order_by(use_entry.c.number.desc())
    async for row in (await session.stream(wanted)).mappings():
        yield Entry(**{str(name): value for name, value in row.items()})


def _shown(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "number": row["number"],
        "act": row["act"],
        "at": row["at"],
        "by": {"kind": row["kind"], "agency": row["agency"]},
        "topic": row["topic"],
        "fields": row["fields"],
        "way": row["way"],
        "purpose": {"id": row["purpose_id"], "en": row["purpose_en"]},
        "legal_basis": row["legal_basis"],
        "agreement": row["agreement"],
        "contract": row["contract"],
    }
