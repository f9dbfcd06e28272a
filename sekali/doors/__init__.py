"""HTTP doors: FastAPI with problem documents, health, metrics, tokens in one place."""

from sekali.doors.application import application
from sekali.doors.bodies import Body, FormAnswers
from sekali.doors.callers import (
    AgencyCaller,
    AnyCaller,
    Caller,
    Citizen,
    CitizenCaller,
    Officer,
    OfficerCaller,
    PeerAgency,
)
from sekali.doors.running import RunningBus, TheBus
from sekali.doors.serving import serve
from sekali.doors.walk import broken_laws
from sekali.lines import Line

__all__ = [
    "AgencyCaller", "AnyCaller", "Body", "Caller", "Citizen", "CitizenCaller", "FormAnswers", "Line", "Officer",
    "OfficerCaller", "PeerAgency", "RunningBus", "TheBus", "application", "broken_laws", "serve",
]  # fmt: skip
