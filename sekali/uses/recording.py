"""Saying what is shown to whom; written as the last act of the transaction that read it, before anybody gets an answer.

Last, because whoever appends holds the head of the chain until the commit: so appenders wait for each other only for
that moment, and never while they hold it for a lock of the business.
"""

import dataclasses
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol, cast
from uuid import UUID

import uuid_utils.compat as uuids
from sqlalchemy import insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import metrics
from sekali.contracts import Catalogue, fingerprint
from sekali.database import before_commit, is_worth_retrying, now
from sekali.errors import Problem, SekaliError
from sekali.outbox import WRITER, Writer
from sekali.uses.chain import Entry, chained
from sekali.uses.tables import use_entry, use_head

logger = logging.getLogger(__name__)

Way = Literal["PREFILL", "DISCLOSE", "VERIFY"]
PREFILL: Final = "PREFILL"
DISCLOSE: Final = "DISCLOSE"
VERIFY: Final = "VERIFY"
Shown = Mapping[str, Collection[str]]
"""Topic -> dotted fields whose values are shown, or compared."""

_PENDING = "sekali.uses.pending"
_NO_ACT = UUID(int=0)


class NotRecorded(Problem):
    """The use could not be written down, so nothing may be shown."""

    def __init__(self) -> None:
        super().__init__(
            503, "use-not-recorded", "The use cannot be recorded",
            "Every use of a person's data is recorded before it is shown. That cannot be done now, so nothing is "
            "shown. Please try again later.",
            detail_id="Setiap penggunaan data pribadi dicatat sebelum data ditampilkan. Pencatatan sedang tidak dapat "
            "dilakukan, jadi tidak ada yang ditampilkan. Silakan coba lagi nanti.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Who:
    """Who uses. `agency` None: the agency whose database this is."""

    kind: Literal["CITIZEN", "OFFICER", "AGENCY"]
    agency: str | None = None
    officer: str | None = field(default=None, repr=False)


CITIZEN: Final = Who("CITIZEN")
"""The person themself, at this agency's door."""


def by_officer(name: str) -> Who:
    """An officer of this agency."""
    return Who("OFFICER", officer=name)


def by_agency(agency: str) -> Who:
    """Another agency's service."""
    return Who("AGENCY", agency=agency)


class Texts(Protocol):
    """A text in both languages, as a form's title."""

    @property
    def id(self) -> str: ...

    @property
    def en(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Purpose:
    """What an owner uses its own facts for: no contract says it."""

    id: str
    en: str
    legal_basis: str | None = None


def record(
    session: AsyncSession, who: Who, resident_id: UUID, shown: Shown, *, way: Way = DISCLOSE,
    own: Purpose | None = None,
) -> None:  # fmt: skip
    """Record a use in the transaction that reads; if it cannot be written, that transaction fails and so does the door.

    Purpose, legal basis and agreement come from the user's contract on the topic, or from `own` where the user owns it.
    Topics without a field shown are no use. Raises SekaliError outside a transaction and without contract.
    """
    if not session.in_transaction():
        raise SekaliError("A use is recorded in the transaction that reads what is shown, before it ends.")
    writer = cast(Writer, session.info[WRITER])
    user = who.agency or writer.agency
    draft = Entry(
        number=0, act=_NO_ACT, at=now(session), kind=who.kind, agency=user, officer=who.officer,
        resident_id=resident_id, topic="", fields=(), way=way, purpose_id="", purpose_en="", legal_basis=None,
        agreement=None, contract=None,
    )  # fmt: skip
    pending: list[Entry] = session.info.setdefault(_PENDING, [])
    for topic in sorted(shown):
        if shown[topic]:
            fields = tuple(sorted(set(shown[topic])))
            grounded = _grounded(draft, writer.catalogue, topic, own)
            pending.append(dataclasses.replace(grounded, topic=topic, fields=fields))
    if pending:
        before_commit(session, _append)


def has_ground(session: AsyncSession, topic: str) -> bool:
    """Whether this agency has a contract on the topic; a copy that outlived its contract may not be shown."""
    writer = cast(Writer, session.info[WRITER])
    return (writer.agency, topic) in writer.catalogue.contracts


def opening(session: AsyncSession, resident_id: UUID) -> Callable[[Texts, Shown], None]:
    """What `Form.open` tells which facts it shows to the citizen; the purpose of own facts is the form's title."""

    def note(title: Texts, shown: Shown) -> None:
        record(session, CITIZEN, resident_id, shown, way=PREFILL, own=Purpose(title.id, title.en))

    return note


def filled(row: Mapping[Any, Any], columns: Mapping[str, str]) -> list[str]:
    """Dotted fields of a copy's row that hold something; `columns` as its projection declares them."""
    return [path for column, path in columns.items() if row[column] is not None]


def _grounded(draft: Entry, catalogue: Catalogue, topic: str, own: Purpose | None) -> Entry:
    """The entry with the purpose and legal basis that its agency uses the topic for."""
    user, card = draft.agency, catalogue.cards.get(topic)
    if card is not None and card.owner == user:
        if own is None:
            raise SekaliError(f"{user} uses its own {topic}: say what for, with uses.record(…, own=Purpose(…)).")
        return dataclasses.replace(draft, purpose_id=own.id, purpose_en=own.en, legal_basis=own.legal_basis)
    contract = catalogue.contracts.get((user, topic))
    if contract is None:
        raise SekaliError(f"{user} uses {topic} without a contract: add contracts/{user}/{topic}.avsc.")
    return dataclasses.replace(
        draft, purpose_id=contract.purpose["id"], purpose_en=contract.purpose["en"], legal_basis=contract.legal_basis,
        agreement=contract.agreement, contract=fingerprint(contract.schema),
    )  # fmt: skip


async def _append(session: AsyncSession) -> None:
    """The pending uses behind the head, which stays locked until the commit."""
    pending: list[Entry] = session.info.pop(_PENDING, [])
    holder, act = cast(Writer, session.info[WRITER]).agency, uuids.uuid7()
    try:
        number, last = (await session.execute(select(use_head.c.count, use_head.c.hash).with_for_update())).one()
        rows = []
        for entry in pending:
            number += 1
            placed = chained(holder, dataclasses.replace(entry, act=act), number, last)
            last = placed.hash
            rows.append({**dataclasses.asdict(placed), "fields": list(placed.fields)})
        await session.execute(insert(use_entry), rows)
        await session.execute(update(use_head).values(count=number, hash=last))
    except SQLAlchemyError as error:
        metrics.USES_NOT_RECORDED.inc(len(pending))
        if is_worth_retrying(error):
            raise
        logger.error("A use cannot be recorded, so nothing is shown: %s", type(error).__name__)  # noqa: TRY400
        raise NotRecorded from error
