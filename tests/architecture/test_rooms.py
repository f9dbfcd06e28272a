"""Every agency has the same rooms (README, "The house"): who knows one agency finds the way in each."""

import shutil
from collections.abc import Callable

import pytest

from tests.architecture.house import ROOT, agencies, keeps
from tests.architecture.rooms import folders_belong_together, same_rooms, tables_are_tested
from tests.architecture.village import Village


@pytest.mark.parametrize("agency", agencies(ROOT))
def test_every_agency_has_the_same_rooms(agency: str) -> None:
    keeps(same_rooms(ROOT, agency))


@pytest.mark.parametrize("agency", agencies(ROOT))
def test_every_agencys_tables_are_compared_with_its_migrations(agency: str) -> None:
    keeps(tables_are_tested(ROOT, agency))


def test_schemas_and_contracts_belong_to_an_agency() -> None:
    keeps(folders_belong_together(ROOT))


def test_agencies_are_found_on_disk(village: Village) -> None:
    (village.root / "services" / "console").mkdir()
    village.write("services/console/app.py", "")
    (village.root / "services" / "left" / "__pycache__").mkdir(parents=True)
    assert agencies(village.root) == ["health", "population"]


def test_the_made_up_agency_keeps_the_laws(village: Village) -> None:
    keeps(same_rooms(village.root, "health"))
    keeps(tables_are_tested(village.root, "health"))
    keeps(folders_belong_together(village.root))


SPOILED: list[tuple[Callable[[Village], object], tuple[str, ...]]] = [
    (lambda v: (v.home / "prefill.py").unlink(), ("no prefill", "Add prefill.py")),
    (lambda v: (v.home / "pages.py").unlink(), ("no pages", "Add pages.py")),
    (lambda v: (v.home / "README.md").unlink(), ("no README.md", "Add it")),
    (lambda v: shutil.rmtree(v.home / "migrations"), ("no migrations", "Add it")),
    (lambda v: v.write("services/health/clinic.py", ""), ("services/health/clinic.py", "no room", "Move it")),
    (lambda v: v.write("services/health/store/copies.py", ""), ("store is both", "Move the file")),
]


@pytest.mark.parametrize(("spoil", "words"), SPOILED, ids=[words[0] for _, words in SPOILED])
def test_an_agency_that_is_built_otherwise_is_told(
    village: Village, spoil: Callable[[Village], object], words: tuple[str, ...]
) -> None:
    spoil(village)
    (said,) = same_rooms(village.root, "health")
    assert all(word in said for word in ("services/health", *words)), said


def test_an_agency_whose_tables_nobody_compares_is_told(village: Village) -> None:
    village.write("services/health/tests/test_store.py", '"""compare_metadata is only spoken of."""\n')
    (said,) = tables_are_tested(village.root, "health")
    assert "services/health/tests" in said
    assert "compare_metadata" in said


def test_schemas_without_an_agency_are_told(village: Village) -> None:
    (village.root / "schemas" / "weather").mkdir()
    (said,) = folders_belong_together(village.root)
    assert "schemas/weather" in said
    assert "Add the agency" in said
