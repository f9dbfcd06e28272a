"""Every form on disk can be opened, and no box is filled from what its agency may not read."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from sekali.contracts import Catalogue
from tests.architecture.forms import forms, is_opened, keeps_its_own_laws, says_what_for, sources_exist
from tests.architecture.house import ROOT, agencies, keeps
from tests.architecture.village import Village

EVERY = [path for agency in agencies(ROOT) for path in forms(ROOT, agency)]
BOXES = {"business-licence": 33, "activation": 30, "contact": 2}
"""What OSS's form for a person and Coretax's activation ask; the README and the story count on it."""


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.name)
def test_a_form_keeps_the_laws(path: Path) -> None:
    keeps(keeps_its_own_laws(ROOT, path))
    keeps(is_opened(ROOT, path))
    keeps(says_what_for(ROOT, path))
    keeps(sources_exist(ROOT, path, Catalogue.load(ROOT)))


def test_the_forms_ask_what_they_are_said_to_ask() -> None:
    counts = {path.name.removesuffix(".form.yaml"): len(yaml.safe_load(path.read_text())["boxes"]) for path in EVERY}
    assert counts | BOXES == counts


def told(village: Village) -> str:
    (path,) = forms(village.root, "health")
    said = [*keeps_its_own_laws(village.root, path), *is_opened(village.root, path)]
    said += says_what_for(village.root, path)
    return "\n".join([*said, *sources_exist(village.root, path, village.catalogue())])


def test_the_made_up_form_keeps_the_laws(village: Village) -> None:
    assert told(village) == ""


def source(topic: str, field: str) -> dict[str, str]:
    return {"topic": topic, "field": field}


SPOILED: list[tuple[Callable[[Village], object], tuple[str, ...]]] = [
    (lambda v: v.box("ward", label={"id": "Bangsal"}), ("box ward", "label.en", "required")),
    (lambda v: v.box("ward", label={"en": "Ward", "id": ""}), ("box ward", "label.id")),
    (lambda v: v.replace("services/health/visit.form.yaml", "art. 20(2)(e)", "consent"), ("purpose nor legal basis",)),
    (lambda v: v.box("ward", type="bed"), ("box ward", "type bed is neither built in nor registered")),
    (lambda v: v.replace("services/health/prefill.py", '"ward": str', ""), ("box ward", "nor registered")),
    (lambda v: v.replace("services/health/prefill.py", "visit.form", "visits.form"), ("no room of health loads it",)),
    (lambda v: v.replace("services/health/visit.form.yaml", "name: visit", "name: call"), ("Call the file call.form",)),
    (
        lambda v: v.box("full_name", **{"from": source("tax.taxpayer.v1", "registration.npwp")}),
        ("box full_name", "contracts/health/tax.taxpayer.v1.avsc"),
    ),
    (
        lambda v: v.box("full_name", **{"from": source("population.resident.v1", "identity.nik")}),
        ("box full_name", "no field identity.nik", "list it"),
    ),
    (
        lambda v: v.box("ward", **{"from": source("health.visit-planned.v1", "visit.ward")}),
        ("box ward", "health.visit-planned.v1"),
    ),
]


@pytest.mark.parametrize(("spoil", "words"), SPOILED, ids=[" ".join(words) for _, words in SPOILED])
def test_a_form_that_breaks_a_law_is_told(
    village: Village, spoil: Callable[[Village], object], words: tuple[str, ...]
) -> None:
    spoil(village)
    said = told(village)
    assert all(word in said for word in ("services/health/visit.form.yaml", *words)), said
