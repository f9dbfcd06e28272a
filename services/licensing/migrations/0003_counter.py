"""A person at the counter is found by the NIK on the card that they show."""

from sekali.migrations import run

revision = "licensing_0003"
down_revision = "licensing_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("create index resident_nik on resident (nik) where nik is not null")


def downgrade() -> None:
    run("drop index resident_nik")
