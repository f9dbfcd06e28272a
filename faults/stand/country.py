"""The agencies of the suite as they lie on disk: schemas, cards, contracts, tables.

`north`, `south` and `west` say parcels (a state, its owner sealed) and payments (a fact).
`archive` copies all parcels with their owners, `gazette` without; `treasury` enters all payments into a ledger;
`court` copies the parcels of `north` and enters its payments, each of which waits for its parcel.
`north` says persons too where a row needs somebody to erase; `archive` and `court` copy them.
At the desk of `archive` officers are shown who owns a parcel, where the load asks for it.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

OWNERS = ("north", "south", "west")
PARCEL, PAYMENT = "parcel.v1", "payment.v1"
COPYING: Mapping[str, Sequence[str]] = {"archive": OWNERS, "gazette": OWNERS, "court": ("north",)}
WITH_OWNER = ("archive", "court")
DESKS = ("archive",)
ENTERING: Mapping[str, Sequence[str]] = {"treasury": OWNERS, "court": ("north",)}
SUBSCRIBERS = tuple(sorted({*COPYING, *ENTERING}))
AGENCIES = (*OWNERS, *SUBSCRIBERS)
PEOPLES_OWNER, PERSON = "north", "person.v1"
HEARING_PEOPLE = ("archive", "court")
PARTITIONS = 2

CARD = """\
topic: {topic}
owner: {owner}
kind: {kind}
key: {key}
time: said_at
partitions: {partitions}
partitioner: crc32
retention: {retention}
delete_retention: 7 days
compatibility: FULL_TRANSITIVE
personal_data: none
tells: {{id: Bidang tanah., en: A parcel.}}
{more}"""
MIGRATION = '''\
from sekali.migrations import run

revision = "{agency}_0001"
down_revision = None
branch_labels = ("{agency}",)
depends_on = "sekali_0001"


def upgrade() -> None:
    run("""{sql}""")
'''
# A trigger writes down what was said: it goes with the transaction, and knows nothing of the relay.
SAYING = """
create table parcel (parcel_id uuid primary key, version bigint not null, use text not null, owner text not null);
create table history (parcel_id uuid, version bigint, use text not null, owner text not null, poison boolean not null,
                      primary key (parcel_id, version));
create table payment (number bigint generated always as identity primary key, parcel_id uuid not null,
                      amount bigint not null, note text not null);
create table said (place bigint generated always as identity primary key, event_id uuid not null, topic text not null,
                   key text not null, version bigint);
create function write_down_said() returns trigger language plpgsql as
$$ begin insert into said (event_id, topic, key, version) values (new.id, new.aggregatetype, new.aggregateid, new.version); return null; end $$;
create trigger said after insert on outbox for each row execute function write_down_said();
"""  # noqa: E501  # a line that ends with a semicolon ends a statement
APPLIED = """
create table applied (place bigint generated always as identity primary key, owner text not null,
                      parcel_id uuid not null, before bigint, version bigint not null);
create function write_down_insert() returns trigger language plpgsql as
$$ begin insert into applied (owner, parcel_id, before, version) values (tg_argv[0], new.parcel_id, null, new.version); return null; end $$;
create function write_down_update() returns trigger language plpgsql as
$$ begin insert into applied (owner, parcel_id, before, version) values (tg_argv[0], new.parcel_id, old.version, new.version); return null; end $$;
"""  # noqa: E501
COPY = """
create table parcel_{owner} (parcel_id uuid primary key, version bigint not null, gone boolean not null default false,
                             as_of timestamptz, heard_at timestamptz, use text{more});
create trigger inserted after insert on parcel_{owner} for each row execute function write_down_insert('{owner}');
create trigger updated after update on parcel_{owner} for each row execute function write_down_update('{owner}');
"""
# Deliberately not idempotent: what is entered twice stands there twice, and the total is wrong for good.
LEDGER = """
create table ledger (place bigint generated always as identity primary key, owner text not null,
                     number bigint not null, parcel_id uuid not null, amount bigint not null);
create table account (owner text not null, parcel_id uuid not null, total bigint not null, entries bigint not null,
                      primary key (owner, parcel_id));
"""
PERSONS = """
create table person (person_id uuid primary key, version bigint not null, name text,
                     withdrawn boolean not null default false);
"""
PERSON_COPY = """
create table person_copy (person_id uuid primary key, version bigint not null, gone boolean not null default false,
                          as_of timestamptz, heard_at timestamptz, name text);
create table person_change (place bigint generated always as identity primary key, person_id uuid not null,
                            gone boolean not null);
