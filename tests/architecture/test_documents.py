"""What a reader may set, watch, type or wonder about is told of."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Gauge

from sekali import cli, metrics
from tests.architecture.documents import (
    decisions_are_whole,
    metrics_are_described,
    settings_are_described,
    variables_are_known,
    verbs_are_told,
)
from tests.architecture.house import ROOT, keeps


@pytest.mark.parametrize("law", [settings_are_described, variables_are_known, decisions_are_whole])
def test_documents_keep_the_law(law: Callable[[Path], list[str]]) -> None:
    keeps(law(ROOT))


def test_every_metric_has_a_meaning() -> None:
    keeps(metrics_are_described(metrics.EVERY_METRIC))


def test_the_readme_tells_of_every_verb() -> None:
    """Verbs on disk, and those that the project's own entry points add, installed or not."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    keeps(verbs_are_told(ROOT, {*cli.verbs(), *project["entry-points"]["sekali.verbs"]}))


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


PREFIX = "SEKALI_"
SETTINGS = '''\
class Settings(AgencySettings):
    """A docstring of the class describes no field."""

    visits_kept: timedelta = timedelta(days=1)
    """How long."""
    nurses: int = 2
    wards: int = Field(default=3, description="How many wards.")

class Outside(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SEKALI_OUTSIDE_")

    kafka: str
'''


@pytest.fixture
def health(tmp_path: Path) -> Path:
    (tmp_path / "sekali").mkdir()
    write(tmp_path, "services/health/settings.py", SETTINGS)
    write(tmp_path, "docs/settings.md", "| `SEKALI_STATE` | where |\n")
    return tmp_path


def test_a_setting_without_a_description_is_told(health: Path) -> None:
    nurses, kafka = settings_are_described(health)
    assert nurses.startswith(f"services/health/settings.py: the setting {PREFIX}NURSES has no description.")
    assert "SEKALI_OUTSIDE_KAFKA" in kafka


def test_a_variable_that_nobody_explains_is_told(health: Path) -> None:
    variables = ("STATE", "OUTSIDE_KAFKA", "NURSES", "NURSE")
    write(health, "deploy/compose.yaml", "".join(f"{PREFIX}{name}: x\n" for name in variables))
    (said,) = variables_are_known(health)
    assert said.startswith(f"deploy/compose.yaml: nobody says what {PREFIX}NURSE is.")
    assert "docs/settings.md" in said


@pytest.mark.parametrize("meaning", ["", "Rows.", "Rows that wait for Kafka"])
def test_a_metric_without_a_meaning_is_told(meaning: str) -> None:
    (said,) = metrics_are_described([Gauge("sekali_waiting_rows", meaning, registry=CollectorRegistry())])
    assert "sekali/metrics.py: sekali_waiting_rows has no meaning" in said


def test_a_verb_that_the_readme_leaves_out_is_told(tmp_path: Path) -> None:
    table = "| | |\n|---|---|\n| `sekali up`, `topics apply` | `sekali heal` |\n"
    write(tmp_path, "README.md", f"## The command\n\n{table}\n## Next\n\n| `sekali x` |")
    keeps(verbs_are_told(tmp_path, ["up", "topics"]))
    missing, stale = verbs_are_told(tmp_path, ["up", "heal"])
    assert missing.startswith("README.md") and "`sekali heal`" in missing
    assert "no `sekali topics`" in stale


GOOD = """\
# {}. Visits are facts

**Context.** x.

**Decision.** x.

**Consequence.** x.

**What would reopen it.** x.
"""
FIRST, SECOND = "docs/decisions/0001-visits-are-facts.md", "docs/decisions/0002-nurses.md"


def test_good_decisions_are_taken(tmp_path: Path) -> None:
    write(tmp_path, FIRST, GOOD.format(1))
    write(tmp_path, SECOND, GOOD.format(2))
    keeps(decisions_are_whole(tmp_path))


BAD = [
    ("0003-nurses", GOOD.format(2), "this should be number 0002"),
    ("0001-nurses", GOOD.format(1), "this should be number 0002"),
    ("0002_nurses", GOOD.format(2), "Rename it"),
    ("0002-nurses", GOOD.format(3), "`# 2. What was decided`"),
    ("0002-nurses", GOOD.format(2).replace("**Consequence.** x.\n\n", ""), "**Consequence.**"),
    ("0002-nurses", GOOD.format(2).replace("Decision", "Context"), "**Decision.**"),
]


@pytest.mark.parametrize(("name", "text", "words"), BAD, ids=[words for *_, words in BAD])
def test_a_decision_in_another_shape_is_told(tmp_path: Path, name: str, text: str, words: str) -> None:
    write(tmp_path, FIRST, GOOD.format(1))
    write(tmp_path, f"docs/decisions/{name}.md", text)
    said = "\n".join(decisions_are_whole(tmp_path))
    assert f"docs/decisions/{name}.md" in said or "0002" in said
    assert words in said
