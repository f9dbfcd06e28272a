"""The tables. The shapes equal the migrations', which a test compares."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    any_,
    false,
    literal,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

metadata = MetaData()
MOMENT = DateTime(timezone=True)
PLACE = ("street", "village_code", "district_code", "regency_code", "province_code", "postal_code")
ANSWERS = "What the citizen gave here; facts of other owners are not kept again."
FACTS = "Topic -> version of the copy that filled the form."
QUESTIONS = "Each question to tax; only the answer to an application's latest one decides."
ACTS = "The case file: who did what and why; its free text never leaves this agency."


def among(column: Column[Any], ids: Iterable[Any]) -> ColumnElement[bool]:
    """`column in ids` by one array: a list of parameters ends at 32,767."""
    return column == any_(literal(list(ids), ARRAY(UUID)))


def _copy(name: str, key: str, *columns: Column[Any]) -> Table:
    """A table that a projection keeps; version 0 is a placeholder that only locks."""
    return Table(
        name,
        metadata,
        Column(key, UUID, primary_key=True),
        Column("version", BigInteger, nullable=False),
        Column("gone", Boolean, nullable=False, server_default=false()),
        Column("as_of", MOMENT),
        Column("heard_at", MOMENT),
        *columns,
    )


def _texts(*names: str, nullable: bool = True) -> list[Column[Any]]:
    return [Column(name, Text, nullable=nullable) for name in names]


resident = _copy(
    "resident", "resident_id",
    *_texts("standing", "nik", "full_name", "sex", "life_status"),
    Column("birth_date", Date),
    *_texts(*PLACE),
)  # fmt: skip

Index("resident_nik", resident.c.nik, postgresql_where=resident.c.nik.is_not(None))

contact = _copy("contact", "resident_id", *_texts("email", "mobile"))

taxpayer = _copy("taxpayer", "resident_id", *_texts("npwp", "status"))

nib = Table(
    "nib",
    metadata,
    Column("resident_id", UUID, primary_key=True),
    Column("nib", Text, nullable=False),
    Column("issued_at", MOMENT, nullable=False),
    UniqueConstraint("nib", name="nib_unique"),
)

licence = Table(
    "licence",
    metadata,
    Column("licence_id", UUID, primary_key=True),
    Column("holder_id", UUID, ForeignKey("nib.resident_id"), nullable=False),
    *_texts("nib", "status", nullable=False),
    Column("resumes_as", Text),
    *_texts("kbli_version", "kbli_code", "scale", "risk", nullable=False),
    Column("documents", JSONB, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("trade_name", Text, nullable=False),
    Column("employee_count", Integer, nullable=False),
    *_texts(*PLACE[:-1], nullable=False),
    Column("postal_code", Text),
    Column("place_key", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("said_at", MOMENT, nullable=False),
    Column("verified_on", Date),
    Column("verified_by", Text),
)
# One activity at one place is licensed once to one holder, unless the licence was revoked.
Index(
    "licence_once", licence.c.holder_id, licence.c.kbli_version, licence.c.kbli_code, licence.c.place_key,
    unique=True, postgresql_where=text("status <> 'DICABUT'"),
)  # fmt: skip

application = Table(
    "application",
    metadata,
    Column("application_id", UUID, primary_key=True),
    Column("submission_id", UUID, nullable=False),
    Column("resident_id", UUID, nullable=False),
    Column("licence_id", UUID, ForeignKey("licence.licence_id"), nullable=False),
    Column("status", Text, nullable=False),
    Column("steps", JSONB, nullable=False),
    Column("clock", Text, nullable=False),
    Column("due_on", Date),
    Column("days_left", Integer, nullable=False),
    Column("next_actor", Text, nullable=False),
    Column("reason_code", Text),
    Column("kswp", Text, nullable=False),
    Column("kswp_request_id", UUID),
    Column("kswp_asked_at", MOMENT),
    Column("kswp_check_due", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("said_at", MOMENT, nullable=False),
    Column("ended_at", MOMENT),
    Column("buried_at", MOMENT),
    Column("answers", JSONB, nullable=False, comment=ANSWERS),
    Column("facts", JSONB, nullable=False, comment=FACTS),
    Column("receipt", JSONB, nullable=False),
    UniqueConstraint("submission_id", name="application_submitted_once"),
    UniqueConstraint("licence_id", name="application_for_one_licence"),
)
Index("application_to_check", application.c.application_id, postgresql_where=application.c.kswp_check_due)
Index("application_resident", application.c.resident_id)
Index("application_open", application.c.status, application.c.due_on, postgresql_where=text("ended_at is null"))
Index("application_ended", application.c.ended_at, postgresql_where=text("buried_at is null"))

kswp_request = Table(
    "kswp_request",
    metadata,
    Column("request_id", UUID, primary_key=True),
    Column("application_id", UUID, ForeignKey("application.application_id"), nullable=False),
    Column("requested_at", MOMENT, nullable=False),
    Column("result", Text),
    Column("reason_code", Text),
    Column("answered_at", MOMENT),
    Column("heard_at", MOMENT),
    comment=QUESTIONS,
)
Index("kswp_request_application", kswp_request.c.application_id)

act = Table(
    "act",
    metadata,
    Column("act_id", BigInteger, primary_key=True),
    Column("application_id", UUID, ForeignKey("application.application_id"), nullable=False),
    Column("actor", Text, nullable=False),
    Column("deed", Text, nullable=False),
    Column("reason_code", Text),
    Column("reason", Text),
    Column("done_at", MOMENT, nullable=False),
    comment=ACTS,
)
Index("act_application", act.c.application_id)
