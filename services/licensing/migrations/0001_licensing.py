"""Copies of residents, contacts and taxpayers; NIBs, licences, applications, questions to tax, case files."""

from sekali.migrations import run

revision = "licensing_0001"
down_revision = None
branch_labels = ("licensing",)
depends_on = "sekali_0001"

TABLES = """
create table resident (
    resident_id uuid primary key,
    version bigint not null,
    gone boolean not null default false,
    as_of timestamptz,
    heard_at timestamptz,
    standing text,
    nik text,
    full_name text,
    sex text,
    life_status text,
    birth_date date,
    street text,
    village_code text,
    district_code text,
    regency_code text,
    province_code text,
    postal_code text
);
create table contact (
    resident_id uuid primary key,
    version bigint not null,
    gone boolean not null default false,
    as_of timestamptz,
    heard_at timestamptz,
    email text,
    mobile text
);
create table taxpayer (
    resident_id uuid primary key,
    version bigint not null,
    gone boolean not null default false,
    as_of timestamptz,
    heard_at timestamptz,
    npwp text,
    status text
);
create table nib (
    resident_id uuid primary key,
    nib text not null constraint nib_unique unique check (nib ~ '^[0-9]{13}$'),
    issued_at timestamptz not null
);
create table licence (
    licence_id uuid primary key,
    holder_id uuid not null references nib (resident_id),
    nib text not null,
    status text not null,
    resumes_as text,
    kbli_version text not null,
    kbli_code text not null,
    scale text not null,
    risk text not null,
    documents jsonb not null,
    issued_on date not null,
    trade_name text not null,
    employee_count integer not null,
    street text not null,
    village_code text not null,
    district_code text not null,
    regency_code text not null,
    province_code text not null,
    postal_code text,
    place_key text not null,
    version bigint not null,
    said_at timestamptz not null
);
create unique index licence_once on licence (holder_id, kbli_version, kbli_code, place_key)
    where status <> 'DICABUT';
create table application (
    application_id uuid primary key,
    submission_id uuid not null constraint application_submitted_once unique,
    resident_id uuid not null,
    licence_id uuid not null constraint application_for_one_licence unique references licence (licence_id),
    status text not null,
    steps jsonb not null,
    clock text not null,
    due_on date,
    days_left integer not null,
    next_actor text not null,
    reason_code text,
    kswp text not null,
    kswp_request_id uuid,
    kswp_asked_at timestamptz,
    kswp_check_due boolean not null,
    version bigint not null,
    said_at timestamptz not null,
    ended_at timestamptz,
    buried_at timestamptz,
    answers jsonb not null,
    facts jsonb not null,
    receipt jsonb not null
);
create index application_to_check on application (application_id) where kswp_check_due;
create index application_resident on application (resident_id);
create index application_open on application (status, due_on) where ended_at is null;
create index application_ended on application (ended_at) where buried_at is null;
comment on column application.answers is 'What the citizen gave here; facts of other owners are not kept again.';
comment on column application.facts is 'Topic -> version of the copy that filled the form.';
create table kswp_request (
    request_id uuid primary key,
    application_id uuid not null references application (application_id),
    requested_at timestamptz not null,
    result text,
    reason_code text,
    answered_at timestamptz,
    heard_at timestamptz
);
create index kswp_request_application on kswp_request (application_id);
comment on table kswp_request is 'Each question to tax; only the answer to an application''s latest one decides.';
create table act (
    act_id bigint generated always as identity primary key,
    application_id uuid not null references application (application_id),
    actor text not null,
    deed text not null,
    reason_code text,
    reason text,
    done_at timestamptz not null
);
create index act_application on act (application_id);
comment on table act is 'The case file: who did what and why; its free text never leaves this agency.';
"""


def upgrade() -> None:
    run(TABLES)


def downgrade() -> None:
    run("drop table act, kswp_request, application, licence, nib, taxpayer, contact, resident")
