"""Since when a licence is verified, and by whom: said from revision 2 of its topic on."""

from sekali.migrations import run

revision = "licensing_0002"
down_revision = "licensing_0001"
branch_labels = None
depends_on = None

# Columns that may be null: the code before this migration goes on working beside it.
SCRIPT = """
alter table licence add column verified_on date, add column verified_by text;
update licence set
    verified_on = (cast(step ->> 'at' as timestamptz) at time zone 'Asia/Jakarta')::date,
    verified_by = case step ->> 'status' when 'DISETUJUI' then 'OFFICER' else 'DEADLINE' end
from application, jsonb_array_elements(application.steps) as step
where application.licence_id = licence.licence_id and step ->> 'status' in ('DISETUJUI', 'TERBIT_OTOMATIS');
"""


def upgrade() -> None:
    run(SCRIPT)


def downgrade() -> None:
    run("alter table licence drop column verified_on, drop column verified_by")
