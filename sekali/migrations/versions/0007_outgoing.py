"""What a relay needs to know which rows of the outbox it has not seen: the transaction of each."""

from sekali.migrations import run

revision = "sekali_0007"
down_revision = "sekali_0006"
branch_labels = None
depends_on = None

# No xid8: SQLAlchemy does not know it, and would warn whoever compares tables with migrations.
# A transaction has its number before it takes its first position, whoever inserts: `outgoing.py` rests on that.
SCRIPT = """
alter table outbox add column xid bigint not null default cast(cast(pg_current_xact_id() as text) as bigint);
comment on column outbox.xid is 'The transaction that said it: a row that commits late is told from one that was read.';

create function outbox_takes_xid() returns trigger language plpgsql as
    'begin perform pg_current_xact_id(); return null; end';
create trigger outbox_takes_xid before insert on outbox for each statement execute function outbox_takes_xid();
"""


def upgrade() -> None:
    run(SCRIPT)


def downgrade() -> None:
    run("""
        drop trigger outbox_takes_xid on outbox;
        drop function outbox_takes_xid();
        alter table outbox drop column xid
    """)
