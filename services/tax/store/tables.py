"""The tables. The shapes equal the migrations', which a test compares."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    any_,
    false,
    literal,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData()
MOMENT = DateTime(timezone=True)


def among(column: Column[Any], keys: Iterable[UUID]) -> ColumnElement[bool]:
    """The column is one of the keys. One array parameter: a batch may bring more keys than a statement has places."""
    return column == any_(literal(list(keys), ARRAY(Uuid)))


def _copy(name: str, key: str, *columns: Column[object]) -> Table:
    """A table that a projection keeps; version 0 is a placeholder that only locks."""
    return Table(
        name,
        metadata,
        Column(key, Uuid, primary_key=True),
        Column("version", BigInteger, nullable=False),
        Column("gone", Boolean, nullable=False, server_default=false()),
        Column("as_of", MOMENT),
        Column("heard_at", MOMENT),
        *columns,
    )


def _texts(*names: str) -> list[Column[object]]:
    return [Column(name, Text) for name in names]


resident = _copy(
    "resident", "resident_id",
    *_texts("standing", "life_status", "nik", "full_name", "sex", "birth_place"),
    Column("birth_date", Date),
    *_texts("street", "rt", "rw", "village_code", "district_code", "regency_code", "province_code", "postal_code"),
    *_texts("religion", "marital_status", "occupation", "nationality", "kk_number", "relationship", "mother_name"),
)  # fmt: skip

licence = _copy(
    "licence", "licence_id",
    Column("holder_id", Uuid),
    *_texts("status", "kbli_version", "kbli_code"),
    Column("issued_on", Date),
    Column("trade_name", Text),
    Column("employee_count", Integer),
    *_texts("street", "village_code", "district_code", "regency_code", "province_code", "postal_code"),
)  # fmt: skip
Index("licence_holder", licence.c.holder_id)

contact = _copy("contact", "resident_id", *_texts("email", "mobile"))

taxpayer = Table(
    "taxpayer",
    metadata,
    Column("resident_id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("npwp", Text),
    Column("registered_name", Text),
    Column("activated_on", Date, nullable=False),
    Column("category", Text, nullable=False),
    Column("marital_status", Text),
    Column("relationship", Text),
    Column("heard_version", BigInteger, nullable=False),
    Column("next_serial", Integer, nullable=False),
    Column("name_held", Boolean, nullable=False, server_default=false()),
    Column("said_at", MOMENT, nullable=False),
    Column("declared", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
)

Index("taxpayer_npwp", taxpayer.c.npwp)

nitku = Table(
    "nitku",
    metadata,
    Column("resident_id", Uuid, primary_key=True),
    Column("serial", Integer, primary_key=True),
    Column("licence_id", Uuid),
    Column("given_at", MOMENT, nullable=False),
    UniqueConstraint("licence_id", name="nitku_one_for_each_licence"),
)

task = Table(
    "task",
    metadata,
    Column("task_id", Uuid, primary_key=True, server_default=text("gen_random_uuid()")),
    Column("resident_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("opened_at", MOMENT, nullable=False),
    Column("closed_at", MOMENT),
    Column("outcome", Text),
    UniqueConstraint("resident_id", "kind", "cause", name="task_once_for_each_cause"),
)
Index("task_one_open", task.c.resident_id, task.c.kind, unique=True, postgresql_where=task.c.closed_at.is_(None))

reminder = Table(
    "reminder",
    metadata,
    Column("resident_id", Uuid, primary_key=True),
    Column("tax_year", Integer, primary_key=True),
    Column("due_on", Date, nullable=False),
)

act = Table(
    "act",
    metadata,
    Column("act_id", BigInteger, Identity(always=True), primary_key=True),
    Column("resident_id", Uuid, nullable=False),
    Column("officer", Text, nullable=False),
    Column("deed", Text, nullable=False),
    Column("about", Text),
    Column("reason", Text),
    Column("once", Uuid),
    Column("done_at", MOMENT, nullable=False),
    UniqueConstraint("once", name="act_once"),
    comment="Who did what and why; its free text never leaves this agency.",
)
Index("act_resident", act.c.resident_id)

tax_return = Table(
    "tax_return",
    metadata,
    Column("resident_id", Uuid, primary_key=True),
    Column("tax_year", Integer, primary_key=True),
    Column("state", Text, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", MOMENT, nullable=False),
)

kswp_answer = Table(
    "kswp_answer",
    metadata,
    Column("request_id", Uuid, primary_key=True),
    Column("resident_id", Uuid, nullable=False),
    Column("service", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("reason_code", Text),
    Column("requested_at", MOMENT, nullable=False),
    Column("answered_at", MOMENT, nullable=False),
)
Index("kswp_answer_resident", kswp_answer.c.resident_id)

application = Table(
    "application",
    metadata,
    Column("application_id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("resident_id", Uuid, nullable=False),
    Column("submission_id", Uuid, nullable=False),
    Column("service", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("steps", JSONB, nullable=False),
    Column("said_at", MOMENT, nullable=False),
    Column("ended_at", MOMENT),
    Column("receipt", JSONB, nullable=False),
    Column("buried", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("submission_id", name="application_submitted_once"),
)
Index("application_resident", application.c.resident_id)
Index("application_ended", application.c.ended_at, postgresql_where=~application.c.buried)
