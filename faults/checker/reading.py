"""The books of a scene: everything is read while nothing is said and nothing is under way."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import asyncpg

from faults.checker import people, tables
from faults.checker.books import Answer, Books, Heard, People, Size
from faults.checker.log import Log
from faults.checker.scene import Scene

MOST_CONNECTIONS = 40.0
"""Of one agency: a pool of 20 for each of its processes, of which a rolling start has two."""
CONNECTIONS = "select count(*) from pg_stat_activity where datname = current_database()"


class Reader:
    """Of one scene; the log is read on from one reading to the next."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.log = Log(scene)

    async def read(self) -> Books:
        scene = self.scene
        ends = await asyncio.to_thread(self.log.read)
        books = Books(
            sources={}, log=dict(self.log.entries), heard={}, states={t: o for o, t in scene.states.items()},
            facts={t: o for o, t in scene.facts.items()}, ends=ends, scanned=scene.scanned,
        )  # fmt: skip
        if scene.people:
            books.people = await self._people()
        for agency, url in scene.databases.items():
            books.answers[agency] = list(_answers(scene.answers, agency))  # first: a desk goes on while we read
            sql = await asyncpg.connect(url)
            try:
                if agency in scene.states:
                    books.sources[agency] = await tables.source(sql)
                else:
                    books.heard[agency] = await self._heard(sql, agency)
                books.kept += await tables.kept(sql, agency)
                books.uses[agency] = await tables.uses(sql, agency)
                if books.people is not None and agency in {books.people.owner, *scene.hearing_people}:
                    copies = agency in scene.hearing_people
                    books.people.heard[agency] = await people.heard(sql, books.people, copies=copies)
                found = float(await sql.fetchval(CONNECTIONS))
                books.sizes.append(Size(f"connections of {agency}", found, MOST_CONNECTIONS))
            finally:
                await sql.close()
        return books

    async def _people(self) -> People:
        sql = await asyncpg.connect(self.scene.databases[self.scene.people.partition(".")[0]])
        try:
            return People(self.scene.people, await people.own(sql))
        finally:
            await sql.close()

    async def opened(self, agency: str, owner: str) -> frozenset[tuple[str, int]]:
        """Key and version of the parcels of an owner whose sealed group stands opened in an agency's copy."""
        sql = await asyncpg.connect(self.scene.databases[agency])
        try:
            return await tables.opened(sql, owner)
        finally:
            await sql.close()

    async def _heard(self, sql: tables.Connection, agency: str) -> Heard:
        scene = self.scene
        copied = list(scene.copying.get(agency, ()))
        return await tables.heard(sql, copied, enters=agency in scene.entering, with_owner=agency in scene.with_owner)


def _answers(folder: Path | None, agency: str) -> Iterator[Answer]:
    """Whole lines: the last one may be on its way."""
    for file in sorted(folder.glob(f"{agency}-*.answers")) if folder else ():
        for line in file.read_text().splitlines(keepends=True):
            if line.endswith("\n"):
                yield Answer(*line.split())
