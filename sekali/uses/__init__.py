"""The record of uses: who saw or asked which facts of whom, when and why. Recorded before the answer, or no answer.

One chain in each agency's own database (docs/uses.md). An agency says what it shows; the rest follows from contracts.
"""

from sekali.uses.chain import GENESIS, Entry, canonical, hash_of
from sekali.uses.reading import of_resident
from sekali.uses.recording import (
    CITIZEN,
    DISCLOSE,
    PREFILL,
    VERIFY,
    NotRecorded,
    Purpose,
    Shown,
    Texts,
    Who,
    by_agency,
    by_officer,
    filled,
    has_ground,
    opening,
    record,
)

__all__ = [
    "CITIZEN", "DISCLOSE", "GENESIS", "PREFILL", "VERIFY", "Entry", "NotRecorded", "Purpose", "Shown", "Texts", "Who",
    "by_agency", "by_officer", "canonical", "filled", "has_ground", "hash_of", "of_resident", "opening", "record",
]  # fmt: skip
