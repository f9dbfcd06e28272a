"""The rules of business licensing, as pure values: no database, no bus, no clock of their own.

Statuses, SLA days and some rows of the risk table are demo values; the README says which.
"""

from services.licensing.model.applicant import Fitness, fitness
from services.licensing.model.application import (
    Application,
    ApplicationStatus,
    Decision,
    Kswp,
    NextActor,
    Reason,
    Step,
)
from services.licensing.model.clock import ClockState, SlaClock
from services.licensing.model.kbli import KbliTable, Risk, Scale, kbli_table, scale_of
from services.licensing.model.licence import Change, Document, Licence, LicenceStatus, Place
from services.licensing.model.refusal import NotPossible

__all__ = [
    "Application", "ApplicationStatus", "Change", "ClockState", "Decision", "Document", "Fitness", "KbliTable", "Kswp",
    "Licence", "LicenceStatus", "NextActor", "NotPossible", "Place", "Reason", "Risk", "Scale", "SlaClock", "Step",
    "fitness", "kbli_table", "scale_of",
]  # fmt: skip
