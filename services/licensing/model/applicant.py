"""Who may apply and hold a licence, judged from the copy of the resident's record."""

from __future__ import annotations

from enum import StrEnum


class Fitness(StrEnum):
    NOT_HEARD = "NOT_HEARD"
    UNCLEAR = "UNCLEAR"
    FIT = "FIT"
    DEAD = "DEAD"
    ANNULLED = "ANNULLED"


def fitness(*, version: int, gone: bool, standing: str | None, life_status: str | None) -> Fitness:
    """Version 0 is a placeholder: nothing has been heard yet.

    A code that this agency does not know yet arrives as UNKNOWN: nothing is decided from it, for or against.
    """
    if version == 0:
        return Fitness.NOT_HEARD
    if gone or standing == "ANNULLED":
        return Fitness.ANNULLED
    if life_status == "DIED":
        return Fitness.DEAD
    if standing == "VALID" and life_status == "ALIVE":
        return Fitness.FIT
    return Fitness.UNCLEAR
