"""`sekali tail` shows a topic as one agency hears it, and no value of a person unless it is asked to."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from demo.story.cast import MELATI, SARI_STREET
from sekali.cli.tail import line
from sekali.codec import Decoder
from sekali.contracts import Catalogue
from sekali.local.place import Place
from sekali.registry import Registry
from sekali.sealing import Keyring
from tests.journeys.stack import Stack

RUN = "from sekali.cli import main; main()"


def tail(place: Place, *arguments: str) -> subprocess.CompletedProcess[str]:
    with place.chosen():
        return subprocess.run(
            [sys.executable, "-c", RUN, "tail", *arguments], capture_output=True, text=True, timeout=60, check=False
        )


def test_licensing_sees_that_melati_was_registered_and_none_of_her_values(stack: Stack) -> None:
    melati = stack.melati()
    lines = everything(stack, "population.resident.v1", "licensing")
    (mine,) = [line for line in lines if str(melati.id) in line]
    assert " v1  population.resident.v1  standing=VALID  identity opened  life opened" in mine
    assert "no key to change, civil, family" in mine
    values = (MELATI.name, SARI_STREET, melati.cast.nik(MELATI), melati.cast.kk(0))
    assert not [value for value in values if value in "\n".join(lines)]


def test_with_open_the_fields_are_shown_and_her_nik_stays_masked(stack: Stack) -> None:
    melati = stack.melati()
    lines = everything(stack, "population.resident.v1", "licensing", "--open")
    (mine,) = [line for line in lines if str(melati.id) in line]
    assert f"identity.full_name={MELATI.name}" in mine
    assert melati.cast.nik(MELATI) not in mine


def test_portal_opens_nothing_of_melati(stack: Stack) -> None:
    melati = stack.melati()
    lines = everything(stack, "population.resident.v1", "portal", "--open")
    (mine,) = [line for line in lines if str(melati.id) in line]
    assert mine.endswith("standing=VALID  no key to change, identity, life, birth, address, civil, family")


def test_an_agency_without_a_contract_is_told_which_file_would_give_it(stack: Stack) -> None:
    told = tail(stack.platform.place, "tax.taxpayer.v1", "--as", "portal")
    assert told.returncode == 1
    assert "contracts/portal/tax.taxpayer.v1.avsc" in told.stderr


async def test_a_record_that_cannot_be_read_is_said_with_its_cause_and_without_its_bytes(
    pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    contract = Catalogue.load(pytestconfig.rootpath).contracts["licensing", "population.resident.v1"]
    registry = Registry("http://127.0.0.1:0")
    decoder = Decoder(contract, state=True, registry=registry, keyring=Keyring(tmp_path / "none.json"))
    key = b"01a20230-df74-7157-999b-448c645b9c3d"
    record: Any = SimpleNamespace(
        topic=contract.topic, partition=2, offset=7, timestamp=0, key=key, value=MELATI.name.encode(),
        headers=[("ce_id", key), ("ce_entityversion", b"1")],
    )  # fmt: skip
    told = await line(decoder, record)
    await registry.close()
    assert told.startswith("1970-01-01T00:00:00.000+00:00  2/7  UNREADABLE NOT_FRAMED")
    assert "MELATI" not in told


def everything(stack: Stack, topic: str, agency: str, *more: str) -> list[str]:
    """All lines up to the topic's end as it is now."""
    from confluent_kafka import Consumer, TopicPartition

    consumer = Consumer({**stack.endpoints.confluent(agency), "group.id": f"{agency}.tail-test"})
    held = 0
    for partition in range(4):
        low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)
        held += high - low
    consumer.close()
    told = tail(stack.platform.place, topic, "--as", agency, "--from-start", "--max", str(held), *more)
    assert told.returncode == 0, told.stderr
    return told.stdout.splitlines()
