"""An inbox and its contracts say the same; what is listed and never read would be data taken without need."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import BigInteger, Boolean, Column, DateTime, MetaData, Table, Text, Uuid
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.contracts import Catalogue
from sekali.inbox import Effect, Inbox, Projection
from services.licensing.events import TaxKswpAnswered
from tests.architecture.copied_columns import unread
from tests.architecture.house import ROOT, agencies, keeps
from tests.architecture.inboxes import (
    columns_come_from_the_contract,
    events_are_generated,
    every_field_is_used,
    inbox_of,
    kinds_fit,
    one_declaration_for_each_contract,
    paths,
)
from tests.architecture.village import Village

CATALOGUE = Catalogue.load(ROOT)
RESIDENT, ANSWERED = "population.resident.v1", "tax.kswp-answered.v1"
Law = Callable[[str, Inbox, Catalogue], Any]
LAWS: list[Law] = [one_declaration_for_each_contract, kinds_fit, columns_come_from_the_contract]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("agency", agencies(ROOT))
def test_every_inbox_keeps_the_law(agency: str, law: Law) -> None:
    keeps(law(agency, inbox_of(agency, CATALOGUE), CATALOGUE))


@pytest.mark.parametrize("agency", agencies(ROOT))
def test_every_listed_field_is_used(agency: str) -> None:
    keeps(every_field_is_used(agency, inbox_of(agency, CATALOGUE), CATALOGUE, ROOT))


@pytest.mark.parametrize("agency", agencies(ROOT))
def test_every_effect_takes_a_generated_class(agency: str) -> None:
    keeps(events_are_generated(agency, inbox_of(agency, CATALOGUE)))


def test_the_paths_of_a_contract_look_into_its_groups(village: Village) -> None:
    (contract,) = village.catalogue().hears("health")
    assert paths(contract) == {"resident_id", "version", "standing", "registered_at", "identity.full_name"}


def copy(*columns: Column[Any], key: str = "resident_id") -> Table:
    return Table(
        "resident", MetaData(), Column(key, Uuid, primary_key=True), Column("version", BigInteger),
        Column("gone", Boolean), Column("as_of", DateTime), Column("heard_at", DateTime), *columns,
    )  # fmt: skip


def hearing(table: Table, **columns: str) -> Inbox:
    inbox = Inbox()
    inbox.projection(RESIDENT, into=table, columns=columns)
    return inbox


def told(village: Village, law: Law, inbox: Inbox) -> str:
    return "\n".join(law("health", inbox, village.catalogue()))


def test_the_made_up_inbox_keeps_the_laws(village: Village) -> None:
    table = copy(Column("standing", Text), Column("name", Text))
    inbox = hearing(table, standing="standing", name="identity.full_name")
    assert [told(village, law, inbox) for law in LAWS] == ["", "", ""]
    keeps(every_field_is_used("health", inbox, village.catalogue(), village.root))


def test_a_contract_that_nobody_uses_is_told(village: Village) -> None:
    said = told(village, one_declaration_for_each_contract, Inbox())
    assert all(word in said for word in ("services/health/inbox.py", RESIDENT, f"contracts/health/{RESIDENT}.avsc"))


def test_hearing_without_a_contract_is_told(village: Village) -> None:
    inbox = hearing(copy())
    inbox.projection("tax.taxpayer.v1", into=copy(), columns={})
    said = told(village, one_declaration_for_each_contract, inbox)
    assert all(word in said for word in ("services/health/inbox.py", "tax.taxpayer.v1", "Add the contract"))


async def handler(session: AsyncSession, event: TaxKswpAnswered) -> None: ...


def test_an_effect_on_a_state_is_told(village: Village) -> None:
    inbox = Inbox({RESIDENT: Effect(RESIDENT, handler, TaxKswpAnswered)})
    said = told(village, kinds_fit, inbox)
    assert all(word in said for word in ("services/health/inbox.py", RESIDENT, "Declare a projection"))


def test_a_projection_of_a_fact_is_told() -> None:
    inbox = Inbox()
    inbox.projection(ANSWERED, into=copy(), columns={})
    (said,) = kinds_fit("licensing", inbox, CATALOGUE)
    assert all(word in said for word in ("services/licensing/inbox.py", ANSWERED, "Declare an effect"))


WRONG: list[tuple[Inbox, tuple[str, ...]]] = [
    (hearing(copy(Column("nik", Text)), nik="identity.nik"), ("nik reads identity.nik", "Correct or list it")),
    (hearing(copy(Column("id", Text)), id="identity"), ("id reads identity,", "Correct or list it")),
    (hearing(copy(Column("s", Text, nullable=False)), s="standing"), ("s cannot be null", "Allow null")),
    (hearing(copy(Column("s", Text), key="person"), s="standing"), ("key is person", "resident_id")),
]


@pytest.mark.parametrize(("inbox", "words"), WRONG, ids=[words[0] for _, words in WRONG])
def test_a_column_that_does_not_fit_is_told(village: Village, inbox: Inbox, words: tuple[str, ...]) -> None:
    said = told(village, columns_come_from_the_contract, inbox)
    assert all(word in said for word in ("services/health/inbox.py", RESIDENT, *words)), said


def test_a_field_that_no_column_reads_is_told(village: Village) -> None:
    inbox = hearing(copy(Column("standing", Text)), standing="standing")
    (said,) = every_field_is_used("health", inbox, village.catalogue(), village.root)
    assert said.startswith(f"contracts/health/{RESIDENT}.avsc, field identity.full_name")
    assert "Remove it from the contract" in said


SOMEBODY_ELSES = """
from services.licensing import events


