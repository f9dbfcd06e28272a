"""Every way out that a page shows is said in Indonesian too."""

from pathlib import Path

import pytest

from sekali.pages.languages import LIBRARY
from tests.architecture.house import ROOT, agencies, keeps
from tests.architecture.ways_out import untranslated

RULES = """
def look(day):
    yield FieldError("day", "It is wrong.", "Ask the lighthouse keeper.")
    raise Refused(f"It is less than {day}.", way_out=f"Climb {day} steps.")
"""


@pytest.mark.parametrize("agency", agencies(ROOT))
def test_what_an_agencys_rules_advise_is_translated(agency: str) -> None:
    home = ROOT / "services" / agency
    keeps(untranslated(home, home / "pages"))


def test_what_the_rules_of_forms_advise_is_translated() -> None:
    keeps(untranslated(ROOT / "sekali" / "forms", LIBRARY))


def test_one_that_is_not_is_told(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(RULES)
    said = "\n".join(untranslated(tmp_path, LIBRARY))
    assert "Ask the lighthouse keeper." in said
    assert "Climb 7 steps." in said
