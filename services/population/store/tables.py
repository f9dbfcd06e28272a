"""What the register keeps. The shapes equal the migrations', which a test compares."""

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, ForeignKey, Identity, MetaData, Table, Text, false
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

metadata = MetaData()
MOMENT = DateTime(timezone=True)

family_card = Table(
    "family_card",
    metadata,
    Column("card_id", UUID, primary_key=True),
    Column("kk_number", Text, nullable=False, unique=True),
    Column("street", Text, nullable=False),
    Column("rt", Text),
    Column("rw", Text),
    Column("village_code", Text, nullable=False),
    Column("district_code", Text, nullable=False),
    Column("regency_code", Text, nullable=False),
    Column("province_code", Text, nullable=False),
    Column("postal_code", Text),
)

resident = Table(
    "resident",
    metadata,
    Column("resident_id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("standing", Text, nullable=False),
    Column("registered_at", MOMENT, nullable=False),
    Column("card_id", UUID, ForeignKey("family_card.card_id"), nullable=False, index=True),
    Column("nik", Text, nullable=False, unique=True),
    Column("full_name", Text, nullable=False),
    Column("sex", Text, nullable=False),
    Column("life", Text, nullable=False),
    Column("died_on", Date),
    Column("birth_date", Date, nullable=False),
    Column("birth_place", Text),
    Column("religion", Text, nullable=False),
    Column("marital_status", Text, nullable=False),
    Column("occupation", Text),
    Column("nationality", Text, nullable=False),
    Column("relationship", Text, nullable=False),
    Column("mother_name", Text),
    Column("spouse_id", UUID),
    Column("duplicate_of", UUID),
    Column("change_kind", Text, nullable=False),
    Column("change_on", Date),
)

deed = Table(
    "deed",
    metadata,
    Column("deed_id", UUID, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("effective_on", Date),
    Column("officer", Text, nullable=False),
    Column("document", JSONB),
    Column("reason", Text),
    Column("residents", ARRAY(UUID), nullable=False),
    Column("recorded_at", MOMENT, nullable=False),
)

proposal = Table(
    "proposal",
    metadata,
    Column("correction_id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("gone", Boolean, nullable=False, server_default=false()),
    Column("as_of", MOMENT),
    Column("heard_at", MOMENT),
    Column("standing", Text),
    Column("said_at", MOMENT),
    Column("resident_id", UUID),
    Column("field", Text),
    Column("proposed", Text),
    Column("seen_version", BigInteger),
)

decision = Table(
    "decision",
    metadata,
    Column("correction_id", UUID, primary_key=True),
    Column("decision", Text, nullable=False),
    Column("reason_code", Text),
    Column("officer", Text, nullable=False),
    Column("decided_at", MOMENT, nullable=False),
)

verify_miss = Table(
    "verify_miss",
    metadata,
    Column("miss_id", BigInteger, Identity(always=True), primary_key=True),
    Column("agency", Text, nullable=False),
    Column("resident_id", UUID, nullable=False),
    Column("missed_at", MOMENT, nullable=False),
)
