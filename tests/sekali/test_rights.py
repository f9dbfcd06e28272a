"""Rights follow from the contracts: on a real broker, and in the keyrings."""

import os
import stat
import time
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

from sekali import rights, topics
from sekali.contracts import Catalogue
from sekali.kafka import Connection
from sekali.local.endpoints import Admin
from sekali.local.platform import Platform
from sekali.rights import keyrings
from sekali.tombstones import kept_seconds
from tests.schemas.country import ROOT, TODAY, Country, without

RESIDENT = "population.resident.v1"
CATALOGUE = Catalogue.load(ROOT)
PASSWORDS = {agency: f"password-of-{agency}" for agency in CATALOGUE.agencies}
DENIED = {KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.GROUP_AUTHORIZATION_FAILED}
SECONDS = 20.0


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Admin]:
    """A broker of its own: rights are the whole broker's, and other tests must keep theirs."""
    alone = Platform(ROOT, tmp_path_factory.mktemp("broker"), owner=os.getpid())
    alone.up(("kafka",))
    topics.apply(alone.admin.confluent(), CATALOGUE)
    producer = Producer(alone.admin.confluent())
    for topic in CATALOGUE.cards:
        producer.produce(topic, key=b"k", value=b"v", partition=0)
    assert producer.flush(SECONDS) == 0
    yield alone.admin
    alone.down()


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def apply(admin: Admin, catalogue: Catalogue, keys: Path, **more: Any) -> list[str]:
    return rights.apply(admin.confluent(), catalogue, PASSWORDS, keys, today=more.pop("today", TODAY), **more)


def user(admin: Admin, agency: str) -> dict[str, str]:
    return admin.confluent() | {"sasl.username": agency, "sasl.password": PASSWORDS[agency]}


def readable(settings: Mapping[str, str], group: str) -> set[str]:
    """Topics whose first record a user gets; every other one is refused already when its partitions are asked for."""
    consumer = Consumer({**settings, "group.id": group, "enable.auto.commit": False})
    seen = set()
    for topic in CATALOGUE.cards:
        error = consumer.list_topics(topic, timeout=SECONDS).topics[topic].error
        assert error is None or error.code() in DENIED, error
        if error is None:
            seen.add(topic)
    consumer.assign([TopicPartition(topic, 0, 0) for topic in seen])
    found: set[str] = set()
    while found != seen:
        message = consumer.poll(SECONDS)
        assert message is not None, f"no record of {seen - found}"
        assert message.error() is None, message.error()
        found.add(str(message.topic()))
    consumer.close()
    return found


def writable(settings: Mapping[str, str]) -> set[str]:
    found: set[str] = set()
    refused: set[str] = set()

    def told(error: KafkaError | None, message: Any) -> None:
        assert error is None or error.code() in DENIED, error
        (found if error is None else refused).add(message.topic())

    producer = Producer({**settings, "enable.idempotence": True, "message.timeout.ms": 15000})
    for topic in CATALOGUE.cards:
        producer.produce(topic, key=b"k", value=b"v", partition=0, on_delivery=told)
    assert producer.flush(SECONDS) == 0
    assert found | refused == set(CATALOGUE.cards)
    return found


@pytest.mark.parametrize("agency", CATALOGUE.agencies)
def test_an_agency_reads_and_writes_what_its_contracts_say_and_nothing_else(
    broker: Admin, keys: Path, agency: str
) -> None:
    apply(broker, CATALOGUE, keys)
    own = {card.topic for card in CATALOGUE.says(agency)}
    heard = {contract.topic for contract in CATALOGUE.hears(agency)}
    assert writable(user(broker, agency)) == own
    assert readable(user(broker, agency), f"{agency}.inbox") == own | heard


async def test_who_hears_may_ask_how_long_tombstones_are_kept_and_for_others_the_card_counts(
    broker: Admin, keys: Path, caplog: pytest.LogCaptureFixture
) -> None:
    apply(broker, CATALOGUE, keys)
    real = CATALOGUE.cards[RESIDENT]
    card = real.model_copy(update={"delete_retention_ms": 5_000})  # not what the broker says
    assert await kept_seconds(line(broker, "licensing"), "licensing.test", card) == real.delete_retention_ms / 1000
    assert await kept_seconds(line(broker, "population"), "population.test", card) == 5.0  # the owner hears nothing
    assert "Run `sekali rights apply`" in caplog.text


