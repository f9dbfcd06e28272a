"""The tables of the path: what waits to be said, what was heard, what waits, what could not be applied."""

from sekali.migrations import run

revision = "sekali_0001"
down_revision = None
branch_labels = ("sekali",)
depends_on = None

TABLES = """
-- Debezium's columns (id, aggregatetype, aggregateid, type, payload), so that it can carry the rows too.
create table outbox (
    position bigint generated always as identity primary key,
    id uuid not null,
    aggregatetype text not null,
    aggregateid text not null,
    type text not null,
    payload bytea,
    revision smallint not null,
    version bigint,
    tracingspancontext text,
    created_at timestamptz not null default clock_timestamp()
);
comment on table outbox is 'Said, not yet acknowledged by Kafka. A row without payload is a tombstone.';

create table relay_offset (
    topic text not null,
    partition int not null,
    next_offset bigint not null,
    primary key (topic, partition)
);
comment on table relay_offset is 'The next offset expected of each partition; a hole means that another wrote.';

create table inbox_offset (
    topic text not null,
    partition int not null,
    next_offset bigint not null,
    gaps int not null default 0,
    primary key (topic, partition)
);
comment on table inbox_offset is 'Where the agency goes on reading; moved in the transaction of the effect.';

create table inbox_event (
    event_id uuid primary key,
    heard_at timestamptz not null default clock_timestamp()
);
comment on table inbox_event is 'Effects that have happened: each at most once.';

create table parked (
    id bigint generated always as identity primary key,
    topic text not null,
    key bytea not null,
    awaited_topic text not null,
    awaited_key uuid not null,
    ready boolean not null default false,
    partition int not null,
    record_offset bigint not null,
    record_timestamp bigint not null,
    header_names text[] not null,
    header_values bytea[] not null,
    payload bytea not null,
    parked_at timestamptz not null,
    deadline timestamptz not null,
    unique (topic, partition, record_offset)
);
create index parked_awaited on parked (awaited_topic, awaited_key) where not ready;
create index parked_key on parked (topic, key, id);
comment on table parked is 'Effects that wait for a fact which has not arrived yet; payload still sealed.';

create table dead_letter (
    id bigint generated always as identity primary key,
    topic text not null,
    partition int not null,
    record_offset bigint not null,
    record_timestamp bigint not null,
    key bytea,
    header_names text[] not null,
    header_values bytea[] not null,
    payload bytea,
    cause text not null,
    detail text not null,
    contract text not null,
    attempts int not null default 1,
    first_seen timestamptz not null,
    last_seen timestamptz not null,
    state text not null default 'WAITING' check (state in ('WAITING', 'REDRIVEN', 'DISCARDED')),
    reason text,
    unique (topic, partition, record_offset)
);
create index dead_letter_key on dead_letter (topic, key) where state = 'WAITING';
comment on table dead_letter is 'What could not be decoded, unsealed or applied, with its cause; payload still sealed.';
"""


def upgrade() -> None:
    run(TABLES)


def downgrade() -> None:
    run("drop table dead_letter, parked, inbox_event, inbox_offset, relay_offset, outbox")
