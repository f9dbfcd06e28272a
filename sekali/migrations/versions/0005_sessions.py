"""Who is signed in at the pages, who is about to, how often it was tried; signed tokens that were taken."""

from sekali.migrations import run

revision = "sekali_0005"
down_revision = "sekali_0004"
branch_labels = None
depends_on = None

TABLES = """
create table web_session (
    id_hash bytea primary key,
    kind text not null check (kind in ('citizen', 'officer')),
    subject text not null,
    role text,
    csrf text not null,
    by_provider boolean not null,
    created_at timestamptz not null,
    seen_at timestamptz not null,
    ends_at timestamptz not null,
    check ((kind = 'officer') = (role is not null))
);
create index web_session_ends on web_session (ends_at);
comment on table web_session is
    'Who is signed in: SHA-256 of the cookie''s id, resident id or officer''s name; idle and absolute end.';

create table sign_in_attempt (
    state text primary key,
    cookie_hash bytea not null,
    nonce text not null,
    verifier text not null,
    next text not null,
    try_id bigint not null,
    begun_at timestamptz not null
);
create index sign_in_attempt_begun on sign_in_attempt (begun_at);
comment on table sign_in_attempt is 'A browser that was sent to the provider and has not come back yet; used once.';

create table sign_in_try (
    try_id bigint generated always as identity primary key,
    who bytea not null,
    tried_at timestamptz not null
);
create index sign_in_try_who on sign_in_try (who, tried_at);
create index sign_in_try_at on sign_in_try (tried_at);
comment on table sign_in_try is
    'Tries that have not ended well, for throttling: SHA-256 of an address or account; gone after minutes.';

create table token_taken (
    issuer text not null,
    jti uuid not null,
    ends timestamptz not null,
    primary key (issuer, jti)
);
create index token_taken_ends on token_taken (ends);
comment on table token_taken is 'Signed tokens that have changed something; none does so twice.';
"""


def upgrade() -> None:
    run(TABLES)


def downgrade() -> None:
    run("drop table token_taken, sign_in_try, sign_in_attempt, web_session")
