"""Use cases: each is one transaction, which the door gives."""

from services.licensing.service.applicant import answer_return, withdraw
from services.licensing.service.apply import apply_for_licence
from services.licensing.service.current import CURRENT
from services.licensing.service.deadlines import approve_by_deadline, kept_on_the_bus, take_off_the_bus
from services.licensing.service.deciding import CODED, Ordered, decide, decide_on_licence
from services.licensing.service.kswp import repeat_question, take_kswp_answer
from services.licensing.service.officer import (
    ReturnReason,
    change_licence,
    proceed_without_kswp,
    reject,
    send_back,
    verify,
)
from services.licensing.service.review import residents_changed

__all__ = [
    "CODED", "CURRENT", "Ordered", "ReturnReason", "answer_return", "apply_for_licence", "approve_by_deadline",
    "change_licence", "decide", "decide_on_licence", "kept_on_the_bus", "proceed_without_kswp", "reject",
    "repeat_question", "residents_changed", "send_back", "take_kswp_answer", "take_off_the_bus", "verify", "withdraw",
]  # fmt: skip
