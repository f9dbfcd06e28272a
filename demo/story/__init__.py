"""`sekali story`: the ten steps of a family's year, played at the real doors while every claim is checked.

It talks to the services over HTTP only, as any outside client would.
"""

import time

import typer
from rich.console import Console

from demo.story.checking import DoesNotHold
from demo.story.steps import STEPS
from demo.story.table import WIDE, show, show_addresses, show_people
from demo.story.telling import Story, Told
from demo.story.traces import expect_hops, provider
from sekali.local.endpoints import Endpoints
from sekali.local.place import Place

__all__ = ["STEPS", "Story", "main"]


def main() -> None:
    """Play the story with a new fictive family. Exit code 1 if a claim does not hold."""
    place, console = Place.find(), Console()
    if not console.is_terminal:
        console.width = WIDE
    endpoints = Endpoints.load(place.state)
    spans = provider(endpoints.traces.url)
    story = Story(endpoints.http, spans, run=int(time.time()))
    told: list[Told] = []
    try:
        for step in STEPS:
            console.print(f"  step {step.number:>2}  {step.title}", highlight=False)
            told.append(story.play(step))
            if told[-1].failure is not None:
                break
    finally:
        story.close()
        spans.shutdown()
    check_traces(told, endpoints.traces.url)
    show(console, told, len(STEPS), endpoints.traces.url)
    show_addresses(console, endpoints.http, endpoints.traces.url, str(place.state / "endpoints.json"))
    show_people(console, story.cast)
    if any(one.failure is not None for one in told):
        raise typer.Exit(1)


def check_traces(told: list[Told], traces_url: str) -> None:
    """Each step's trace must hold its hops; what is missing becomes the step's failure."""
    for one, step in zip(told, STEPS, strict=False):
        if one.failure is None:
            try:
                expect_hops(traces_url, one.trace_id, step.hops)
            except DoesNotHold as failure:
                one.failure = failure
