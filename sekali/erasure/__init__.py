"""Erasing a person: at the owner, at every subscriber, in queues, and what a law holds back.

The owner's tombstone is the order. Each agency carries it out in the transaction that hears it, and writes a row of
what it cleared, which the owner asks for at `GET /erasures/{person}` and puts into a receipt.
"""

from sekali.erasure.clearing import ERASURES, Erasures, end_own, erased, withdrawn
from sekali.erasure.holds import Hold, absent, restricted, years_after
from sekali.erasure.receipts import collect, confirmation
from sekali.erasure.taking import Taken, take_out

__all__ = [
    "ERASURES", "Erasures", "Hold", "Taken", "absent", "collect", "confirmation", "end_own", "erased", "restricted",
    "take_out", "withdrawn", "years_after",
]  # fmt: skip
