"""The other way to fill a form: ask the agency that has the fact, each time, through mTLS with a signed token.

Both ends are ours as they are: httpx here with its connection kept, uvicorn and FastAPI there. A token is made for
each request and verified before anything is read; the answer is the same row that a local copy would give.
"""

import multiprocessing
import socket
import ssl
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import httpx
import uvicorn
from fastapi import FastAPI, Request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bench.place import THIN, WIDE, Place, copy_table
from bench.waiting import until
from sekali.database import Database, utc_now
from sekali.local.ports import is_free
from sekali.lookup import Lookup
from sekali.rights import identities
from sekali.rights.identities import Files
from sekali.tokens import Speaker, Verifier
from tests.sekali.certificates import Authority

HOST = "127.0.0.1"
WARM_UP = 20


@dataclass(frozen=True, slots=True)
class Papers:
    """Certificates and keys of the two agencies, in a folder of their own."""

    folder: Path

    @property
    def files(self) -> Files:
        return Files(private=self.folder / "private", public=self.folder / "identities.json")

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    def certificate(self, agency: str) -> Path:
        return self.folder / f"{agency}.pem"


def papers(place: Place) -> Papers:
    made = Papers(place.platform.place.state / "asking")
    authority = Authority("Bench")
    authority.written(made.ca)
    for agency in (THIN, WIDE):
        authority.issue(made.certificate(agency), agency, [HOST])
    identities.plan([THIN, WIDE], made.files, datetime.now(UTC)).carry_out()
    return made


class Copy:
    """The residents that an agency holds, read as its services read them, in a transaction."""

    def __init__(self, place: Place) -> None:
        table = copy_table(WIDE)
        self._lookup = Lookup(table)
        self.database = Database(place.settings(WIDE).database_url)

    async def read(self, key: UUID) -> dict[str, object]:
        """In a transaction of its own."""
        async with self.database.transaction() as session:
            return await self.of(session, key)

    async def of(self, session: AsyncSession, key: UUID) -> dict[str, object]:
        found = await self._lookup.row(session, key)
        assert found is not None, "all residents were laid"
        return found


async def reading(place: Place, keys: Sequence[UUID]) -> float:
    """Seconds of a read of the local copy, the median; in a process of its own.

    A form that is filled has its transaction in either case, for it records what it uses: only the read is replaced.
    """
    copy, taken = Copy(place), list[float]()
    try:
        for key in [*keys[:WARM_UP], *keys]:
            async with copy.database.transaction() as session:
                await session.execute(text("select 1"))  # BEGIN goes with a transaction's first statement
                begun = time.perf_counter()
                await copy.of(session, key)
                taken.append(time.perf_counter() - begun)
    finally:
        await copy.database.close()
    return statistics.median(taken[WARM_UP:])


async def bare(place: Place, keys: Sequence[UUID]) -> float:
    """Seconds of the same read by the driver alone, prepared: what no reader of this database can go below."""
    sql = await place.sql(WIDE)
    try:
        held = await sql.prepare(f"select * from {copy_table(WIDE).name} where resident_id = $1")
        return await _timed(held.fetchrow, keys)
    finally:
        await sql.close()


async def asking(place: Place, papers: Papers, port: int, keys: Sequence[UUID], *, kept: bool = True) -> float:
    """Seconds of a request, the median; `kept`: over one connection, else with a handshake for each."""
    settings = place.settings(THIN).model_copy(update={"identity": papers.files.of(THIN), "development_sign_in": False})
    speaker, trusted = Speaker(settings), ssl.create_default_context(cafile=papers.ca)
    trusted.load_cert_chain(papers.certificate(THIN))
    limits = httpx.Limits(max_keepalive_connections=1 if kept else 0)
    async with httpx.AsyncClient(base_url=f"https://{HOST}:{port}", verify=trusted, limits=limits) as client:

        async def ask(key: UUID) -> object:
            answer = await client.get(f"/residents/{key}", headers=speaker.headers(WIDE))
            return answer.raise_for_status().json()

        return await _timed(ask, keys)


async def _timed(work: Callable[[UUID], Awaitable[object]], keys: Sequence[UUID]) -> float:
    taken = []
    for key in [*keys[:WARM_UP], *keys]:
        begun = time.perf_counter()
        await work(key)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken[WARM_UP:])


@contextmanager
def served(place: Place, papers: Papers) -> Iterator[int]:
    """The port of the asked agency, whose process ends with the block."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(place, papers, port), daemon=True)
    process.start()
    try:
        yield port
    finally:
        process.terminate()
        process.join()


async def listens(port: int) -> None:
    async def is_so() -> bool:
        return not is_free(port)

    await until(is_so, 60)


def serve(place: Place, papers: Papers, port: int) -> None:
    """The asked agency: takes only connections whose certificate the authority has signed."""
    copy, certificate = Copy(place), papers.certificate(WIDE)
    verifier = Verifier(WIDE, papers.files.public, frozenset(), utc_now)
    app = FastAPI()

    @app.get("/residents/{key}")
    async def resident(key: UUID, request: Request) -> dict[str, object]:
        verifier.verify(request.headers["authorization"].removeprefix("Bearer "))
        return await copy.read(key)

    uvicorn.run(
        app, host=HOST, port=port, access_log=False, log_level="warning", ssl_certfile=certificate,
        ssl_keyfile=certificate, ssl_ca_certs=str(papers.ca), ssl_cert_reqs=ssl.CERT_REQUIRED,
    )  # fmt: skip
