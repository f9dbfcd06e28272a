"""The books of a scene: everything is read while nothing is said and nothing is under way."""

import asyncio

import asyncpg

from faults.checker import tables
from faults.checker.books import Books, Heard, Size
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
        for agency, url in scene.databases.items():
            sql = await asyncpg.connect(url)
            try:
                if agency in scene.states:
                    books.sources[agency] = await tables.source(sql)
                else:
                    books.heard[agency] = await self._heard(sql, agency)
                books.kept += await tables.kept(sql, agency)
                books.uses[agency] = await tables.uses(sql, agency)
                found = float(await sql.fetchval(CONNECTIONS))
                books.sizes.append(Size(f"connections of {agency}", found, MOST_CONNECTIONS))
            finally:
                await sql.close()
        return books

    async def _heard(self, sql: tables.Connection, agency: str) -> Heard:
        scene = self.scene
        copied = list(scene.copying.get(agency, ()))
        return await tables.heard(sql, copied, enters=agency in scene.entering, with_owner=agency in scene.with_owner)
