"""The record of uses: who saw or asked which facts of whom, when and why; a chain that cannot be rewritten unseen."""

from sekali.migrations import run

revision = "sekali_0002"
down_revision = "sekali_0001"
branch_labels = None
depends_on = None

# A line that ends with a semicolon ends a statement; inside functions the semicolons stand within the line.
TABLES = """
create table use_entry (
    number bigint primary key,
    act uuid not null,
    at timestamptz not null,
    kind text not null check (kind in ('CITIZEN', 'OFFICER', 'AGENCY')),
    agency text not null,
    officer text check ((officer is null) = (kind <> 'OFFICER')),
    resident_id uuid not null,
    topic text not null,
    fields text[] not null,
    way text not null check (way in ('PREFILL', 'DISCLOSE', 'VERIFY')),
    purpose_id text not null,
    purpose_en text not null,
    legal_basis text,
    agreement text,
    contract text,
    previous bytea not null,
    hash bytea not null
);
create index use_entry_resident on use_entry (resident_id, number desc);
comment on table use_entry is 'Who used which fields of whom, when and why; never a value. Append-only, hash-chained.';

create table use_head (
    single boolean primary key default true check (single),
    count bigint not null,
    hash bytea not null
);
insert into use_head (count, hash) values (0, decode(repeat('00', 32), 'hex'));
comment on table use_head is 'How long the chain is and its last hash; locked by whoever appends.';

create function use_refuse() returns trigger language plpgsql as
$$ begin raise exception 'The record of uses is append-only.' using errcode = 'restrict_violation'; end $$;
create trigger use_entry_append_only before update or delete on use_entry for each row execute function use_refuse();
create trigger use_entry_never_empty before truncate on use_entry for each statement execute function use_refuse();
create trigger use_head_never_gone before delete on use_head for each row execute function use_refuse();
create trigger use_head_never_empty before truncate on use_head for each statement execute function use_refuse();
create trigger use_head_only_rises before update on use_head for each row when (new.count <= old.count)
    execute function use_refuse();
"""


def upgrade() -> None:
    run(TABLES)


def downgrade() -> None:
    run("drop table use_entry, use_head;\ndrop function use_refuse()")
