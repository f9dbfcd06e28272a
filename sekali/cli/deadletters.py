"""`sekali deadletters`: what could not be taken, by agency: looked at, run again after a mend, or discarded.

The agency's own door does it, in the operator's name; who, when and why stay with the letter.
"""

import getpass
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.table import Table

from sekali.contracts import Catalogue
from sekali.doors.callers import OPERATOR
from sekali.errors import SekaliError
from sekali.letters import Place as Letter
from sekali.local.endpoints import Endpoints
from sekali.local.place import Place
from sekali.local.vouching import AsOfficer, asked

app = typer.Typer(help="Events that an agency could not take.", no_args_is_help=True)
POLL_SECONDS = 0.2
DOOR_SECONDS = 15.0
LETTERS = Annotated[list[str] | None, typer.Argument(help="Places, as population.resident.v1[0]@17.")]
TOPIC = Annotated[str, typer.Option(help="Those of this topic.")]
CAUSE = Annotated[str, typer.Option(help="Those with this cause, as NOT_APPLICABLE.")]
AGENCY = Annotated[str, typer.Option(help="Whose; needed where several hear the topic.")]
REASON = Annotated[str, typer.Option(help="Why; it is kept with the letter. Name no person in it.")]
OFFICER = Annotated[str, typer.Option(help="In whose name; else the user's of this machine.")]
JSON = Annotated[bool, typer.Option("--json", help="As JSON.")]


class NotDone(SekaliError):
    """The agency refused, or a letter failed again, or it has not been run yet."""


@app.callback()
def verbs() -> None:
    """Events that an agency could not take."""


