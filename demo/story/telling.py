"""One run of the story: its people, its doors, and each step as a trace of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider

from demo.story.cast import Cast
from demo.story.checking import DoesNotHold, arrivals, expect
from demo.story.doors import Doors
from demo.story.views import Views

Look = Callable[[], bool]
Hop = tuple[str, str]
"""A service and the name of one of its spans."""


@dataclass
class Told:
    """What came of a step."""

    number: int
    title: str
    trace_id: str
    counts: dict[str, int] | None = None
    milliseconds: dict[str, float] = field(default_factory=dict)
    failure: DoesNotHold | None = None


@dataclass(frozen=True)
class Step:
    """`hops`: spans that the step's trace must hold in the end."""

    number: int
    title: str
    act: "Callable[[Story, Told], None]"
    hops: frozenset[Hop]


class Story:
    def __init__(self, addresses: Mapping[str, str], provider: TracerProvider, run: int) -> None:
        self._tracer = provider.get_tracer("demo.story")
        self.doors = Doors(addresses, self._tracer)
        self.views = Views(self.doors)
        self.cast = Cast(run)

    def play(self, step: Step) -> Told:
        """Plays one step in a trace of its own; a claim that does not hold is in the answer, not raised."""
        with self._tracer.start_as_current_span(
            f"story step {step.number}: {step.title}", Context(), record_exception=False, set_status_on_exception=False
        ) as root:
            told = Told(step.number, step.title, f"{root.get_span_context().trace_id:032x}")
            try:
                step.act(self, told)
            except DoesNotHold as failure:
                told.failure = failure
                root.set_attribute("error.type", "DoesNotHold")
        return told

    def id(self, who: str) -> UUID:
        return self.cast.ids[who]

    def submit(self, who: str, agency: str, form: str, answers: Mapping[str, Any]) -> tuple[Any, float]:
        """A citizen's form through the portal: the agency's receipt, and when it was answered."""
        citizen = self.doors.citizen(self.id(who))
        body = {"submission_id": str(uuid4()), "answers": dict(answers)}
        receipt = citizen.post("portal", f"/forms/{agency}/{form}", body)
        return receipt, citizen.answered_at

    def opened(self, who: str, agency: str, form: str) -> dict[str, int]:
        """Counts of a form as the portal opens it for the citizen."""
        return dict(self.doors.citizen(self.id(who)).get("portal", f"/forms/{agency}/{form}")["counts"])

    def close(self) -> None:
        self.doors.close()


def watch(told: Told, since: float, looks: Mapping[str, Look]) -> None:
    """Waits until every agency shows it, and notes the milliseconds; a later watch of a step keeps the slower."""
    for agency, took in arrivals(since, looks).items():
        told.milliseconds[agency] = max(took, told.milliseconds.get(agency, 0.0))


def expect_counts(told: Told, receipt: Mapping[str, Any], **counts: int) -> None:
    """Every count of a receipt, which must also sum to what was asked."""
    seen = dict(receipt["counts"])
    told.counts = seen
    expect("counts of the boxes", counts, seen)
    expect("sum of the counts", seen["asked"], sum(seen.values()) - seen["asked"])
