"""The use cases: each one transaction, given by the door.

Whoever decides about a person locks the copy of the person's record first and reads afterwards: a licence, the record
and the activation then come one after the other, and the last of them gives the place its NITKU.
"""

from services.tax.service.acting import By, reason_of
from services.tax.service.activation import activate_taxpayer
from services.tax.service.current import CURRENT
from services.tax.service.desk import choose_category, close_task, hold_name, record_return
from services.tax.service.kswp import answer_kswp
from services.tax.service.places import licences_changed
from services.tax.service.residents import residents_changed
from services.tax.service.upkeep import bury_applications, remind_of_returns

__all__ = [
    "CURRENT", "By", "activate_taxpayer", "answer_kswp", "bury_applications", "choose_category", "close_task",
    "hold_name", "licences_changed", "reason_of", "record_return", "remind_of_returns", "residents_changed",
]  # fmt: skip
