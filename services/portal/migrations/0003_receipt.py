"""The receipt of a submission that was taken, without values of a person."""

from alembic import op

revision = "portal_0003"
down_revision = "portal_0002"
branch_labels = None
depends_on = None

KNOWN = """
update outcome set receipt = jsonb_build_object('application_id', application_id, 'counts', counts)
where state = 'TAKEN'
"""


def upgrade() -> None:
    op.execute("alter table outcome add column receipt jsonb")
    op.execute(KNOWN)


def downgrade() -> None:
    op.execute("alter table outcome drop column receipt")