def line(admin: Admin, agency: str) -> Connection:
    told = user(admin, agency)
    return Connection(
        bootstrap_servers=told["bootstrap.servers"],
        security_protocol=told["security.protocol"],
        sasl_mechanism=told["sasl.mechanism"],
        sasl_plain_username=agency,
        sasl_plain_password=told["sasl.password"],
    )


def test_an_agency_cannot_join_anothers_group_or_grant_itself_anything(broker: Admin, keys: Path) -> None:
    apply(broker, CATALOGUE, keys)
    consumer = Consumer(user(broker, "licensing") | {"group.id": "tax.inbox"})
    consumer.subscribe([RESIDENT])
    message = consumer.poll(SECONDS)
    consumer.close()
    error = message.error() if message else None
    assert error is not None
    assert error.code() == KafkaError.GROUP_AUTHORIZATION_FAILED
    with pytest.raises(KafkaException) as refused:
        rights.acls.Broker(user(broker, "licensing"), ()).add_rules(
            [rights.acls.Rule("licensing", "TOPIC", "PREFIXED", "tax.", "READ")]
        )
    assert refused.value.args[0].code() == KafkaError.CLUSTER_AUTHORIZATION_FAILED


def test_nobody_enters_without_the_password(broker: Admin, keys: Path) -> None:
    apply(broker, CATALOGUE, keys)
    told: list[KafkaError] = []
    wrong: dict[str, Any] = {**user(broker, "licensing"), "sasl.password": "guess", "error_cb": told.append}
    consumer = Consumer({**wrong, "group.id": "licensing.inbox"})
    consumer.subscribe([RESIDENT])
    end = time.monotonic() + SECONDS
    while not told and time.monotonic() < end:
        consumer.poll(0.2)
    consumer.close()
    assert told[0].code() == KafkaError._AUTHENTICATION


def test_a_second_time_there_is_nothing_to_do(broker: Admin, keys: Path) -> None:
    apply(broker, CATALOGUE, keys)
    assert apply(broker, CATALOGUE, keys) == []


def test_a_dry_run_tells_everything_and_does_nothing(broker: Admin, keys: Path, tmp_path: Path) -> None:
    apply(broker, CATALOGUE, keys)
    country = Country(tmp_path / "country")
    (country.root / f"contracts/portal/{RESIDENT}.avsc").unlink()
    fewer = country.ground().catalogue
    told = [
        "gone: portal may DESCRIBE topic population.resident.v1",
        "gone: portal may DESCRIBE_CONFIGS topic population.resident.v1",
        "gone: portal may READ topic population.resident.v1",
    ]
    assert apply(broker, fewer, keys, dry_run=True) == told
    assert RESIDENT in readable(user(broker, "portal"), "portal.inbox")
    assert apply(broker, fewer, keys) == told
    assert RESIDENT not in readable(user(broker, "portal"), "portal.inbox")
    assert not keys.joinpath("absent.json").exists()


def test_an_ended_contract_grants_neither_topic_nor_keys(broker: Admin, keys: Path) -> None:
    apply(broker, CATALOGUE, keys)
    said = apply(broker, CATALOGUE, keys, today=date(2029, 1, 1))
    assert "gone: tax may READ topic population.resident.v1" in said
    assert "tax loses the key of population.resident.v1/civil" in said
    assert not [name for name in keyrings.read(keys / "tax.json") if name.startswith("population.")]
    assert RESIDENT not in readable(user(broker, "tax"), "tax.inbox")


