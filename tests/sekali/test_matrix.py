"""The whole matrix on a real broker: every principal, every topic, every verb, and what no agency may ever do."""

import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ConfigResource,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from sekali import rights, topics
from sekali.contracts import Catalogue
from sekali.local.endpoints import Admin
from sekali.local.platform import Platform
from tests.schemas.country import ROOT, TODAY, Country
from tests.sekali.hands import SECONDS, Call, Hands, refused

RESIDENT = "population.resident.v1"


def country(root: Path) -> Catalogue:
    """Ours, with two more agencies: `vehicles` owns a topic and holds no contract, the contract of `museum` has ended.

    `tax` and `taxi` share their first letters.
    """
    made = Country(root)
    for agency in ("vehicles", "taxi"):
        topic = f"{agency}.vehicle.v1"
        folder = root / "schemas" / agency / topic
        folder.mkdir(parents=True)
        card = yaml.safe_load((root / f"schemas/population/{RESIDENT}/topic.yaml").read_text())
        (folder / "topic.yaml").write_text(yaml.safe_dump(card | {"topic": topic, "owner": agency}))
        schema = json.loads((root / f"schemas/population/{RESIDENT}/1.avsc").read_text())
        (folder / "1.avsc").write_text(json.dumps(schema | {"namespace": topic}))
    museum = root / "contracts" / "museum"
    museum.mkdir()
    ended = json.loads((root / f"contracts/tax/{RESIDENT}.avsc").read_text()) | {"valid_until": "2026-01-01"}
    (museum / f"{RESIDENT}.avsc").write_text(json.dumps(ended))
    return made.ground().catalogue


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return country(tmp_path_factory.mktemp("country") / "root")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
def broker(catalogue: Catalogue, keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Admin]:
    """A broker of its own: rights are the whole broker's."""
    alone = Platform(ROOT, tmp_path_factory.mktemp("broker"), owner=os.getpid())
    alone.up(("kafka",))
    topics.apply(alone.admin.confluent(), catalogue)
    producer = Producer(alone.admin.confluent())
    for topic in catalogue.cards:
        producer.produce(topic, key=b"k", value=b"v", partition=0)
    assert producer.flush(SECONDS) == 0
    apply(alone.admin, catalogue, keys)
    yield alone.admin
    alone.down()


def apply(admin: Admin, catalogue: Catalogue, keys: Path, today: date = TODAY) -> list[str]:
    passwords = {agency: password(agency) for agency in catalogue.agencies}
    return rights.apply(admin.confluent(), catalogue, passwords, keys, today=today)


def password(agency: str) -> str:
    return f"password-of-{agency}"


def user(admin: Admin, agency: str) -> dict[str, Any]:
    return admin.confluent() | {"sasl.username": agency, "sasl.password": password(agency)}


AGENCIES = ("licensing", "museum", "population", "portal", "tax", "taxi", "vehicles")


def test_the_agencies_of_this_file_are_those_of_its_country(catalogue: Catalogue) -> None:
    assert tuple(catalogue.agencies) == AGENCIES


def hands(broker: Admin, catalogue: Catalogue, agency: str) -> Hands:
    return Hands(user(broker, agency), sorted(catalogue.cards))


@pytest.mark.parametrize("agency", AGENCIES)
def test_every_verb_on_every_topic_is_as_the_contracts_say(broker: Admin, catalogue: Catalogue, agency: str) -> None:
    tries = hands(broker, catalogue, agency)
    own = {card.topic for card in catalogue.says(agency)}
    heard = {one.topic for one in rights.in_force(catalogue, TODAY) if one.agency == agency}
    let = {verb: getattr(tries, verb)() for verb in ("describe", "read", "write", "create", "alter", "delete")}
    assert let == {
        "describe": own | heard, "read": own | heard, "write": own, "create": set(), "alter": set(), "delete": set(),
    }  # fmt: skip


