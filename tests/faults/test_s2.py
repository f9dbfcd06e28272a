"""The row of properties names tests that are there, and counts what was tried, not what was asked for."""

import base64
from pathlib import Path
from xml.etree import ElementTree

import pytest

from faults.rows import s2

PROJECT = Path(__file__).parents[2]


@pytest.mark.parametrize("test", [test for tests in s2.AREAS.values() for test in tests])
def test_every_property_is_still_there_and_takes_its_number_from_the_profile(test: str) -> None:
    file, _, name = test.partition("::")
    source = (PROJECT / "tests" / "sekali" / file).read_text()
    before, found, _ = source.partition(f"def {name}(")
    assert found, f"{test} is not there: change faults/rows/s2.py"
    *_, settings = before.split("\n\n\n")
    assert "examples(" in settings or ("@MANY" in settings and "MANY = settings(max_examples=examples(" in source)


def test_what_hypothesis_tried_is_counted() -> None:
    words = (
        "test_x.py::test_it:\n\n  - during reuse phase (0.01 seconds):\n"
        "    - 1 passing, 0 failing, and 0 invalid test cases\n\n"
        "  - during generate phase (0.05 seconds):\n"
        "    - 499 passing, 0 failing, and 7 invalid test cases\n"
    )
    value = base64.b64encode(words.encode()).decode()
    report = f'<testsuites><properties><property name="hypothesis-statistics-test_x.py::test_it" value="{value}" />'
    report += '<property name="another" value="7" /></properties></testsuites>'
    assert s2.passed(ElementTree.fromstring(report)) == {"test_x.py::test_it": 500}
