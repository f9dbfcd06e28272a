"""Generated types: what Melati's register says is what tax hears."""

import io
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastavro import parse_schema, schemaless_reader, schemaless_writer

from sekali import cli, generate
from sekali.contracts import Catalogue
from sekali.pysource import Module, NoPythonType
from services.licensing import events as licensing
from services.population import events as said
from services.tax import events as tax
from tests.schemas.country import ROOT, Country

MELATI = UUID("0197f3a0-0000-7000-8000-000000000002")
REQUEST = UUID("0197f3a0-0000-7000-8000-00000000000a")
BODY = dict[str, Any]


def melati() -> said.Resident:
    return said.Resident(
        resident_id=MELATI,
        version=3,
        standing=said.ResidentStanding.VALID,
        registered_at=datetime(2026, 11, 22, 2, tzinfo=UTC),
        identity=said.ResidentIdentity(
            nik="9999996507900002", full_name="MELATI PUSPA CONTOH", sex=said.ResidentIdentitySex.P
        ),
        birth=said.ResidentBirth(date=date(1990, 7, 25)),
    )


def through(writer: BODY, reader: BODY, record: BODY) -> BODY:
    """Written with one schema, read with another."""
    stream = io.BytesIO()
    schemaless_writer(stream, parse_schema(writer, _write_hint=False), record, strict=True)
    stream.seek(0)
    found = schemaless_reader(stream, parse_schema(writer, _write_hint=False), parse_schema(reader, _write_hint=False))
    assert isinstance(found, dict)
    return found


def test_what_tax_answers_is_what_licensing_hears() -> None:
    catalogue = Catalogue.load(ROOT)
    answer = tax.KswpAnsweredAnswer(
        result=tax.KswpAnsweredAnswerResult.NOT_VALID, reason_code=tax.KswpAnsweredAnswerReason.NAME_DIFFERS
    )
    at = datetime(2026, 11, 22, 2, tzinfo=UTC)
    answered = tax.KswpAnswered(resident_id=MELATI, request_id=REQUEST, answered_at=at, answer=answer)
    revision, contract = catalogue.latest(answered.TOPIC), catalogue.contracts["licensing", answered.TOPIC]
    (written,), (read,) = revision.sealed, contract.sealed
    record = answered.record()
    opened = {"answer": through(written.inner, read.inner, record["answer"])}
    record["answer"] = b"sealed"
    known = licensing.TaxKswpAnswered.of(through(revision.schema, contract.schema, record) | opened)
    assert (known.resident_id, known.request_id, known.answered_at) == (MELATI, REQUEST, at)
    assert known.answer is not None
    assert known.answer.result is licensing.TaxKswpAnsweredAnswerResult.NOT_VALID
    assert known.answer.reason_code is licensing.TaxKswpAnsweredAnswerReason.NAME_DIFFERS
    assert licensing.TaxKswpAnswered.of({**record, "answer": None}).answer is None


def test_a_state_that_is_heard_needs_no_class() -> None:
    """So that one more contract on a state, as the tracker's, changes no generated file."""
    assert not hasattr(licensing, "PopulationResident")


def test_steps_of_an_application_are_typed() -> None:
    status = tax.ApplicationProgressStatus.TERBIT
    step = tax.ApplicationProgressStep(status=status, at=datetime(2026, 11, 22, tzinfo=UTC))
    progress = tax.ApplicationProgress(
        resident_id=MELATI,
        service=tax.ApplicationProgressService.AKTIVASI_NPWP,
        status=status,
        steps=(step,),
        clock=tax.ApplicationProgressClock.STOPPED,
        next_actor=tax.ApplicationProgressNextActor.NOBODY,
    )
    assert progress.record()["steps"] == [{"status": "TERBIT", "at": step.at}]


def test_a_person_is_not_printed() -> None:
    for thing in (melati(), melati().identity):
        assert "MELATI" not in f"{thing!r} {thing}"
        assert "9999996507900002" not in f"{thing!r} {thing}"


def test_classes_know_their_topic() -> None:
    assert (said.Resident.TOPIC, said.Resident.REVISION, said.Resident.KIND, said.Resident.KEY) == (
        "population.resident.v1", 1, "state", "resident_id",
    )  # fmt: skip
    assert tax.LicensingKswpRequested.KIND == "fact"
    assert generate.class_name("population.resident.v2", heard=True) == "PopulationResidentV2"
    assert generate.class_name("tax.kswp-answered.v1", heard=False) == "KswpAnswered"


def test_the_same_schemas_give_the_same_types(tmp_path: Path) -> None:
    country = Country(tmp_path)
    assert len(generate.write(country.root)) == len(Catalogue.load(ROOT).agencies)
    assert generate.stale(country.root) == []
    for agency in Catalogue.load(ROOT).agencies:
        assert generate.path(tmp_path, agency).read_text() == generate.path(ROOT, agency).read_text()


def test_the_command_tells_what_is_stale(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    country = Country(tmp_path)
    call = ["types", "--root", str(country.root)]
    assert cli.run([*call, "--check"]) == 1
    assert "events.py is stale: run `sekali types`" in capsys.readouterr().out
    assert cli.run(call) == 0
    assert cli.run([*call, "--check"]) == 0


def test_every_generated_form_passes_the_strict_type_checker(tmp_path: Path) -> None:
    """Forms of Avro that our topics do not use yet: a group called like its type, defaults, nested optional lists."""
    item = {
        "type": "record",
        "name": "Item",
        "fields": [{"name": "at", "type": {"type": "int", "logicalType": "date"}}],
    }
    schema = {
        "type": "record",
        "name": "Thing",
        "namespace": "x.thing.v1",
        "fields": [
            {"name": "datetime", "type": {"type": "long", "logicalType": "timestamp-millis"}},
            {"name": "items", "type": ["null", {"type": "array", "items": item}], "default": None},
            {"name": "more", "type": {"type": "array", "items": "Item"}},
            {"name": "count", "type": "int", "default": 3},
            {"name": "amount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}},
        ],
    }
    for heard_too in (False, True):
        module = Module("A made-up agency.")
        module.record(schema, "Thing", {}, heard=heard_too)
        file = tmp_path / f"events_{heard_too}.py"
        file.write_text(module.text())
        call = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(file)]
        done = subprocess.run(call, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def test_a_union_of_two_things_has_no_type_and_says_so() -> None:
    schema = {"type": "record", "name": "T", "fields": [{"name": "f", "type": ["int", "string"]}]}
    with pytest.raises(NoPythonType, match="null and one other type"):
        Module("").record(schema, "T", {}, heard=False)
