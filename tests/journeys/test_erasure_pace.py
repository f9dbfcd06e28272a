"""Many are erased at once: nobody's facts stay at any agency for longer than a minute, and each has a whole receipt."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from demo.story.checking import until
from tests.journeys.stack import Stack
from tests.journeys.test_erasure import HEARERS, Databases

PEOPLE = 34
LONGEST_SECONDS = 60.0
ERASED = "select key, erased_at from erasure where key = any($1)"


def test_people_in_a_row_are_erased_within_a_minute_at_every_agency(
    stack: Stack, figure: Callable[[str, object, str], None]
) -> None:
    databases = Databases(stack)
    people = [stack.melati().id for _ in range(PEOPLE)]
    officer = stack.doors.officer("population", "wulan:data-protection")
    ordered: dict[UUID, datetime] = {}
    for person in people:
        ordered[person] = datetime.now(UTC)
        officer.post(
            "population", "/erasures", {"resident_id": str(person), "reason": "Permohonan CONTOH/2026/34"}, 200
        )
    seconds = []
    for agency in HEARERS:
        until(
            f"{agency} has erased all",
            lambda a=agency: len(databases.ask(a, ERASED, people)) == PEOPLE,  # type: ignore[misc]
            LONGEST_SECONDS + 5,
        )
        seconds += [(at - ordered[person]).total_seconds() for person, at in databases.ask(agency, ERASED, people)]
    seconds.sort()
    p99 = seconds[int(len(seconds) * 0.99)]
    figure("erasure_p99_seconds", p99, f"erased at an agency: p50 {seconds[len(seconds) // 2]:.2f} s, p99 {p99:.2f} s")
    assert p99 <= LONGEST_SECONDS
    for person in people:
        until("her receipt is whole", lambda p=person: _is_complete(stack, p), LONGEST_SECONDS)  # type: ignore[misc]


def _is_complete(stack: Stack, person: UUID) -> bool:
    found = stack.doors.officer("population").look("population", f"/erasures/{person}")
    return bool(found and found["complete"] and not found["missing"])
