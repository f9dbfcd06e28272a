"""The tax rules, pure."""

from services.tax.model.klu import KluTable
from services.tax.model.kswp import Reason, ReturnState, kswp, open_years, return_due_on, same_name, years_due
from services.tax.model.places import HOME, Permit, in_force, nitku, places_due
from services.tax.model.taxpayer import (
    Category,
    Following,
    Person,
    Status,
    TaskKind,
    Taxpayer,
    follow,
)

__all__ = [
    "HOME", "Category", "Following", "KluTable", "Permit", "Person", "Reason", "ReturnState",
    "Status", "TaskKind", "Taxpayer", "follow", "in_force", "kswp", "nitku", "open_years", "places_due",
    "return_due_on", "same_name", "years_due",
]  # fmt: skip
