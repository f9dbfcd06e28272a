"""The portal's tables: contact, corrections, submissions under way, tracker, copies."""

from alembic import op

revision = "portal_0001"
down_revision = None
branch_labels = ("portal",)
depends_on = "sekali_0001"

RESIDENT = """
create table resident (
    resident_id uuid primary key,
    version bigint not null,
    gone boolean not null default false,
    as_of timestamptz,
    heard_at timestamptz,
    standing text
)
"""

CONTACT = """
create table contact (
    resident_id uuid primary key,
    version bigint not null,
    gone boolean not null default false,
    said_at timestamptz,
    email text,
    mobile text
)
"""

CORRECTION = """
create table correction (
    correction_id uuid primary key,
    version bigint not null,
    gone boolean not null default false,
    said_at timestamptz not null,
    resident_id uuid,
    topic text,
    field text,
    seen_version bigint,
    proposed text,
    closed_at timestamptz,
    decision text,
    reason_code text,
    decided_at timestamptz
)
"""

SUBMISSION = """
create table submission (
    submission_id uuid primary key,
    resident_id uuid not null,
    agency text not null,
    form text not null,
    answers jsonb not null,
    traceparent text,
    kept_at timestamptz not null,
    attempts integer not null default 0,
    next_attempt_at timestamptz not null,
    detail text
)
"""

OUTCOME = """
create table outcome (
    submission_id uuid primary key,
    resident_id uuid not null,
    agency text not null,
    form text not null,
    state text not null,
    application_id uuid,
    counts jsonb,
    problem jsonb,
    settled_at timestamptz not null
)
"""

DECLARATION = """
create table declaration (
    agency text not null,
    form text not null,
    boxes jsonb not null,
    fetched_at timestamptz not null,
    primary key (agency, form)
)
"""

APPLICATION = """
create table application (
    application_id uuid primary key,
    version bigint not null,
    gone boolean not null default false,
    as_of timestamptz,
    heard_at timestamptz,
    agency text,
    resident_id uuid,
    service text,
    status text,
    steps jsonb,
    due_on date,
    clock text,
    next_actor text,
    reason_code text
)
"""

INDEXES = (
    "create index correction_resident on correction (resident_id)",
    "create index correction_closed on correction (closed_at) where not gone",
    "create index submission_due on submission (next_attempt_at)",
    "create index submission_resident on submission (resident_id)",
    "create index application_resident on application (resident_id)",
)


def upgrade() -> None:
    for statement in (RESIDENT, CONTACT, CORRECTION, SUBMISSION, OUTCOME, DECLARATION, APPLICATION, *INDEXES):
        op.execute(statement)


def downgrade() -> None:
    for table in ("application", "declaration", "outcome", "submission", "correction", "contact", "resident"):
        op.execute(f"drop table {table}")
