"""Claims of a step, and waiting for what must come true; no text here ever holds a person's value."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

LIMIT_SECONDS = 20.0
PAUSE_SECONDS = 0.004


class DoesNotHold(AssertionError):
    """A claim of the story that is not so: what was claimed, expected, seen."""

    def __init__(self, claim: str, expected: object, seen: object) -> None:
        super().__init__(f"{claim}: expected {expected}, seen {seen}")
        self.claim = claim
        self.expected = str(expected)
        self.seen = str(seen)


def expect(claim: str, expected: object, seen: object) -> None:
    """Both are codes, counts or ids."""
    if expected != seen:
        raise DoesNotHold(claim, expected, seen)


def expect_same(claim: str, expected: object, seen: object) -> None:
    """For values of a person: only whether they agree is told."""
    if expected != seen:
        raise DoesNotHold(claim, "the value that was said", "nothing" if seen is None else "another value")


def until(claim: str, look: Callable[[], bool], limit: float = LIMIT_SECONDS) -> float:
    """Seconds on the monotonic clock when `look` was true for the first time; DoesNotHold at the limit."""
    end = time.monotonic() + limit
    while not look():
        if time.monotonic() > end:
            raise DoesNotHold(claim, f"within {limit:.0f} s", "not yet")
        time.sleep(PAUSE_SECONDS)
    return time.monotonic()


def each(*looks: Callable[[], bool]) -> Callable[[], bool]:
    """One look for many: true when each has been true once; what was seen is not asked for again."""
    pending = list(looks)

    def look() -> bool:
        while pending and pending[0]():
            pending.pop(0)
        return not pending

    return look


def arrivals(since: float, looks: Mapping[str, Callable[[], bool]], limit: float = LIMIT_SECONDS) -> dict[str, float]:
    """Milliseconds from `since` until each agency shows what its look asks for; all are watched side by side."""
    with ThreadPoolExecutor(len(looks)) as pool:
        watched = {agency: pool.submit(until, f"visible at {agency}", look, limit) for agency, look in looks.items()}
        return {agency: (seen.result() - since) * 1000 for agency, seen in watched.items()}
