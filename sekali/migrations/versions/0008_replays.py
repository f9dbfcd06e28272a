"""Replays of a topic at one agency: from where to where, who asked for it and why, whether it is over."""

from sekali.migrations import run

revision = "sekali_0008"
down_revision = "sekali_0007"
branch_labels = None
depends_on = None

TABLES = """
create table inbox_replay (
    replay_id bigint generated always as identity primary key,
    topic text not null,
    partition int not null,
    begin_offset bigint not null,
    until_offset bigint not null check (until_offset > begin_offset),
    state text not null default 'RUNNING' check (state in ('RUNNING', 'DONE', 'REPLACED')),
    officer text not null,
    reason text not null,
    asked_at timestamptz not null,
    ended_at timestamptz,
    check ((state = 'RUNNING') = (ended_at is null)),
    foreign key (topic, partition) references inbox_offset on delete cascade
);
create unique index inbox_replay_running on inbox_replay (topic, partition) where state = 'RUNNING';
comment on table inbox_replay is
    'Who had what read again and why; below until_offset a row of the same version is made good.';
"""


def upgrade() -> None:
    run(TABLES)


def downgrade() -> None:
    run("drop table inbox_replay")
