"""The tax agency's tables: copies, register, places, tasks, returns, KSWP answers, applications."""

from sekali.migrations import run

revision = "tax_0001"
down_revision = None
branch_labels = ("tax",)
depends_on = "sekali_0001"

COPIES = """
create table resident (
    resident_id uuid primary key,
    version bigint not null,
    gone boolean not null default false,
    as_of timestamptz,
    heard_at timestamptz,
    standing text,
    life_status text,
    nik text,
    full_name text,
    sex text,
    birth_place text,
    birth_date date,
    street text,
    rt text,
    rw text,
    village_code text,
    district_code text,
    regency_code text,
    province_code text,
    postal_code text,
    religion text,
    marital_status text,
    occupation text,
    nationality text,
    kk_number text,
    relationship text,
    mother_name text
);
comment on table resident is 'Copy of population.resident.v1. Version 0: not heard yet, the row only locks.';

create table licence (
    licence_id uuid primary key,
    version bigint not null,
    gone boolean not null default false,
    as_of timestamptz,
    heard_at timestamptz,
    holder_id uuid,
    status text,
    kbli_version text,
    kbli_code text,
    issued_on date,
    trade_name text,
    employee_count integer,
    street text,
    village_code text,
    district_code text,
    regency_code text,
    province_code text,
    postal_code text
);
create index licence_holder on licence (holder_id);
comment on table licence is 'Copy of licensing.licence.v1.';

create table contact (
    resident_id uuid primary key,
    version bigint not null,
    gone boolean not null default false,
    as_of timestamptz,
    heard_at timestamptz,
    email text,
    mobile text
);
comment on table contact is 'Copy of portal.contact.v1.';
"""

REGISTER = """
create table taxpayer (
    resident_id uuid primary key,
    version bigint not null,
    status text not null check (status in ('AKTIF', 'NON_AKTIF', 'ENDED')),
    npwp text,
    registered_name text,
    activated_on date not null,
    category text not null,
    marital_status text,
    relationship text,
    heard_version bigint not null,
    next_serial integer not null,
    name_held boolean not null default false,
    said_at timestamptz not null,
    declared jsonb not null default '{}'::jsonb
);
comment on column taxpayer.heard_version is 'Version of the resident''s record that this row follows.';
comment on column taxpayer.declared is 'What only the taxpayer knows: the boxes that no other agency owns.';

create table nitku (
    resident_id uuid not null,
    serial integer not null check (serial between 0 and 999999),
    licence_id uuid,
    given_at timestamptz not null,
    primary key (resident_id, serial),
    constraint nitku_one_for_each_licence unique (licence_id)
);
comment on table nitku is 'The number itself is the NPWP and the serial; serial 0 is the home and has no licence.';

create table task (
    task_id uuid primary key default gen_random_uuid(),
    resident_id uuid not null,
    kind text not null,
    cause text not null,
    opened_at timestamptz not null,
    closed_at timestamptz,
    outcome text,
    constraint task_once_for_each_cause unique (resident_id, kind, cause)
);
create unique index task_one_open on task (resident_id, kind) where closed_at is null;

create table reminder (
    resident_id uuid not null,
    tax_year integer not null,
    due_on date not null,
    primary key (resident_id, tax_year)
);

create table tax_return (
    resident_id uuid not null,
    tax_year integer not null,
    state text not null check (state in ('FILED', 'DUE')),
    recorded_by text not null,
    recorded_at timestamptz not null,
    primary key (resident_id, tax_year)
);

create table kswp_answer (
    request_id uuid primary key,
    resident_id uuid not null,
    service text not null,
    result text not null,
    reason_code text,
    requested_at timestamptz not null,
    answered_at timestamptz not null
);
create index kswp_answer_resident on kswp_answer (resident_id);

create table application (
    application_id uuid primary key,
    version bigint not null,
    resident_id uuid not null,
    submission_id uuid not null,
    service text not null,
    status text not null,
    steps jsonb not null,
    said_at timestamptz not null,
    ended_at timestamptz,
    receipt jsonb not null,
    buried boolean not null default false,
    constraint application_submitted_once unique (submission_id)
);
create index application_resident on application (resident_id);
create index application_ended on application (ended_at) where not buried;
"""

TABLES = (
    "application", "kswp_answer", "tax_return", "reminder", "task", "nitku", "taxpayer",
    "contact", "licence", "resident",
)  # fmt: skip


def upgrade() -> None:
    run(COPIES)
    run(REGISTER)


def downgrade() -> None:
    run("drop table " + ", ".join(TABLES))
