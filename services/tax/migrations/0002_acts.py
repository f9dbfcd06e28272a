"""Who did what with a taxpayer's registration, when and why; and a person at the counter is found by the NIK."""

from sekali.migrations import run

revision = "tax_0002"
down_revision = "tax_0001"
branch_labels = None
depends_on = None

SCRIPT = """
create table act (
    act_id bigint generated always as identity primary key,
    resident_id uuid not null,
    officer text not null,
    deed text not null,
    about text,
    reason text,
    once uuid,
    done_at timestamptz not null,
    constraint act_once unique (once)
);
create index act_resident on act (resident_id);
comment on table act is 'Who did what and why; its free text never leaves this agency.';
create index taxpayer_npwp on taxpayer (npwp);
"""


def upgrade() -> None:
    run(SCRIPT)


def downgrade() -> None:
    run("drop index taxpayer_npwp")
    run("drop table act")