@app.command(name="list")
def list_(  # noqa: PLR0917  # a verb with options
    topic: TOPIC = "",
    cause: CAUSE = "",
    agency: Annotated[list[str] | None, typer.Option(help="Whose; all by default.")] = None,
    settled: Annotated[bool, typer.Option("--settled", help="Also those redriven or discarded.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="The most letters of an agency.")] = 20,
    json_: JSON = False,
) -> None:
    """How many there are by topic and cause, and their places."""
    query = {"topic": topic, "cause": cause, "settled": str(settled).lower(), "limit": str(limit)}
    wanted = {name: value for name, value in query.items() if value}
    found: dict[str, dict[str, Any]] = {}
    silent: list[str] = []
    for one in agency or _agencies():
        try:
            with _door(one) as door:
                found[one] = asked(door, "GET", "/dead-letters", NotDone, params=wanted)
        except NotDone as refused:
            silent.append(f"{one}: {refused}")
    typer.echo(json.dumps(found, indent=2)) if json_ else _print(found)
    if silent:
        raise NotDone("\n".join(silent))


@app.command()
def show(
    place: Annotated[str, typer.Argument(help="Its place, as population.resident.v1[0]@17.")],
    agency: AGENCY = "",
    json_: JSON = False,
) -> None:
    """One letter: why it is dead, what it waits for, what was done with it; never its key or a value."""
    letter = _letter(place)
    with _door(agency or _only_hearer([letter.topic])) as door:
        found = _shown(door, letter)
    if json_:
        typer.echo(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        if name != "acts" and name not in {"topic", "partition", "offset"}:
            typer.echo(f"{name.replace('_', ' '):12} {'-' if value is None else value}")
    for act in found["acts"]:
        by = f" by {act['officer']}: {act['reason']}" if act["officer"] else f" {act['cause'] or ''}".rstrip()
        typer.echo(f"{act['at']}  {act['act']}{by}")


@app.command()
def redrive(  # noqa: PLR0917  # a verb with options
    places: LETTERS = None,
    reason: REASON = "",
    topic: TOPIC = "",
    cause: CAUSE = "",
    agency: AGENCY = "",
    officer: OFFICER = "",
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for what comes of it.")] = 30.0,
) -> None:
    """Run letters again, after their cause is mended; each once, in the order of its key."""
    with _ordered(places, reason=reason, topic=topic, cause=cause, agency=agency, officer=officer) as (door, order):
        taken = [_letter(one) for one in asked(door, "POST", "/dead-letters/redriving", NotDone, json=order)["letters"]]
        typer.echo(f"Asked for {len(taken)}.")
        outcomes = dict(_awaited(door, taken, time.monotonic() + wait))
    good = [one for one, act in outcomes.items() if act != "FAILED"]
    typer.echo(f"{len(good)} done, {len(outcomes) - len(good)} failed again, {len(taken) - len(outcomes)} not run yet.")
    if len(good) < len(taken):
        stuck = next(one for one in taken if one not in good)
        raise NotDone(
            f"Not all are done, as {stuck}. Why: sekali deadletters show '{stuck}'. What was asked for and not run yet "
            "is run when what it needs is back: look at the service's /health/ready."
        )


@app.command()
def discard(  # noqa: PLR0917  # a verb with options
    places: LETTERS = None,
    reason: REASON = "",
    topic: TOPIC = "",
    cause: CAUSE = "",
    agency: AGENCY = "",
    officer: OFFICER = "",
) -> None:
    """Give letters up for good: they never have an effect here, and what waited behind them goes on."""
    if not places and not (topic and cause):
        raise typer.BadParameter("name letters, or both --topic and --cause")
    with _ordered(places, reason=reason, topic=topic, cause=cause, agency=agency, officer=officer) as (door, order):
        gone = asked(door, "POST", "/dead-letters/discarding", NotDone, json=order)["letters"]
    typer.echo(f"Discarded {len(gone)}; what waited behind them runs by itself.")


@contextmanager
def _ordered(
    places: Sequence[str] | None, *, reason: str, topic: str, cause: str, agency: str, officer: str
) -> Iterator[tuple[httpx.Client, dict[str, Any]]]:
    """The agency's door, and the body of an order."""
    if not reason.strip():
        raise typer.BadParameter("say why by --reason")
    if bool(places) == bool(topic or cause):
        raise typer.BadParameter("name letters, or --topic or --cause; not both")
    letters = [_letter(one) for one in places or ()]
    named = {"letters": [str(one) for one in letters], "topic": topic, "cause": cause, "reason": reason}
    topics = {one.topic for one in letters} or {topic}
    with _door(agency or _only_hearer(topics), officer) as door:
        yield door, {name: value for name, value in named.items() if value}


def _agencies() -> list[str]:
    return sorted(Endpoints.load(Place.find().state).http)


def _only_hearer(topics: Iterable[str]) -> str:
    """The agency that hears these topics, if it is the only one."""
    contracts, here = Catalogue.load(Place.find().root).contracts, _agencies()
    hearers = [one for one in here if all((one, topic) in contracts for topic in topics)]
    if len(hearers) != 1:
        raise NotDone(f"Name the agency by --agency: {', '.join(hearers or here)}.")
    return hearers[0]


@contextmanager
def _door(agency: str, officer: str = "") -> Iterator[httpx.Client]:
    place = Place.find()
    url = Endpoints.load(place.state).http.get(agency)
    if url is None:
        raise NotDone(f"There is no agency of that name here; there are {', '.join(_agencies())}.")
    who = AsOfficer(place, agency, officer or getpass.getuser(), OPERATOR)
    with httpx.Client(base_url=url, timeout=DOOR_SECONDS, auth=who) as door:
        yield door


def _letter(written: str) -> Letter:
    try:
        return Letter.read(written)
    except ValueError as wrong:
        raise NotDone(str(wrong)) from None


def _shown(door: httpx.Client, letter: Letter, *, may_miss: bool = False) -> dict[str, Any]:
    where = {"partition": letter.partition, "offset": letter.offset}
    return asked(door, "GET", f"/dead-letters/{letter.topic}", NotDone, may_miss=may_miss, params=where)


def _awaited(door: httpx.Client, letters: Sequence[Letter], until: float) -> Iterator[tuple[Letter, str]]:
    """What came of each, as it comes; those that nothing comes of in time are left out."""
    waiting = list(letters)
    while waiting:
        for letter in list(waiting):
            act = _outcome(door, letter)
            if act is not None:
                waiting.remove(letter)
                typer.echo(f"{letter}  {act}")
                yield letter, act
        if time.monotonic() >= until:
            return
        if waiting:
            time.sleep(POLL_SECONDS)


def _outcome(door: httpx.Client, letter: Letter) -> str | None:
    found = _shown(door, letter, may_miss=True)
    if not found:
        return "CLEARED"  # its person was erased
    return None if found["asked_at"] else str(found["acts"][-1]["act"])


def _print(found: dict[str, dict[str, Any]]) -> None:
    if not any(answer["counts"] for answer in found.values()):
        typer.echo("There are no dead letters.")
        return
    _print_counts(found)
    for agency, answer in found.items():
        _print_letters(agency, answer)


def _print_counts(found: dict[str, dict[str, Any]]) -> None:
    numbers = ("waiting", "asked", "redriven", "discarded")
    table = Table("agency", "topic", "cause", *numbers, "first", "last")
    for agency, answer in found.items():
        for row in answer["counts"]:
            counted = [str(row[name]) for name in numbers]
            table.add_row(agency, row["topic"], row["cause"], *counted, _minute(row["first_seen"]),
                          _minute(row["last_seen"]))  # fmt: skip
    _wide()(table)


def _print_letters(agency: str, answer: dict[str, Any]) -> None:
    if not answer["letters"]:
        return
    table = Table(f"letters at {agency}", "cause", "state", "tries", "first", "last")
    for one in answer["letters"]:
        state = "ASKED" if one["asked_at"] else one["state"]
        table.add_row(one["place"], one["cause"], state, str(one["attempts"]), _minute(one["first_seen"]),
                      _minute(one["last_seen"]))  # fmt: skip
    _wide()(table)
    if answer["more"]:
        typer.echo("There are more: --limit shows them.")


def _wide() -> Callable[[Table], None]:
    """Into a pipe the whole line is printed: places are copied from it."""
    console = Console()
    return Console(width=max(console.width, 200)).print if not console.is_terminal else console.print


def _minute(at: str) -> str:
    return at[:16].replace("T", " ")
