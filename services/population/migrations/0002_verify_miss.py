"""Answers of other agencies that did not match, for a day: so that no value can be found by trying."""

from sekali.migrations import run

revision = "population_0002"
down_revision = "population_0001"
branch_labels = None
depends_on = None

TABLES = """
create table verify_miss (
    miss_id bigint generated always as identity primary key,
    agency text not null,
    resident_id uuid not null,
    missed_at timestamptz not null
);
create index verify_miss_of on verify_miss (agency, resident_id, missed_at);
create index verify_miss_age on verify_miss (missed_at);
comment on table verify_miss is 'One row for each field that an agency answered wrongly; neither field nor answer.';
"""


def upgrade() -> None:
    run(TABLES)


def downgrade() -> None:
    run("drop table verify_miss")
