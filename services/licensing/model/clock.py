"""The service-level clock of an application (PP 28/2025): working days, standing still while the applicant has to act.

When it runs out with no decision the licence is issued by itself (*fiktif positif*, deemed approval).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from sekali.workdays import add_working_days, working_days_between


class ClockState(StrEnum):
    RUNNING = "RUNNING"
    STOPPED = "STOPPED"


@dataclass(frozen=True, slots=True)
class SlaClock:
    """`due_on` is the last day the office has, None while stopped; `days_left` counts after the day it was set."""

    state: ClockState
    due_on: date | None
    days_left: int

    @classmethod
    def start(cls, today: date, days: int) -> SlaClock:
        return cls(ClockState.RUNNING, add_working_days(today, days), days)

    @classmethod
    def never(cls) -> SlaClock:
        """For an application that is decided in the moment it is made."""
        return cls(ClockState.STOPPED, None, 0)

    def stop(self, today: date) -> SlaClock:
        """Keep what is left; never less than one day, or an answer late at night would be approved unseen."""
        if self.due_on is None:
            return self
        return SlaClock(ClockState.STOPPED, None, max(1, working_days_between(today, self.due_on)))

    def resume(self, today: date) -> SlaClock:
        if self.state is ClockState.RUNNING:
            return self
        return SlaClock.start(today, self.days_left)

    def end(self) -> SlaClock:
        return replace(self, state=ClockState.STOPPED, due_on=None)

    def ran_out(self, today: date) -> bool:
        return self.due_on is not None and today > self.due_on
