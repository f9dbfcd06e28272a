"""With which schema an outbox row was written, for a relay whose code is older than the row."""

from sekali.migrations import run

revision = "sekali_0004"
down_revision = "sekali_0003"
branch_labels = None
depends_on = None

# It may be null: code from before this migration goes on writing rows beside it.
SCRIPT = """
alter table outbox add column fingerprint text;
comment on column outbox.fingerprint is
    'Of the schema that the row was written with: finds it in the registry where the code on disk does not have it.';
"""


def upgrade() -> None:
    run(SCRIPT)


def downgrade() -> None:
    run("alter table outbox drop column fingerprint")
