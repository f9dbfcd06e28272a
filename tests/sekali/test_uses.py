"""The record of uses: written with what it records, in one chain, and nobody changes it unseen."""

import asyncio
import hashlib
import json
import random
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import migrations, uses
from sekali.contracts import Catalogue, fingerprint
from sekali.database import Database
from sekali.errors import SekaliError
from sekali.local.platform import Platform
from sekali.outbox import WRITER, Writer
from sekali.sealing import Keyring
from sekali.testing import Clock
from sekali.uses import check, checkpoint
from tests.sekali.books import FORGED, PLAIN, Books, checkpoint_of, entries
from tests.sekali.town import Town

AT = datetime(2026, 11, 22, 3, 4, 5, 678901, tzinfo=UTC)
LENGTH, MUTATIONS = 24, 2000
MELATI, RANGGA = uuid4(), uuid4()


@pytest.fixture
async def books(platform: Platform, tmp_path: Path, agency_database: Callable[[], str]) -> AsyncIterator[Books]:
    town = Town(platform, tmp_path, {}, "x")
    town.write()
    catalogue = Catalogue.load(tmp_path)
    writer = Writer(town.bank, catalogue, Keyring(tmp_path / "none"), lambda: None)
    url = agency_database()
    database = Database(url, info={WRITER: writer}, clock=Clock(AT))
    superuser = Database(platform.admin.postgres_at(url.rpartition("/")[2]))
    library = Path(migrations.__file__).parent
    await database.migrate([library / "versions"], library)
    yield Books(town.bank, town.parcels, catalogue, database, superuser)
    await superuser.close()
    await database.close()


async def verified(books: Books, kept: check.Head | None = None) -> check.Head:
    async with books.database.transaction() as session:
        await check.in_one_snapshot(session)
        return await check.verify(session, books.holder, kept=kept)


# What stands in an entry


async def test_an_entry_tells_who_whose_which_fields_what_for_and_when(books: Books) -> None:
    async with books.database.transaction() as session:
        uses.record(session, uses.by_officer("dewi"), MELATI, {books.topic: ["owner.name", "use", "use"]})
    (entry,) = await books.entries()
    contract = books.catalogue.contracts[books.holder, books.topic]
    assert (entry.number, entry.at, entry.kind, entry.agency, entry.officer) == (1, AT, "OFFICER", books.holder, "dewi")
    assert (entry.resident_id, entry.topic, entry.fields) == (MELATI, books.topic, ("owner.name", "use"))
    assert (entry.way, entry.purpose_id, entry.purpose_en) == ("DISCLOSE", "uji", "test")
    assert (entry.legal_basis, entry.agreement) == (contract.legal_basis, contract.agreement)
    assert entry.contract == fingerprint(contract.schema)
    assert "dewi" not in repr(entry)


async def test_the_documented_bytes_give_the_hash_to_anybody(books: Books) -> None:
    """Computed here by hand from the docstring of sekali/uses/chain.py, as an auditor would in another language."""
    await books.note(MELATI)
    (entry,) = await books.entries()
    written = (
        f'{{"act":"{entry.act}","agency":"{books.holder}","agreement":"PKS/CONTOH/2026/99",'
        f'"at":"2026-11-22T03:04:05.678901Z","contract":"{entry.contract}","fields":["owner.name"],'
        f'"format":"sekali.use.1","holder":"{books.holder}","kind":"OFFICER",'
        f'"legal_basis":"UU 27/2022 art. 20(2)(e)","number":1,"officer":"dewi","previous":"{"0" * 64}",'
        f'"purpose":{{"en":"test","id":"uji"}},"resident_id":"{MELATI}","topic":"{books.topic}","way":"DISCLOSE"}}'
    )
    assert json.loads(written)
    assert entry.hash == hashlib.sha256(written.encode()).digest()


async def test_the_entries_of_one_answer_share_their_act_and_are_written_at_its_end(books: Books) -> None:
    async with books.database.transaction() as session:
        uses.record(session, uses.CITIZEN, MELATI, {books.topic: ["use"]}, way=uses.PREFILL)
        uses.record(session, uses.CITIZEN, MELATI, {books.topic: ["owner.name"]}, way=uses.PREFILL)
        assert await entries(session) == []
    one, two = await books.entries()
    assert one.act == two.act
    await books.note(MELATI)
    assert (await books.entries())[2].act != one.act
    assert (await verified(books)).count == 3


