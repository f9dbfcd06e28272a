"""The named points at which a process can be ended: a table of the bus's own methods.

They are wrapped from outside, so that production has nothing but well-named methods.
"""

import asyncio
import functools
import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Reached = Callable[[str], None]
Side = Literal["before", "after", "during"]


@dataclass(frozen=True, slots=True)
class Point:
    """`where` is module:name or module:class.method, as its caller finds it.

    `during`: two turns of the event loop later, when what the caller awaits is on its way to the server.
    """

    where: str
    side: Side


POINTS: Mapping[str, Point] = {
    "service before commit": Point("sekali.outbox:put", "after"),
    "service after commit": Point("sekali.bus:Bus._wake_relay", "before"),
    "relay after read": Point("sekali.sending:Sender.send", "before"),
    "relay after send": Point("sekali.sending:Sender.send", "after"),
    "relay after acknowledgement": Point("sekali.relay:acknowledged", "after"),
    "relay while deleting": Point("sekali.log:OwnLog.swapped", "during"),
    "inbox after poll": Point("sekali.subscription:Subscription.take", "before"),
    "inbox in transaction": Point("sekali.applying:Applying.apply", "after"),
    "inbox after commit": Point("sekali.batch:Batch.count", "before"),
    "inbox while revoked": Point("sekali.listening:Seeking.on_partitions_revoked", "before"),
    "dead letter written": Point("sekali.deadletter:bury", "after"),
    "redrive in transaction": Point("sekali.redriving:Redriving._act", "after"),
    "rebuild begun": Point("sekali.rebuilding:Rebuilding.begin", "after"),
    "rebuild noted": Point("sekali.rebuilding:note", "after"),
    "rebuild at its end": Point("sekali.rebuilding:Rebuilding.finish", "before"),
    "rebuild burying": Point("sekali.applying:Applying.bury", "after"),
}
EVERYDAY = tuple(name for name in POINTS if not name.startswith("rebuild"))
"""The others are come by behind a long absence only."""
OF_SERVICE = tuple(name for name in POINTS if name.startswith(("service", "relay")))
OF_SUBSCRIBER = tuple(name for name in EVERYDAY if name not in OF_SERVICE)


class NoSuchPoint(Exception):
    """A method of the table is not there any more: the bus was changed, and the table must follow."""


def wrap(reached: Reached) -> None:
    """All points, in this process: `reached(name)` is called at each visit."""
    for name, point in POINTS.items():
        holder, attribute = found(point.where)
        setattr(holder, attribute, _wrapped(getattr(holder, attribute), point.side, functools.partial(reached, name)))


def found(where: str) -> tuple[Any, str]:
    """What holds the function, and its name there. Raises `NoSuchPoint`."""
    module, _, path = where.partition(":")
    holder: Any = importlib.import_module(module)
    *owners, attribute = path.split(".")
    for owner in owners:
        holder = getattr(holder, owner, None)
    if not callable(getattr(holder, attribute, None)):
        raise NoSuchPoint(f"{where} is not there: change the table of faults/child/points.py.")
    return holder, attribute


def _wrapped(function: Any, side: Side, reached: Callable[[], None]) -> Any:
    def first() -> None:
        if side == "before":
            reached()

    def last() -> None:
        if side == "after":
            reached()
        elif side == "during":
            loop = asyncio.get_running_loop()
            loop.call_soon(loop.call_soon, reached)

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def wrapped(*args: Any, **named: Any) -> Any:
            first()
            answer = await function(*args, **named)
            last()
            return answer

        return wrapped

    @functools.wraps(function)
    def plain(*args: Any, **named: Any) -> Any:
        first()
        answer = function(*args, **named)
        last()
        return answer

    return plain
