"""`sekali tail`: a topic as one agency hears it, with that agency's credentials, contract and keys."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.errors import KafkaError

from sekali.codec import Decoder, Heard, Poison, SchemaMismatch
from sekali.contracts import Catalogue, Contract
from sekali.errors import SekaliError
from sekali.local.endpoints import Endpoints
from sekali.local.place import Place
from sekali.registry import Registry
from sekali.sealing import KeyNotKnownYet, Keyring, NoRightToKey


class NotHeard(SekaliError):
    """The agency has no contract on the topic."""


class CannotFollow(SekaliError):
    """The broker does not let the agency read the topic, or does not answer."""


def main(
    topic: Annotated[str, typer.Argument(help="A topic, as population.resident.v1.")],
    as_: Annotated[str, typer.Option("--as", help="The agency whose credentials, contract and keys are used.")],
    from_start: Annotated[bool, typer.Option(help="Everything that the topic holds, not only what comes.")] = False,
    max_: Annotated[int, typer.Option("--max", min=0, help="End after so many events; 0 = never.")] = 0,
    open_: Annotated[bool, typer.Option("--open", help="Print the fields of opened groups.")] = False,
) -> None:
    """Follow a topic: one line for each event. Without --open no value of a person is printed."""
    place = Place.find()
    catalogue, endpoints = Catalogue.load(place.root), Endpoints.load(place.state)
    contract = _contract(catalogue, as_, topic)
    try:
        asyncio.run(_follow(place, catalogue, endpoints, contract, from_start=from_start, most=max_, fields=open_))
    except KeyboardInterrupt:
        raise typer.Exit from None
    except KafkaError as error:
        raise CannotFollow(
            f"{as_} cannot follow {topic} ({type(error).__name__}). Look at `sekali doctor` and `sekali rights apply`."
        ) from None


def _contract(catalogue: Catalogue, agency: str, topic: str) -> Contract:
    """The agency's contract; an owner reads its own topic as it writes it."""
    contract = catalogue.contracts.get((agency, topic))
    if contract is not None:
        return contract
    if topic not in catalogue.cards:
        raise NotHeard(f"There is no topic {topic}: schemas/ holds {', '.join(sorted(catalogue.cards))}.")
    if catalogue.cards[topic].owner != agency:
        raise NotHeard(f"{agency} has no contract on {topic}: it would be contracts/{agency}/{topic}.avsc.")
    latest = catalogue.latest(topic)
    return Contract(
        agency=agency,
        topic=topic,
        schema=latest.schema,
        purpose={"id": "Topik sendiri", "en": "Own topic"},
        legal_basis="",
        agreement="",
        retention_days=0,
        valid_until=date.max,
        sealed=latest.sealed,
    )


async def _follow(
    place: Place,
    catalogue: Catalogue,
    endpoints: Endpoints,
    contract: Contract,
    *,
    from_start: bool,
    most: int,
    fields: bool,
) -> None:
    registry = Registry(endpoints.registry.url)
    keyring = Keyring(place.keys / f"{contract.agency}.json")
    state = catalogue.cards[contract.topic].kind == "state"
    decoder = Decoder(contract, state=state, registry=registry, keyring=keyring)
    granted = {group.name for group in contract.sealed}
    closed = [group.name for group in catalogue.latest(contract.topic).sealed if group.name not in granted]
    seen = 0
    try:
        async with _reading(endpoints, contract, from_start=from_start) as consumer:
            async for record in consumer:
                typer.echo(await line(decoder, record, closed, fields=fields))
                seen += 1
                if seen == most:
                    return
    finally:
        await registry.close()


@asynccontextmanager
async def _reading(endpoints: Endpoints, contract: Contract, *, from_start: bool) -> AsyncIterator[AIOKafkaConsumer]:
    """All partitions, without a consumer group: nobody's place in the topic moves."""
    credential = endpoints.kafka.credentials[contract.agency]
    consumer = AIOKafkaConsumer(
        contract.topic,
        bootstrap_servers=endpoints.kafka.bootstrap,
        security_protocol=endpoints.kafka.security_protocol,
        sasl_mechanism=endpoints.kafka.mechanism,
        sasl_plain_username=credential.username,
        sasl_plain_password=credential.password,
        client_id=f"{contract.agency}.tail",
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest" if from_start else "latest",
    )
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


async def line(decoder: Decoder, record: ConsumerRecord, closed: Sequence[str] = (), *, fields: bool = False) -> str:
    """Time, partition/offset, key, version, type, groups; what cannot be read is said instead, never its bytes.

    `closed`: groups of the topic that the contract does not list.
    """
    head = f"{_time(record.timestamp)}  {record.partition}/{record.offset}"
    try:
        heard = await decoder.decode(record)
    except Poison as poison:
        return f"{head}  UNREADABLE {poison.cause}: {poison}"
    except (NoRightToKey, KeyNotKnownYet, SchemaMismatch) as error:
        return f"{head}  SEALED: {error}"
    told = f"{head}  {heard.key}  {f'v{heard.version}' if heard.version else heard.event_id}  {record.topic}"
    if heard.value is None:
        return f"{told}  tombstone"
    groups = {group.name: heard.value[group.name] for group in decoder.contract.sealed}
    opened = "  ".join(f"{name} {'opened' if value is not None else 'empty'}" for name, value in groups.items())
    shut = f"no key to {', '.join(closed)}" if closed else ""
    parts = [told, _plain(heard, set(groups)), opened, shut]
    if fields:
        parts += [f"{name}.{_shown(field, value)}" for name, group in groups.items() for field, value in _fields(group)]
    return "  ".join(part for part in parts if part)


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")


def _plain(heard: Heard, groups: set[str]) -> str:
    """Codes and ids that travel open, without what the line says already."""
    assert heard.value is not None
    said = {"version", str(heard.key)}
    return " ".join(
        f"{name}={value}"
        for name, value in heard.value.items()
        if name not in groups and name not in said and str(value) not in said and not isinstance(value, datetime)
    )


def _fields(group: dict[str, Any] | None) -> list[tuple[str, Any]]:
    return list(group.items()) if group else []


def _shown(field: str, value: Any) -> str:
    """Identity numbers are masked as the identity types mask them; whoever may open a group still need not see them."""
    return f"{field}={masked(field, value)}"


def masked(field: str, value: Any) -> Any:
    from sekali.identity import Kk, Nib, Nik, Nitku, Npwp

    kinds = {"nik": Nik, "npwp": Npwp, "kk_number": Kk, "nib": Nib, "nitku": Nitku}
    kind = kinds.get(field)
    if kind is None or value is None:
        return value
    try:
        return str(kind.parse(value))
    except ValueError:
        return "*" * len(str(value))
