"""What an agency's README tells of its events can be trusted."""

from collections.abc import Callable

import pytest

from sekali.contracts import Catalogue
from tests.architecture.house import ROOT, agencies, keeps
from tests.architecture.readmes import table_is_true
from tests.architecture.village import Village

README = "services/health/README.md"
HEARS = "| hears | `population.resident.v1` | whom nurses ask for |"


@pytest.mark.parametrize("agency", agencies(ROOT))
def test_the_table_says_what_schemas_and_contracts_say(agency: str) -> None:
    keeps(table_is_true(ROOT, agency, Catalogue.load(ROOT)))


def test_the_made_up_agencys_table_is_true(village: Village) -> None:
    keeps(table_is_true(village.root, "health", village.catalogue()))


def test_one_row_can_tell_of_every_topic_of_a_shape(village: Village) -> None:
    village.replace(README, HEARS, HEARS.replace("population.", "*."))
    keeps(table_is_true(village.root, "health", village.catalogue()))


SPOILED: list[tuple[Callable[[Village], object], tuple[str, ...]]] = [
    (lambda v: v.replace(README, HEARS, ""), ("population.resident.v1", "Add the row")),
    (lambda v: v.add(README, "| hears | `tax.taxpayer.v1` | why |\n"), ("tax.taxpayer.v1", "contracts/health")),
    (lambda v: v.add(README, "| says | `health.birth.v1` | why |\n"), ("health.birth.v1", "schemas/health")),
    (lambda v: v.add(README, "| hears | `*.application.v1` | why |\n"), ("*.application.v1", "contracts/health")),
    (lambda v: v.replace(README, "whom nurses ask for", ""), ("population.resident.v1", "third column")),
    (lambda v: v.add(README, f"{HEARS}\n"), ("population.resident.v1", "stands twice")),
    (lambda v: v.replace(README, "| says |", "| hears |"), ("health.visit-planned.v1", "says")),
]


@pytest.mark.parametrize(("spoil", "words"), SPOILED, ids=[" ".join(words) for _, words in SPOILED])
def test_a_table_that_is_not_true_is_told(
    village: Village, spoil: Callable[[Village], object], words: tuple[str, ...]
) -> None:
    spoil(village)
    said = "\n".join(table_is_true(village.root, "health", village.catalogue()))
    assert all(word in said for word in (README, *words)), said