async def test_nothing_shown_is_no_use(books: Books) -> None:
    async with books.database.transaction() as session:
        uses.record(session, uses.CITIZEN, MELATI, {books.topic: []})
    assert await books.entries() == []
    assert await verified(books) == check.Head(0, uses.GENESIS)


async def test_a_use_without_ground_or_outside_its_transaction_is_refused(books: Books) -> None:
    async with books.database.transaction() as session:
        with pytest.raises(SekaliError, match=r"contracts/.*/land\.other\.v1\.avsc"):
            uses.record(session, uses.CITIZEN, MELATI, {"land.other.v1": ["use"]})
    with pytest.raises(SekaliError, match="before it ends"):
        uses.record(session, uses.CITIZEN, MELATI, {books.topic: ["use"]})
    assert await books.entries() == []


# With its transaction or not at all


async def test_a_use_that_is_rolled_back_leaves_no_trace(books: Books) -> None:
    await books.note(MELATI)
    with pytest.raises(ZeroDivisionError):
        async with books.database.transaction() as session:
            uses.record(session, uses.CITIZEN, MELATI, {books.topic: ["use"]})
            raise ZeroDivisionError
    assert len(await books.entries()) == 1
    await books.note(MELATI)
    assert [entry.number for entry in await books.entries()] == [1, 2], "no number is lost"
    assert (await verified(books)).count == 2


@pytest.mark.parametrize(
    "hindrance",
    [
        "alter table use_entry rename to elsewhere",
        "set session_replication_role = replica; delete from use_head",
        "alter table use_entry add constraint full_up check (number < 1)",
    ],
    ids=["the table is away", "the head is gone", "the disk says no"],
)
async def test_what_cannot_be_recorded_fails_the_whole_transaction(books: Books, hindrance: str) -> None:
    async with books.superuser.transaction() as session:
        for statement in hindrance.split("; "):
            await session.execute(text(statement))
        await session.execute(text("set session_replication_role = origin"))
    with pytest.raises(uses.NotRecorded) as refused:
        async with books.database.transaction() as session:
            await session.execute(text("insert into inbox_event (event_id) values (gen_random_uuid())"))
            uses.record(session, uses.CITIZEN, MELATI, {books.topic: ["use"]})
    assert refused.value.status == 503
    assert str(MELATI) not in str(refused.value)
    async with books.database.transaction() as session:
        assert await session.scalar(text("select count(*) from inbox_event")) == 0


async def test_many_write_at_once_and_the_chain_stays_one(books: Books) -> None:
    """Half take a lock of the business before they record, half after: were the head held from then on, they'd lock."""
    lock = text("select pg_advisory_xact_lock(100)")

    async def use(number: int) -> int:
        async with books.database.transaction() as session:
            if number % 2:
                await session.execute(lock)
            uses.record(session, uses.CITIZEN, (MELATI, RANGGA)[number % 2], {books.topic: ["use", "owner.name"]})
            await session.execute(lock)
            if number % 5 == 0:
                raise ZeroDivisionError
        return 1

    done = await asyncio.gather(*(use(number) for number in range(120)), return_exceptions=True)
    assert (done.count(1), sum(isinstance(one, ZeroDivisionError) for one in done)) == (96, 24)
    assert (await verified(books)).count == 96


