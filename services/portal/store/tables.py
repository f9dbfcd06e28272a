"""What the portal keeps. The shapes equal the migrations', which a test compares."""

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Index, Integer, MetaData, Table, Text, false, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

metadata = MetaData()
MOMENT = DateTime(timezone=True)
V2_VERSION = "The version last said on portal.contact.v2; behind `version` where only v1 has it."
SHOWN = "Box -> a short keyed hash of the fact that the page showed: tells that it has changed, not what it was."
FOUND_WRONG = "What the agency found wrong: [{field, detail, detail_id}], never a value."
V1_BURIED = "The version of the tombstone on portal.contact.v1 after its sunset."


def _copied() -> list[Column[object]]:
    """The columns that a projection keeps its books in."""
    return [
        Column("version", BigInteger, nullable=False),
        Column("gone", Boolean, nullable=False, server_default=false()),
        Column("as_of", MOMENT),
        Column("heard_at", MOMENT),
    ]


resident = Table(
    "resident", metadata, Column("resident_id", UUID, primary_key=True), *_copied(), Column("standing", Text)
)

contact = Table(
    "contact",
    metadata,
    Column("resident_id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("gone", Boolean, nullable=False, server_default=false()),
    Column("said_at", MOMENT),
    Column("email", Text),
    Column("mobile", Text),
    Column("v2_version", BigInteger, nullable=False, server_default=text("0"), comment=V2_VERSION),
    Column("v1_buried", BigInteger, comment=V1_BURIED),
)
Index("contact_behind", contact.c.resident_id, postgresql_where=text("v2_version < version"))
Index("contact_on_v1", contact.c.resident_id, postgresql_where=text("v1_buried is null and not gone"))

correction = Table(
    "correction",
    metadata,
    Column("correction_id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("gone", Boolean, nullable=False, server_default=false()),
    Column("said_at", MOMENT, nullable=False),
    Column("resident_id", UUID),
    Column("topic", Text),
    Column("field", Text),
    Column("seen_version", BigInteger),
    Column("proposed", Text),
    Column("closed_at", MOMENT),
    Column("decision", Text),
    Column("reason_code", Text),
    Column("decided_at", MOMENT),
)

submission = Table(
    "submission",
    metadata,
    Column("submission_id", UUID, primary_key=True),
    Column("resident_id", UUID, nullable=False),
    Column("agency", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("answers", JSONB, nullable=False),
    Column("traceparent", Text),
    Column("kept_at", MOMENT, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_attempt_at", MOMENT, nullable=False),
    Column("detail", Text),
    Column("not_heard_since", MOMENT),
)

draft = Table(
    "draft",
    metadata,
    Column("submission_id", UUID, primary_key=True),
    Column("resident_id", UUID, nullable=False),
    Column("agency", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("answers", JSONB, nullable=False),
    Column("shown", JSONB, nullable=False, comment=SHOWN),
    Column("checked", Boolean, nullable=False, server_default=false()),
    Column("sent", Boolean, nullable=False, server_default=false()),
    Column("fields", JSONB, comment=FOUND_WRONG),
    Column("saved_at", MOMENT, nullable=False),
)
Index("draft_resident", draft.c.resident_id, draft.c.agency, draft.c.form)
Index("draft_saved", draft.c.saved_at)

outcome = Table(
    "outcome",
    metadata,
    Column("submission_id", UUID, primary_key=True),
    Column("resident_id", UUID, nullable=False),
    Column("agency", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("application_id", UUID),
    Column("counts", JSONB),
    Column("receipt", JSONB),
    Column("problem", JSONB),
    Column("settled_at", MOMENT, nullable=False),
)

declaration = Table(
    "declaration",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("form", Text, primary_key=True),
    Column("boxes", JSONB, nullable=False),
    Column("fetched_at", MOMENT, nullable=False),
)

application = Table(
    "application",
    metadata,
    Column("application_id", UUID, primary_key=True),
    *_copied(),
    Column("agency", Text),
    Column("resident_id", UUID),
    Column("service", Text),
    Column("status", Text),
    Column("steps", JSONB),
    Column("due_on", Date),
    Column("clock", Text),
    Column("next_actor", Text),
    Column("reason_code", Text),
)
