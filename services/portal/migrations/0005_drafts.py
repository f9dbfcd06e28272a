"""What a citizen has typed into a form's page and not sent yet, or has sent and is not taken yet."""

from sekali.migrations import run

revision = "portal_0005"
down_revision = "portal_0004"
branch_labels = None
depends_on = None

SCRIPT = """
create table draft (
    submission_id uuid primary key,
    resident_id uuid not null,
    agency text not null,
    form text not null,
    answers jsonb not null,
    shown jsonb not null,
    checked boolean not null default false,
    sent boolean not null default false,
    fields jsonb,
    saved_at timestamptz not null
);
create index draft_resident on draft (resident_id, agency, form);
create index draft_saved on draft (saved_at);
comment on column draft.shown is
    'Box -> a short keyed hash of the fact that the page showed: tells that it has changed, not what it was.';
comment on column draft.fields is 'What the agency found wrong: [{field, detail, detail_id}], never a value.';
"""


def upgrade() -> None:
    run(SCRIPT)


def downgrade() -> None:
    run("drop table draft")
