"""What of a contact has been said on portal.contact.v2, which stands beside v1 until that one's sunset."""

from sekali.migrations import run

revision = "portal_0004"
down_revision = "portal_0003"
branch_labels = None
depends_on = None

# Code from before this migration works on beside it: it moves `version` alone, and the row is seen to be behind.
SCRIPT = """
alter table contact add column v2_version bigint not null default 0, add column v1_buried bigint;
comment on column contact.v2_version is
    'The version last said on portal.contact.v2; behind `version` where only v1 has it.';
comment on column contact.v1_buried is 'The version of the tombstone on portal.contact.v1 after its sunset.';
create index contact_behind on contact (resident_id) where v2_version < version;
create index contact_on_v1 on contact (resident_id) where v1_buried is null and not gone;
"""


def upgrade() -> None:
    run(SCRIPT)


def downgrade() -> None:
    run("drop index contact_behind, contact_on_v1;\nalter table contact drop column v2_version, drop column v1_buried")