create function write_down_person() returns trigger language plpgsql as
$$ begin insert into person_change (person_id, gone) values (new.person_id, new.gone); return null; end $$;
create trigger changed after insert or update on person_copy for each row execute function write_down_person();
"""
ATTRIBUTES = {
    "purpose": {"id": "uji gangguan", "en": "fault tests"},
    "legal_basis": "UU 27/2022 art. 20(2)(e)",
    "agreement": "PKS/CONTOH/2026/99",
    "retention_days": 365,
    "valid_until": "2098-12-31",
}
UUID = {"type": "string", "logicalType": "uuid"}


def parcels(owner: str) -> str:
    return f"{owner}.{PARCEL}"


def payments(owner: str) -> str:
    return f"{owner}.{PAYMENT}"


def people() -> str:
    return f"{PEOPLES_OWNER}.{PERSON}"


def has_people(root: Path) -> bool:
    """Whether there are persons in the country that was written there."""
    return (root / "schemas" / PEOPLES_OWNER / people()).exists()


def write(root: Path, *, with_people: bool = False) -> None:
    """All of it under `root`, which is empty."""
    if with_people:
        _say(root, people(), "state", _person(people()), key="person_id", more="person: true\n")
        for agency in HEARING_PEOPLE:
            _hear(root, agency, people(), _person(people()))
    for owner in OWNERS:
        _say(root, parcels(owner), "state", _parcel(parcels(owner)))
        _say(root, payments(owner), "fact", _payment(payments(owner)))
        _migration(root, owner, SAYING + (PERSONS if with_people and owner == PEOPLES_OWNER else ""))
    for agency in SUBSCRIBERS:
        copied, entered = COPYING.get(agency, ()), ENTERING.get(agency, ())
        for owner in copied:
            _hear(root, agency, parcels(owner), _parcel(parcels(owner), sealed=agency in WITH_OWNER))
        for owner in entered:
            _hear(root, agency, payments(owner), _payment(payments(owner)))
        more = ", owner text" if agency in WITH_OWNER else ""
        tables = APPLIED + "".join(COPY.format(owner=owner, more=more) for owner in copied) if copied else ""
        tables += PERSON_COPY if with_people and agency in HEARING_PEOPLE else ""
        _migration(root, agency, tables + (LEDGER if entered else ""))


def _say(
    root: Path, topic: str, kind: str, schema: Mapping[str, Any], *, key: str = "parcel_id", more: str = ""
) -> None:
    owner, retention = topic.partition(".")[0], "for ever" if kind == "state" else "7 days"
    folder = root / "schemas" / owner / topic
    folder.mkdir(parents=True)
    card = CARD.format(
        topic=topic, owner=owner, kind=kind, key=key, retention=retention, partitions=PARTITIONS, more=more
    )
    (folder / "topic.yaml").write_text(card)
    (folder / "1.avsc").write_text(json.dumps(schema))


def _hear(root: Path, agency: str, topic: str, schema: Mapping[str, Any]) -> None:
    folder = root / "contracts" / agency
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{topic}.avsc").write_text(json.dumps({**schema, **ATTRIBUTES}))


def _migration(root: Path, agency: str, sql: str) -> None:
    folder = root / "services" / agency / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_tables.py").write_text(MIGRATION.format(agency=agency, sql=sql))


def _parcel(namespace: str, *, sealed: bool = True) -> dict[str, Any]:
    fields = [
        {"name": "parcel_id", "type": UUID, "doc": "key"},
        {"name": "version", "type": "long", "doc": "order"},
        {"name": "use", "type": "string", "doc": "what it is used for"},
    ]
    if sealed:
        fields.append(_sealed(namespace, "owner", "ParcelOwner"))
    return {"type": "record", "name": "Parcel", "namespace": namespace, "fields": fields}


def _person(namespace: str) -> dict[str, Any]:
    fields = [
        {"name": "person_id", "type": UUID, "doc": "key"},
        {"name": "version", "type": "long", "doc": "order"},
        _sealed(namespace, "identity", "PersonIdentity"),
    ]
    return {"type": "record", "name": "Person", "namespace": namespace, "fields": fields}


def _sealed(namespace: str, field: str, record: str) -> dict[str, Any]:
    person = [{"name": "name", "type": "string", "doc": "who"}, {"name": "nik", "type": "string", "doc": "number"}]
    inner = {"type": "record", "name": record, "namespace": namespace, "fields": person}
    kind = ["null", {"type": "bytes", "logicalType": "sealed", "seals": inner}]
    return {"name": field, "type": kind, "default": None, "doc": "who it is"}


def _payment(namespace: str) -> dict[str, Any]:
    fields = [
        {"name": "parcel_id", "type": UUID, "doc": "key"},
        {"name": "number", "type": "long", "doc": "which"},
        {"name": "amount", "type": "long", "doc": "how much"},
        {"name": "note", "type": "string", "doc": "a word"},
    ]
    return {"type": "record", "name": "Paid", "namespace": namespace, "fields": fields}
