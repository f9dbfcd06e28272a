"""The register's tables: family cards, residents, deeds; citizens' proposals and the decisions on them."""

from sekali.migrations import run

revision = "population_0001"
down_revision = None
branch_labels = ("population",)
depends_on = "sekali_0001"

TABLES = """
create table family_card (
    card_id uuid primary key,
    kk_number text not null,
    street text not null,
    rt text,
    rw text,
    village_code text not null,
    district_code text not null,
    regency_code text not null,
    province_code text not null,
    postal_code text,
    constraint family_card_kk_number unique (kk_number)
);
comment on table family_card is 'The address is the card''s. A card without living members stays: its number is used.';

create table resident (
    resident_id uuid primary key,
    version bigint not null check (version >= 1),
    standing text not null,
    registered_at timestamptz not null,
    card_id uuid not null references family_card,
    nik text not null,
    full_name text not null,
    sex text not null,
    life text not null,
    died_on date,
    birth_date date not null,
    birth_place text,
    religion text not null,
    marital_status text not null,
    occupation text,
    nationality text not null,
    relationship text not null,
    mother_name text,
    spouse_id uuid,
    duplicate_of uuid,
    change_kind text not null,
    change_on date,
    constraint resident_nik unique (nik)
);
create index resident_card on resident (card_id);
comment on column resident.version is 'Rises by one with every locked change; the order on the bus is judged by it.';

create table deed (
    deed_id uuid primary key,
    kind text not null,
    effective_on date,
    officer text not null,
    document jsonb,
    reason text,
    residents uuid[] not null,
    recorded_at timestamptz not null
);
create index deed_residents on deed using gin (residents);
comment on table deed is 'On what ground a record was changed, and by whom. It never leaves the register.';

create table proposal (
    correction_id uuid primary key,
    version bigint not null,
    gone boolean not null default false,
    as_of timestamptz,
    heard_at timestamptz,
    standing text,
    said_at timestamptz,
    resident_id uuid,
    field text,
    proposed text,
    seen_version bigint
);
create index proposal_open on proposal (said_at) where standing = 'OPEN';
comment on table proposal is 'The copy of portal.correction.v1.';

create table decision (
    correction_id uuid primary key,
    decision text not null,
    reason_code text,
    officer text not null,
    decided_at timestamptz not null
);
"""


def upgrade() -> None:
    run(TABLES)


def downgrade() -> None:
    run("drop table decision, proposal, deed, resident, family_card")
