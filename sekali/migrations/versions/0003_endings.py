"""Endings: whose purpose is over, what is held and until when, who was erased."""

from sekali.migrations import run

revision = "sekali_0003"
down_revision = "sekali_0002"
branch_labels = None
depends_on = None

TABLES = """
create table purpose_ended (
    topic text not null,
    key uuid not null,
    since timestamptz not null,
    primary key (topic, key)
);
comment on table purpose_ended is 'Rows of copies whose purpose is over; the contract''s days count from since.';

create table contract_seen (
    topic text primary key,
    retention_days int not null,
    valid_until date,
    missing_since timestamptz
);
comment on table contract_seen is 'What each contract said when seen last; since when its file is missing.';

create table erasure (
    topic text not null,
    key uuid not null,
    version bigint not null,
    erased_at timestamptz not null,
    cleared jsonb not null,
    primary key (topic, key)
);
create index erasure_key on erasure (key);
comment on table erasure is 'Who was erased here, and how many rows of what went; nothing of them is taken any more.';

create table own_grave (
    topic text not null,
    key uuid not null,
    version bigint not null,
    primary key (topic, key)
);
comment on table own_grave is 'Tombstones of own records whose rows are gone, for a relay that mends its log.';

create table legal_hold (
    hold_id uuid primary key default gen_random_uuid(),
    record text not null,
    key uuid not null,
    person uuid not null,
    article text not null,
    until date not null,
    held_at timestamptz not null,
    content jsonb not null,
    unique (record, key)
);
create index legal_hold_person on legal_hold (person);
create index legal_hold_until on legal_hold (until);
comment on table legal_hold is 'What a law makes the agency keep of the erased, locked away until its end date.';

create table legal_hold_opening (
    hold_id uuid not null,
    officer text not null,
    article text not null,
    reason text not null,
    opened_at timestamptz not null
);
comment on table legal_hold_opening is 'Who opened a held record, under which article and why.';

create table erasure_receipt (
    topic text not null,
    key uuid not null,
    agency text not null,
    confirmed_at timestamptz,
    cleared jsonb,
    holds jsonb,
    primary key (topic, key, agency)
);
create index erasure_receipt_missing on erasure_receipt (key) where confirmed_at is null;
comment on table erasure_receipt is 'At the owner: who has confirmed an erasure, with what was cleared and is held.';

create table log_beat (
    topic text primary key,
    beaten_at timestamptz not null
);
comment on table log_beat is 'When an own state topic was last written to only so that its segments roll.';
"""

NAMES = "log_beat, erasure_receipt, legal_hold_opening, legal_hold, own_grave, erasure, contract_seen, purpose_ended"


def upgrade() -> None:
    run(TABLES)


def downgrade() -> None:
    run(f"drop table {NAMES}")
