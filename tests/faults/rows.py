"""Rows for the tests of the harness, which need no server."""

from collections.abc import Sequence
from random import Random

from faults.row import Blow, Row
from faults.stand.stand import Stand


def plan(chance: Random, count: int) -> Sequence[Blow]:
    return [Blow("push", "north", chance.random()) for _ in range(count)]


async def strike(stand: Stand, blow: Blow) -> None:
    raise OSError("the servers went away")


def row(name: str) -> Row:
    return Row(name, f"row {name}", full=20, smoke=2, holds=("I1",), plan=plan, strike=strike)
