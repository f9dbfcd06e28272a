"""The record of uses: who saw or asked which facts of whom, when and why; a chain that cannot be rewritten unseen."""

from sekali.migrations import run

revision = "sekali_0002"
down_revision = "sekali_0001"
branch_labels = None
depends_on = None

TABLES = """
"""


def upgrade() -> None:
    run(TABLES)


def downgrade() -> None:
    run("")
