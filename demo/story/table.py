"""The story as a table for people."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from demo.story.cast import MELATI, SARI, Cast
from demo.story.telling import Told
from demo.story.traces import link

AGENCIES = ("licensing", "tax", "portal")
BOXES = {"asked": "asked", "key": "key", "filled": "filled", "typed": "typed", "left_empty": "empty"}
WIDE = 120  # columns, where the output is no terminal that says how wide it is


def show(console: Console, told: Sequence[Told], steps: int, traces_url: str) -> None:
    table = Table(title="A fact entered once", caption="ms: from the answer of the door to visible at the agency")
    table.add_column("step")
    for name in (*BOXES.values(), *(f"{agency} ms" for agency in AGENCIES)):
        table.add_column(name, justify="right")
    table.add_column("ok")
    for one in told:
        counts = one.counts or {}
        boxes = [str(counts.get(name, "")) for name in BOXES]
        took = [f"{one.milliseconds[agency]:.0f}" if agency in one.milliseconds else "" for agency in AGENCIES]
        holds = "[green]yes[/green]" if one.failure is None else "[bold red]no[/bold red]"
        table.add_row(f"{one.number} {one.title}", *boxes, *took, holds)
    console.print(table)
    for one in told:
        console.print(f"  step {one.number:>2}  {link(traces_url, one.trace_id)}", highlight=False, soft_wrap=True)
    for one in told:
        if one.failure is not None:
            console.print(
                f"[bold red]Step {one.number} does not hold:[/bold red] {one.failure.claim}\n"
                f"  expected  {one.failure.expected}\n  seen      {one.failure.seen}",
                highlight=False, soft_wrap=True,
            )  # fmt: skip
    if len(told) < steps:
        console.print(f"[red]{steps - len(told)} steps were not played: each builds on the one before.[/red]")


def show_addresses(console: Console, http: Mapping[str, str], traces_url: str, written: str) -> None:
    """Pages first: the portal for citizens, a desk at each agency; every door's declaration is beside them."""
    console.print("\nTo open:")
    for service, url in sorted(http.items()):
        page = "/" if service == "portal" else "/office"
        console.print(f"  {service:<12} {url}{page:<8} doors: {url}/openapi.json", highlight=False)
    console.print(f"  {'traces':<12} {traces_url}/zipkin/", highlight=False)
    console.print(f"  everything, with credentials: {written}", highlight=False, soft_wrap=True)


def show_people(console: Console, cast: Cast) -> None:
    """Whom to sign in as, once the register knows them. A form asks its citizen's NIK; these numbers are nobody's."""
    console.print("\nTo sign in as (development sign-in; all are fictive):")
    for name, person in (("melati", MELATI), ("sari", SARI)):
        if name in cast.ids:
            told = f"  {person.name:<20} at the portal: resident id {cast.ids[name]}, NIK {cast.nik(person)}"
            console.print(told, highlight=False, soft_wrap=True)
    console.print(f"  {'PETUGAS CONTOH':<20} at a desk: any name", highlight=False)
