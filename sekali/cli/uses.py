"""`sekali uses`: the record of who used which facts of whom, in each agency's own database."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import Progress
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.database import Database, utc_now
from sekali.errors import SekaliError
from sekali.local.endpoints import Endpoints
from sekali.local.place import Place
from sekali.uses import check, checkpoint, reading

app = typer.Typer(help="The record of uses.", no_args_is_help=True)
Agencies = Annotated[list[str] | None, typer.Argument(help="Agencies; all by default.")]


@app.callback()
def verbs() -> None:
    """The record of uses."""


@app.command()
def verify(
    agencies: Agencies = None,
    against: Annotated[Path | None, typer.Option(help="A checkpoint that was kept elsewhere.")] = None,
) -> None:
    """Walk each chain from its first entry; exit 1 with a sentence for each that does not fit."""
    kept = checkpoint.read(against) if against else {}
    endpoints = _endpoints()
    asked = _asked(endpoints, agencies or sorted({*endpoints.postgres, *kept}))
    broken = asyncio.run(_verify(endpoints, asked, kept))
    for sentence in broken:
        typer.secho(sentence, fg=typer.colors.RED, err=True)
    if broken:
        raise typer.Exit(1)


@app.command(name="checkpoint")
def print_checkpoint(agencies: Agencies = None) -> None:
    """Print count and last hash of each chain: keep it where no administrator of these databases can write."""
    endpoints = _endpoints()
    typer.echo(asyncio.run(_checkpoint(endpoints, _asked(endpoints, agencies or sorted(endpoints.postgres)))))


@app.command(name="list")
def list_(
    of: Annotated[UUID, typer.Option(help="The resident's id.")],
    agencies: Agencies = None,
    officers: Annotated[bool, typer.Option("--officers", help="Print officers' names too.")] = False,
) -> None:
    """Every use of one person, newest first; never a value."""
    endpoints = _endpoints()
    asked = _asked(endpoints, agencies or sorted(endpoints.postgres))
    for line in asyncio.run(_list(endpoints, asked, of, officers=officers)):
        typer.echo(line)


def _endpoints() -> Endpoints:
    return Endpoints.load(Place.find().state)


def _asked(endpoints: Endpoints, agencies: Sequence[str]) -> Sequence[str]:
    for agency in agencies:
        if agency not in endpoints.postgres:
            raise SekaliError(f"No database of {agency} is known here; there are {', '.join(endpoints.postgres)}.")
    return agencies


async def _verify(endpoints: Endpoints, agencies: Sequence[str], kept: dict[str, check.Head]) -> list[str]:
    broken: list[str] = []
    with Progress(console=Console(stderr=True), transient=True) as progress:
        for agency in agencies:
            task = progress.add_task(agency, total=None)

            def show(count: int, task: int = task) -> None:
                progress.update(task, completed=count)  # type: ignore[arg-type]

            try:
                async with _opened(endpoints, agency) as session:
                    found = await check.verify(session, agency, kept=kept.get(agency), progress=show)
            except check.BrokenChain as error:
                broken.append(str(error))
            else:
                typer.echo(f"{agency}: {found.count} entries fit together; head {found.hash.hex()}")
    return broken


async def _checkpoint(endpoints: Endpoints, agencies: Sequence[str]) -> str:
    heads: dict[str, check.Head] = {}
    for agency in agencies:
        async with _opened(endpoints, agency) as session:
            found = await check.head(session)
        if found is None:
            raise SekaliError(f"{agency}: the head of the record of uses is gone. Look with `sekali uses verify`.")
        heads[agency] = found
    return checkpoint.written(heads, utc_now())


async def _list(endpoints: Endpoints, agencies: Sequence[str], of: UUID, *, officers: bool) -> list[str]:
    lines = []
    for agency in agencies:
        async with _opened(endpoints, agency) as session:
            async for use in reading.every(session, of):
                who = f"{use.kind} {use.agency}" + (f" {use.officer}" if officers and use.officer else "")
                fields = ", ".join(use.fields)
                lines.append(
                    f"{agency} {use.number}  {use.at:%Y-%m-%d %H:%M:%S%z}  {who}  {use.way}  {use.topic}: {fields}  "
                    f"[{use.purpose_en}; {use.legal_basis or '-'}; {use.agreement or '-'}]"
                )
    return lines


@asynccontextmanager
async def _opened(endpoints: Endpoints, agency: str) -> AsyncIterator[AsyncSession]:
    database = Database(endpoints.database_url(agency), pool_size=1)
    try:
        async with database.transaction() as session:
            await check.in_one_snapshot(session)
            yield session
    except ProgrammingError:
        raise SekaliError(f"{agency} has no record of uses yet: its service makes it when it starts.") from None
    finally:
        await database.close()