def test_who_has_no_contract_or_an_ended_one_hears_nothing_of_others(catalogue: Catalogue) -> None:
    """What the matrix above was asked with."""
    heard = {one.agency for one in rights.in_force(catalogue, TODAY)}
    assert heard.isdisjoint({"vehicles", "taxi", "museum"})
    assert heard == {"licensing", "population", "portal", "tax"}


@pytest.mark.parametrize("agency", AGENCIES)
def test_groups_and_transactions_are_ones_own(broker: Admin, catalogue: Catalogue, agency: str) -> None:
    tries, topic = hands(broker, catalogue, agency), "taxi.vehicle.v1"
    own = next((card.topic for card in catalogue.says(agency)), None)
    for other in AGENCIES:
        assert tries.transacts(f"{other}.relay") is False, "nobody writes in transactions"
        if other != agency:
            assert tries.joins(f"{other}.{topic}", own or topic) is False, other
    if own is not None:
        assert tries.joins(f"{agency}.{own}", own) is True


def test_a_group_of_another_is_neither_seen_nor_moved(broker: Admin, catalogue: Catalogue) -> None:
    owner, stranger = hands(broker, catalogue, "taxi"), hands(broker, catalogue, "tax")
    group = "taxi.taxi.vehicle.v1"
    assert owner.joins(group, "taxi.vehicle.v1")
    listed = stranger.client.list_consumer_groups(request_timeout=SECONDS).result().valid
    assert group not in {one.group_id for one in listed}
    assert stranger.let(stranger.client.describe_consumer_groups([group], request_timeout=SECONDS)) == set()
    assert stranger.let(stranger.client.delete_consumer_groups([group], request_timeout=SECONDS)) == set()


@pytest.mark.parametrize("agency", AGENCIES)
def test_nobody_rules_the_cluster(broker: Admin, catalogue: Catalogue, agency: str) -> None:
    client = hands(broker, catalogue, agency).client
    grant = AclBinding(
        ResourceType.TOPIC, RESIDENT, ResourcePatternType.LITERAL, f"User:{agency}", "*", AclOperation.READ,
        AclPermissionType.ALLOW,
    )  # fmt: skip
    word = UserScramCredentialUpsertion("admin", ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 8192), b"taken")
    # Listing the users is left out: where the broker refuses it, the client library ends this process (2.16).
    tries: dict[str, Call] = {
        "grant itself a topic": lambda: _first(client.create_acls([grant], request_timeout=SECONDS)),
        "remove the rules": lambda: _first(client.delete_acls([rights.acls.EVERYTHING], request_timeout=SECONDS)),
        "take the administrator's name": lambda: _first(
            client.alter_user_scram_credentials([word], request_timeout=SECONDS)
        ),
        "read the broker's settings": lambda: _first(
            client.describe_configs([ConfigResource(ResourceType.BROKER, "1")], request_timeout=SECONDS)
        ),
    }
    codes = {what: refused(call) for what, call in tries.items()}
    assert codes == dict.fromkeys(tries, KafkaError.CLUSTER_AUTHORIZATION_FAILED)
    # The client library tells a refusal to show the rules as no rules.
    assert client.describe_acls(rights.acls.EVERYTHING, request_timeout=SECONDS).result() == []
    assert rights.acls.Broker(broker.confluent(), ()).rules() != {}


def _first(answers: Mapping[Any, Any]) -> None:
    for answer in answers.values():
        answer.result()


@pytest.mark.parametrize(
    "changes",
    [
        {"sasl.password": "guess"},
        {"sasl.username": "nobody", "sasl.password": "guess"},
        {"sasl.username": "admin", "sasl.password": "password-of-admin"},
        {"sasl.password": "password-of-tax"},
        {"sasl.mechanism": "PLAIN"},
        {"sasl.mechanism": "SCRAM-SHA-256"},
        {"security.protocol": "PLAINTEXT"},
    ],
    ids=["wrong", "unknown user", "administrator", "another's", "plain", "weaker mechanism", "anonymous"],
)
def test_nobody_enters_by_another_way(broker: Admin, changes: dict[str, str]) -> None:
    settings: dict[str, Any] = user(broker, "licensing") | {"log_level": "0"} | changes
    if settings["security.protocol"] == "PLAINTEXT":
        settings = {name: value for name, value in settings.items() if not name.startswith("sasl")}
    with pytest.raises(KafkaException):
        AdminClient(settings).list_topics(timeout=2)