def test_what_follows_from_nothing_goes_and_the_kept_stay(broker: Admin, keys: Path) -> None:
    held = rights.acls.Broker(broker.confluent(), ())
    rule = rights.acls.Rule("stranger", "TOPIC", "LITERAL", RESIDENT, "READ")
    held.put_users({"stranger": "password-of-stranger"})
    held.add_rules([rule])
    assert not [line for line in apply(broker, CATALOGUE, keys, kept=["stranger"]) if "stranger" in line]
    assert rights.acls.User("stranger") in held.users()
    said = apply(broker, CATALOGUE, keys)
    assert {"user stranger goes", f"gone: stranger may READ topic {RESIDENT}"} <= set(said)
    assert rights.acls.User("stranger") not in held.users()
    assert rule not in held.rules()


def test_an_agency_without_a_password_is_told_before_anything_is_done(broker: Admin, keys: Path) -> None:
    with pytest.raises(rights.NoPassword, match=r"No password for tax: run `sekali up`"):
        rights.apply(
            broker.confluent(), CATALOGUE, {a: p for a, p in PASSWORDS.items() if a != "tax"}, keys, today=TODAY
        )
    assert not keys.exists()


# Keyrings need no broker.


def ring(keys: Path, catalogue: Catalogue = CATALOGUE, today: date = TODAY) -> dict[str, keyrings.Ring]:
    rings, _ = keyrings.plan(catalogue, rights.in_force(catalogue, today), keys)
    keyrings.write(keys, rings)
    return {path.stem: keyrings.read(path) for path in keys.glob("*.json")}


def test_each_agency_holds_the_keys_of_its_own_groups_and_of_those_in_its_contracts(keys: Path) -> None:
    rings = ring(keys)
    groups = {
        agency: {name.rpartition("/")[2] for name in held if name.startswith(RESIDENT)}
        for agency, held in rings.items()
    }
    assert groups["population"] == {"change", "identity", "life", "birth", "address", "civil", "family"}
    assert groups["licensing"] == {"identity", "life", "birth", "address"}
    assert groups["tax"] == groups["population"] - {"change"}
    assert groups["portal"] == set()
    assert "licensing.licence.v1/number" not in rings["tax"]
    for name, keyset in rings["tax"].items():
        owner = rings[name.partition(".")[0]]
        assert owner[name] == keyset, "one key for all who hold it"


def test_keyrings_are_private_and_hold_256_bit_keys(keys: Path) -> None:
    for name in ("umask", "again"):
        held = ring(keys)
        for file in keys.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, name
            file.chmod(0o644)
    keyset = held["tax"]["tax.taxpayer.v1/registration"]
    assert len(keyset["keys"][str(keyset["current"])]) == 44


def test_a_key_is_never_made_again(keys: Path) -> None:
    before = ring(keys)
    assert ring(keys) == before
    (keys / "population.json").unlink()
    (keys / "licensing.json").unlink()
    after = ring(keys)
    assert after["licensing"][f"{RESIDENT}/identity"] == before["licensing"][f"{RESIDENT}/identity"]
    assert after["population"][f"{RESIDENT}/change"] != before["population"][f"{RESIDENT}/change"], "no ring held it"


def test_a_group_that_leaves_a_contract_leaves_the_keyring(keys: Path, tmp_path: Path) -> None:
    before = ring(keys)
    country = Country(tmp_path / "country")
    country.contract("tax", RESIDENT, lambda schema: without(schema, "civil"))
    after = ring(keys, country.ground().catalogue)
    assert before["tax"].keys() - after["tax"].keys() == {f"{RESIDENT}/civil"}
    civil = f"{RESIDENT}/civil"
    old, new = before["population"].pop(civil), after["population"].pop(civil)
    assert after["population"] == before["population"], "nothing else changes"
    assert new["current"] != old["current"], "what is sealed from now on is closed to tax"
    assert old["keys"].items() <= new["keys"].items(), "what was said stays readable"


def test_an_agency_that_is_gone_keeps_no_key(keys: Path) -> None:
    ring(keys)
    portal_only = Catalogue(
        {topic: card for topic, card in CATALOGUE.cards.items() if card.owner == "portal"},
        {topic: revisions for topic, revisions in CATALOGUE.revisions.items() if topic.startswith("portal.")},
        {},
    )
    assert ring(keys, portal_only)["tax"] == {}
