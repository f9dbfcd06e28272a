"""Endings: whose purpose is over, what is held and until when, who was erased."""

from sekali.migrations import run

revision = "sekali_0003"
down_revision = "sekali_0002"
branch_labels = None
depends_on = None

TABLES = """
"""


def upgrade() -> None:
    run(TABLES)


def downgrade() -> None:
    run("")
