"""When a subscriber last had all that a partition held; copies that are read anew after a long absence."""

from sekali.migrations import run

revision = "sekali_0009"
down_revision = "sekali_0008"
branch_labels = None
depends_on = None

# level_at is null for rows from before: when their copy last changed stands for it, once.
SCRIPT = """
alter table inbox_offset add column level_at timestamptz;
comment on column inbox_offset.level_at is
    'Up to then all of the partition was applied; written a minute late at most.';

create table inbox_rebuild (
    rebuild_id bigint generated always as identity primary key,
    topic text not null,
    partition int not null,
    away_since timestamptz not null,
    begun_at timestamptz not null,
    until_offset bigint not null,
    noted_offset bigint not null default 0,
    ended_at timestamptz,
    removed int,
    foreign key (topic, partition) references inbox_offset on delete cascade,
    check (removed is null or ended_at is not null)
);
create unique index inbox_rebuild_running on inbox_rebuild (topic, partition) where ended_at is null;
comment on table inbox_rebuild is
    'A partition read anew since the subscriber was away for longer than tombstones are kept; rows removed at its end.';

create table inbox_seen (
    rebuild_id bigint not null,
    key uuid not null,
    primary key (rebuild_id, key)
);
comment on table inbox_seen is 'Keys that the log held while a partition was read anew; gone at its end.';
"""


def upgrade() -> None:
    run(SCRIPT)


def downgrade() -> None:
    run("drop table inbox_seen, inbox_rebuild;\nalter table inbox_offset drop column level_at")
