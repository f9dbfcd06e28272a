"""What is done with dead letters: asked for, carried out or discarded, by whom, when and why."""

from sekali.migrations import run

revision = "sekali_0006"
down_revision = "sekali_0005"
branch_labels = None
depends_on = None

# The schema id stands behind the byte 0 that begins a framed value; what is not framed has none.
SCRIPT = """
alter table dead_letter
    add column asked_at timestamptz,
    add column schema_id bigint generated always as (
        case when length(payload) >= 5 and get_byte(payload, 0) = 0
             then get_byte(payload, 1) * cast(16777216 as bigint) + get_byte(payload, 2) * 65536
                  + get_byte(payload, 3) * 256 + get_byte(payload, 4) end) stored;
comment on column dead_letter.asked_at is 'Since when it is to be run again; null: it waits for somebody to look.';
create index dead_letter_asked on dead_letter (topic, partition, record_offset)
    where state = 'WAITING' and asked_at is not null;

create table dead_letter_act (
    act_id bigint generated always as identity primary key,
    letter_id bigint not null references dead_letter (id) on delete cascade,
    act text not null check (act in ('ASKED', 'DISCARDED', 'APPLIED', 'DUPLICATE', 'PARKED', 'FAILED')),
    at timestamptz not null,
    officer text,
    reason text,
    cause text,
    check ((act in ('ASKED', 'DISCARDED')) = (officer is not null)),
    check ((officer is null) = (reason is null))
);
create index dead_letter_act_letter on dead_letter_act (letter_id, act_id);
comment on table dead_letter_act is
    'Who asked what for a dead letter and why, and what came of it; goes with the letter.';
"""


def upgrade() -> None:
    run(SCRIPT)


def downgrade() -> None:
    run("drop table dead_letter_act;\nalter table dead_letter drop column schema_id, drop column asked_at")
