"""The tables of sekali's migration 0002."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, LargeBinary, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, UUID

_metadata = MetaData()

use_entry = Table(
    "use_entry",
    _metadata,
    Column("number", BigInteger, primary_key=True),
    Column("act", UUID, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("officer", Text),
    Column("resident_id", UUID, nullable=False),
    Column("topic", Text, nullable=False),
    Column("fields", ARRAY(Text), nullable=False),
    Column("way", Text, nullable=False),
    Column("purpose_id", Text, nullable=False),
    Column("purpose_en", Text, nullable=False),
    Column("legal_basis", Text),
    Column("agreement", Text),
    Column("contract", Text),
    Column("previous", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
use_head = Table(
    "use_head",
    _metadata,
    Column("single", Boolean, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