def test_a_live_consumer_whose_contract_is_taken_away_hears_nothing_more(
    broker: Admin, catalogue: Catalogue, keys: Path
) -> None:
    consumer = Consumer(user(broker, "tax") | {"group.id": "tax.live", "auto.offset.reset": "earliest"})
    consumer.assign([TopicPartition(RESIDENT, 0, 0)])
    message = consumer.poll(SECONDS)
    assert message is not None
    assert message.error() is None
    fewer = {place: one for place, one in catalogue.contracts.items() if place != ("tax", RESIDENT)}
    try:
        said = apply(broker, Catalogue(catalogue.cards, catalogue.revisions, fewer), keys)
        assert f"gone: tax may READ topic {RESIDENT}" in said
        until = time.monotonic() + SECONDS
        # A fetch that stands at the broker was allowed when it came; the next one is not.
        while (message := consumer.poll(0.2)) is None or message.error() is None:
            assert time.monotonic() < until, "the consumer was never refused"
        error = message.error()
        assert error is not None
        assert error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED
        producer = Producer(user(broker, "population"))
        producer.produce(RESIDENT, key=b"later", value=b"v", partition=0)
        assert producer.flush(SECONDS) == 0
        heard = [consumer.poll(0.2) for _ in range(10)]
        assert not [one for one in heard if one is not None and one.error() is None]
    finally:
        consumer.close()
        apply(broker, catalogue, keys)


def test_standing_connections_go_on_while_rights_are_applied_again(
    broker: Admin, catalogue: Catalogue, keys: Path
) -> None:
    """Each time every password is put again, with a new salt."""
    producer = Producer(user(broker, "population") | {"message.timeout.ms": 15_000})
    failed: list[Any] = []
    for number in range(5):
        assert apply(broker, catalogue, keys) == []
        producer.produce(RESIDENT, key=b"k", value=b"v", partition=0, on_delivery=lambda error, _: failed.append(error))
        assert producer.flush(SECONDS) == 0
        assert Hands(user(broker, "tax"), [RESIDENT]).describe() == {RESIDENT}, number
    assert failed == [None] * 5


def test_a_second_way_in_for_an_agencys_name_is_found_and_removed(
    broker: Admin, catalogue: Catalogue, keys: Path
) -> None:
    info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 8192)
    admin: Any = AdminClient({**broker.confluent()})
    _first(admin.alter_user_scram_credentials([UserScramCredentialUpsertion("tax", info, b"backdoor")]))
    assert apply(broker, catalogue, keys) == ["user tax by SCRAM_SHA_256 goes"]
    assert apply(broker, catalogue, keys) == []


@pytest.mark.parametrize("step", ["remove_rules", "put_users", "add_rules"])
def test_where_it_breaks_in_the_middle_it_can_be_repeated(
    broker: Admin, catalogue: Catalogue, keys: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fewer = {place: one for place, one in catalogue.contracts.items() if place != ("tax", RESIDENT)}
    other = {**fewer, ("vehicles", RESIDENT): replace(catalogue.contracts["tax", RESIDENT], agency="vehicles")}
    changed = Catalogue(catalogue.cards, catalogue.revisions, other)

    def away(*_: Any) -> None:
        raise KafkaException(KafkaError(KafkaError._TRANSPORT))

    with monkeypatch.context() as broken:
        broken.setattr(rights.acls.Broker, step, away)
        with pytest.raises(KafkaException):
            apply(broker, changed, keys)
    apply(broker, changed, keys)
    assert apply(broker, changed, keys) == []
    assert RESIDENT not in Hands(user(broker, "tax"), [RESIDENT]).describe()
    apply(broker, catalogue, keys)
    assert RESIDENT in Hands(user(broker, "tax"), [RESIDENT]).describe()