async def test_a_long_chain_is_walked_in_batches_with_progress(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = await filled(books)
    monkeypatch.setattr(check, "BATCH", 7)
    told: list[int] = []
    async with books.database.transaction() as session:
        assert await check.verify(session, books.holder, kept=kept, progress=told.append) == kept
    assert told == [7, 14, 21, 24]


async def test_verifying_is_not_disturbed_by_those_who_append(books: Books) -> None:
    done = asyncio.Event()

    async def append() -> None:
        while not done.is_set():
            await books.note(MELATI)

    appending = asyncio.create_task(append())
    seen = [(await verified(books)).count for _ in range(30)]
    done.set()
    await appending
    assert seen == sorted(seen)
    assert seen[-1] > seen[0]


# Changed unseen by nobody


@pytest.mark.parametrize(
    "deed",
    [
        "update use_entry set officer = 'budi'",
        "delete from use_entry",
        "truncate use_entry",
        "update use_head set count = 0",
        "update use_head set hash = decode(repeat('ff', 32), 'hex')",
        "delete from use_head",
        "truncate use_head",
    ],
)
async def test_the_agency_itself_only_appends(books: Books, deed: str) -> None:
    await books.note(MELATI)
    with pytest.raises(DBAPIError, match="append-only"):
        async with books.database.transaction() as session:
            await session.execute(text(deed))
    assert (await verified(books)).count == 1


async def filled(books: Books) -> check.Head:
    for number in range(LENGTH):
        await books.note((MELATI, RANGGA)[number % 2], "owner.name", *(["use"] if number % 3 else []))
    return checkpoint_of(await books.entries())


async def test_thousands_of_changes_are_all_noticed(books: Books) -> None:
    kept = await filled(books)
    assert await verified(books, kept) == kept
    seed = random.randrange(1 << 32)
    chance, held, told = random.Random(seed), await books.entries(), set()
    for turn in range(MUTATIONS):
        spoil = (*PLAIN, *FORGED)[turn % (len(PLAIN) + len(FORGED))]
        async with books.spoiling() as session:
            await spoil(session, held, books.holder, chance)
            with pytest.raises(check.BrokenChain) as noticed:
                await check.verify(session, books.holder, kept=kept if spoil in FORGED else None)
                pytest.fail(f"{spoil.__name__} was not noticed (seed {seed}, turn {turn})")
        said = str(noticed.value)
        assert said.startswith(f"{books.holder}: entry "), said
        assert not any(value in said for value in (str(MELATI), str(RANGGA), "dewi", "owner")), said
        told.add(said.partition(" of the record of uses ")[2])
    assert len(told) > 5, told
    assert await verified(books, kept) == kept, "nothing of it stayed"


async def test_a_forger_of_everything_is_told_by_the_checkpoint_alone(books: Books) -> None:
    kept = await filled(books)
    held = await books.entries()
    for spoil in FORGED:
        async with books.spoiling() as session:
            await spoil(session, held, books.holder, random.Random(1))
            await check.verify(session, books.holder)
            with pytest.raises(check.BrokenChain, match="checkpoint"):
                await check.verify(session, books.holder, kept=kept)


async def test_an_older_checkpoint_fits_a_chain_that_has_grown(books: Books, tmp_path: Path) -> None:
    kept = await filled(books)
    file = tmp_path / "checkpoint.json"
    file.write_text(checkpoint.written({books.holder: kept}, AT))
    assert checkpoint.read(file) == {books.holder: kept}
    await books.note(MELATI)
    assert (await verified(books, kept)).count == LENGTH + 1
    file.write_text("{}")
    with pytest.raises(SekaliError, match="is no checkpoint"):
        checkpoint.read(file)


async def test_another_agencys_chain_does_not_fit_here(books: Books) -> None:
    await filled(books)
    async with books.database.transaction() as session:
        with pytest.raises(check.BrokenChain, match="entry 1 of the record of uses does not fit its own hash"):
            await check.verify(session, "library")


# The citizen reads


async def of_melati(session: AsyncSession, before: int | None = None) -> list[int]:
    return [use["number"] for use in await uses.of_resident(session, MELATI, before=before, limit=5)]


async def test_a_person_reads_her_own_uses_page_by_page(books: Books) -> None:
    await filled(books)
    async with books.database.transaction() as session:
        first = await of_melati(session)
        assert first == [23, 21, 19, 17, 15]
        assert await of_melati(session, before=first[-1]) == [13, 11, 9, 7, 5]
        assert await of_melati(session, before=5) == [3, 1]
        (shown, *_) = await uses.of_resident(session, MELATI)
    assert shown["by"] == {"kind": "OFFICER", "agency": books.holder}
    assert "dewi" not in str(shown)
    assert UUID(str(shown["act"]))
