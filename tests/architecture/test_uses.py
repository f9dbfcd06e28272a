"""No door shows what another agency said without a record of the use."""

import shutil
from pathlib import Path

import pytest

from sekali.contracts import Catalogue
from tests.architecture.house import ROOT, agencies, keeps
from tests.architecture.inboxes import inbox_of
from tests.architecture.uses import what_is_shown_is_recorded

CATALOGUE = Catalogue.load(ROOT)


@pytest.mark.parametrize("agency", agencies(ROOT))
def test_every_door_that_shows_a_copy_records_the_use(agency: str) -> None:
    keeps(what_is_shown_is_recorded(ROOT, agency, inbox_of(agency, CATALOGUE)))


@pytest.mark.parametrize(
    ("agency", "file", "call"),
    [
        ("licensing", "prefill/cards.py", "uses.record(session, who, resident_id, shown)"),
        ("licensing", "forms/citizen.py", "uses.opening(session, caller.resident_id)"),
        ("tax", "prefill/form.py", "uses.opening(session, resident_id)"),
        ("tax", "prefill/card.py", "uses.record(session, who, resident_id, _heard(row, nitkus))"),
        ("portal", "forms/mine.py", "uses.record(session, uses.CITIZEN, caller.resident_id, shown)"),
        ("population", "prefill.py", "uses.record(session, who, row.resident_id, shown, own=AT_THE_DESK)"),
    ],
)
def test_a_door_that_forgets_is_told(tmp_path: Path, agency: str, file: str, call: str) -> None:
    """Our own agencies without one of their records."""
    shutil.copytree(ROOT / "services" / agency, tmp_path / "services" / agency)
    path = tmp_path / "services" / agency / file
    text = path.read_text(encoding="utf-8")
    assert call in text
    path.write_text(text.replace(call, "None"), encoding="utf-8")
    (said, *_) = what_is_shown_is_recorded(tmp_path, agency, inbox_of(agency, CATALOGUE))
    assert said.startswith(f"services/{agency}/forms")
    assert "no use is recorded" in said