class Other:
    reason_code = ""


def take(event: events.TaxKswpAnswered, other: Other, anything):
    anything.answer.reason_code
    return event.answer.result if event.answer else event.request_id, other.reason_code
"""


def test_a_field_that_no_use_case_reads_is_told(village: Village) -> None:
    """`answer.result` is read. A `reason_code` is read too, but of another class."""
    village.write("services/licensing/events.py", (ROOT / "services/licensing/events.py").read_text())
    village.write("services/licensing/inbox.py", SOMEBODY_ELSES)
    inbox = Inbox({ANSWERED: Effect(ANSWERED, handler, TaxKswpAnswered)})
    contracts = {pair: contract for pair, contract in CATALOGUE.contracts.items() if pair == ("licensing", ANSWERED)}
    catalogue = Catalogue(CATALOGUE.cards, CATALOGUE.revisions, contracts)
    (said,) = every_field_is_used("licensing", inbox, catalogue, village.root)
    assert said.startswith(f"contracts/licensing/{ANSWERED}.avsc, field answer.reason_code")


TABLES = "from sqlalchemy import select\nfrom services.ward.store.tables import resident\n"
READS = {
    "a statement": "def f():\n    return select(resident.c.name)",
    "a condition": "def f():\n    return select(resident).where(resident.c.name == 'x')",
    "a short name": "def f():\n    r = resident.c\n    return select(r.version, r.name)",
    "a list of names": "NAMES = ('version', 'name')\n\n\ndef f():\n    return [resident.c[one] for one in NAMES]",
    "a row": "def f(s):\n    return s.execute(select(resident))\n\n\ndef g(s):\n    row = f(s)\n    return row.name",
    "a row by its caller": "def f(s):\n    return s.execute(select(resident))\n\n\ndef g(s):\n    return f(s)['name']",
    "a whole row": "def f(s):\n    return [dict(row) for row in s.execute(select(resident))]",
}
UNREAD = {
    "nothing": "",
    "its mapping": "COLUMNS = {'name': 'identity.full_name'}",
    "another table": "def f():\n    return select(other.c.name, resident.c.version)",
    "another thing": "def f(thing):\n    return select(resident.c.version), thing.name",
    "far from the table": "def f(row):\n    return row['name']",
}


@pytest.mark.parametrize("name", [*READS, *UNREAD])
def test_a_column_is_followed_from_its_table(village: Village, name: str) -> None:
    village.write("services/ward/store/copies.py", TABLES + (READS | UNREAD)[name] + "\n")
    declared = Projection(RESIDENT, copy(Column("name", Text)), {"name": "identity.full_name"})
    assert list(unread(village.root, "ward", declared)) == (["identity.full_name"] if name in UNREAD else [])


def test_a_column_that_fills_a_box_is_read(village: Village) -> None:
    declared = Projection(RESIDENT, copy(Column("name", Text)), {"name": "identity.full_name"})
    village.write("services/ward/visit.form.yaml", (village.home / "visit.form.yaml").read_text())
    assert not list(unread(village.root, "ward", declared))


def test_a_class_of_another_agency_is_told() -> None:
    inbox = Inbox({ANSWERED: Effect(ANSWERED, handler, TaxKswpAnswered)})
    keeps(events_are_generated("licensing", inbox))
    (said,) = events_are_generated("health", inbox)
    assert all(word in said for word in ("services/health/inbox.py", ANSWERED, "services/health/events.py"))
