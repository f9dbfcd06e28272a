"""Personal data stays where it is kept: no log line, span, metric, error, URL or repr holds it."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field

from sekali.identity import Nik
from tests.architecture.house import ROOT, agencies, keeps
from tests.architecture.joined import joined
from tests.architecture.personal import classes, outlets_are_clean, reprs_are_clean, urls_are_clean


def test_no_outlet_is_handed_personal_data() -> None:
    keeps(outlets_are_clean(ROOT))


@pytest.mark.parametrize("agency", agencies(ROOT))
def test_no_door_takes_personal_data_in_its_url(agency: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keeps(urls_are_clean(agency, joined(agency, monkeypatch).openapi()))


@pytest.mark.parametrize("folder", ["sekali", *(f"services/{agency}" for agency in agencies(ROOT))])
def test_no_repr_shows_personal_data(folder: str) -> None:
    keeps(reprs_are_clean(classes(ROOT, folder)))


LEAKS = {
    'logger.info("Registered %s.", nik)': "nik goes into a log line",
    'logger.warning(f"No {person.full_name}")': "full_name goes into a log line",
    'log.error("…", extra={"x": row["mother_name"]})': "mother_name goes into a log line",
    'raise ValueError(f"{nik} is no NIK")': "nik goes into an error's text",
    'raise Taken("The e-mail %s is taken" % email)': "email goes into an error's text",
    'errors.append(FieldError("street", f"{street} is too long"))': "street goes into an error's text",
    'span.set_attribute("kk", card.kk_number)': "kk_number goes into a span",
    'tracer.start_span("x", attributes={"to": mobile})': "mobile goes into a span",
    "SEEN.labels(npwp).inc()": "npwp goes into a metric's label",
    "typer.echo(resident.birth_date)": "birth_date goes into the terminal",
    'await client.get(f"/residents/{nik}")': "nik goes into a URL",
}


@pytest.mark.parametrize(("line", "words"), LEAKS.items(), ids=LEAKS.values())
@pytest.mark.parametrize("place", ["sekali/relay.py", "services/health/store/rows.py"])
def test_a_leak_is_told(tmp_path: Path, place: str, line: str, words: str) -> None:
    code = tmp_path / place
    for folder in ("sekali", "services/health/store"):
        (tmp_path / folder).mkdir(parents=True)
    code.write_text(f"async def leak():\n    {line}\n", encoding="utf-8")
    (said,) = outlets_are_clean(tmp_path)
    assert said.startswith(f"{place}:2: {words}")
    assert "Say the field's name" in said


HARMLESS = """\
logger.info("%s: the field nik is missing.", topic)
raise Refused(f"A {NIK.NAME} has {length} digits.", "Copy it.")
errors.append(FieldError("mother_name", "It is missing."))
number = f"{npwp}{serial:06d}"
row["nik"] = person.nik
"""


def test_speaking_of_a_field_is_no_leak(tmp_path: Path) -> None:
    for folder in ("sekali", "services/health/tests"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "sekali" / "harmless.py").write_text(HARMLESS)
    (tmp_path / "services/health/tests/test_it.py").write_text("print(nik)")
    assert not list(outlets_are_clean(tmp_path))


def test_a_number_in_a_url_is_told() -> None:
    app = FastAPI()

    @app.get("/residents/{nik}")
    def one(nik: str, email: str = "") -> None: ...

    by_path, by_query = urls_are_clean("health", app.openapi())
    assert by_path.startswith("services/health: GET /residents/{nik} takes nik in its URL")
    assert "takes email" in by_query
    assert "body of a POST" in by_query


@dataclass
class Person:
    full_name: str


class Sealed(NamedTuple):
    topic: str
    nik: str


class Answer(BaseModel):
    nik: str
    email: str = Field(repr=False)


@dataclass(repr=False)
class Quiet:
    full_name: str


class Masked(BaseModel):
    nik: Nik | None
    kk_number: str = Field(repr=False)


@pytest.mark.parametrize(("kind", "name"), [(Person, "full_name"), (Sealed, "nik"), (Answer, "nik")])
def test_a_repr_that_shows_is_told(kind: type, name: str) -> None:
    (said,) = reprs_are_clean([kind, Quiet, Masked])
    assert f"{kind.__qualname__}: its repr shows {name}." in said
    assert "repr=False" in said
