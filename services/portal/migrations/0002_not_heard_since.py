"""Since when a submission waits for its agency to hear of the citizen."""

from alembic import op

revision = "portal_0002"
down_revision = "portal_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table submission add column not_heard_since timestamptz")


def downgrade() -> None:
    op.execute("alter table submission drop column not_heard_since")
