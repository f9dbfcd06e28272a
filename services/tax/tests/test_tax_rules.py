"""Numbers, places, returns, KSWP, KLU."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from services.tax.model import (
    KluTable,
    Permit,
    Person,
    Reason,
    ReturnState,
    Status,
    Taxpayer,
    in_force,
    kswp,
    nitku,
    open_years,
    places_due,
    same_name,
    years_due,
)
from services.tax.tests.people import MELATIS_NIK
from services.tax.tests.registered import PERSON, TAXPAYER

HERE = Path(__file__).parent.parent
permits = st.lists(
    st.builds(
        Permit,
        licence_id=st.uuids(),
        status=st.sampled_from(["TERBIT", "BELUM_TERVERIFIKASI", "DITINJAU", "DICABUT", "UNKNOWN", None]),
        issued_on=st.one_of(st.none(), st.dates(date(2025, 1, 1), date(2027, 1, 1))),
    ),
    unique_by=lambda one: one.licence_id,
)


# --- numbers and places


@given(st.integers(0, 999_999))
def test_a_nitku_is_the_npwp_and_six_digits(serial: int) -> None:
    number = nitku(MELATIS_NIK, serial)
    assert len(number) == 22
    assert number[:16] == MELATIS_NIK
    assert int(number[16:]) == serial


@pytest.mark.parametrize(("npwp", "serial"), [("123", 0), (MELATIS_NIK, -1), (MELATIS_NIK, 1_000_000), ("٠" * 16, 0)])
def test_no_nitku_of_something_else(npwp: str, serial: int) -> None:
    with pytest.raises(ValueError, match=r"digits|six") as refused:
        nitku(npwp, serial)
    assert npwp not in str(refused.value)


@given(permits, st.data())
def test_each_place_in_force_gets_its_number_once_whatever_the_order(held: list[Permit], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(held))
    due = places_due(shuffled, set())
    assert due == places_due(held, set())
    assert sorted(due) == sorted(one.licence_id for one in in_force(held))
    assert places_due(held, set(due)) == []


def test_the_earliest_licence_in_force_comes_first() -> None:
    early, late = UUID(int=9), UUID(int=1)
    revoked = Permit(uuid4(), "DICABUT", date(2020, 1, 1))
    ordered = in_force([Permit(late, "TERBIT", date(2026, 2, 2)), Permit(early, "TERBIT", date(2026, 1, 1)), revoked])
    assert [one.licence_id for one in ordered] == [early, late]


# --- KSWP


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_no_year_before_the_activation_is_due(activated_on: date, day: date) -> None:
    due = years_due(activated_on, day)
    assert all(year >= activated_on.year for year in due)
    assert len(due) <= 2
    assert open_years(activated_on, dict.fromkeys(due, ReturnState.FILED), day) == []
    assert open_years(activated_on, {}, day) == due


@pytest.mark.parametrize(
    ("day", "due"), [(date(2026, 3, 31), [2024]), (date(2026, 4, 1), [2024, 2025]), (date(2025, 3, 31), [])]
)
def test_a_return_is_due_from_the_first_of_april(day: date, due: list[int]) -> None:
    assert years_due(date(2024, 5, 1), day) == due


DAY = date(2026, 6, 1)
FILED = {2024: ReturnState.FILED, 2025: ReturnState.FILED}


@pytest.mark.parametrize(
    ("taxpayer", "person", "returns", "reason"),
    [
        (TAXPAYER, PERSON, FILED, None),
        (TAXPAYER, PERSON, {2025: ReturnState.FILED}, Reason.RETURNS_OPEN),
        (TAXPAYER, PERSON, {**FILED, 2026: ReturnState.DUE}, Reason.RETURNS_OPEN),
        (TAXPAYER, replace(PERSON, full_name="SARI CONTOH"), FILED, Reason.NAME_DIFFERS),
        (TAXPAYER, replace(PERSON, full_name="Melati  Puspa Contoh"), FILED, None),
        (None, PERSON, FILED, Reason.NOT_REGISTERED),
        (replace(TAXPAYER, status=Status.NON_AKTIF), PERSON, FILED, Reason.NOT_REGISTERED),
        (TAXPAYER, replace(PERSON, standing="ANNULLED"), FILED, Reason.NOT_REGISTERED),
    ],
)
def test_kswp(
    taxpayer: Taxpayer | None, person: Person, returns: dict[int, ReturnState], reason: Reason | None
) -> None:
    assert kswp(taxpayer, person, returns, DAY) is reason


def test_an_old_mark_no_longer_counts() -> None:
    assert open_years(date(2015, 1, 1), {2023: ReturnState.DUE, **FILED}, DAY) == []


def test_nobody_is_the_namesake_of_nobody() -> None:
    assert not same_name(None, None)


# --- KLU and the form


def test_the_klu_table_maps_what_it_lists_and_asks_for_the_rest() -> None:
    table = KluTable.load(HERE / "klu.yaml")
    assert table.of("2020", "01411") == "01411"
    assert table.of("2025", "01411") is None
    assert table.of(None, None) is None
    assert all(table.refuse(klu) is None for klu in table.by_kbli.values())
    assert all(row["source"] for row in yaml.safe_load((HERE / "klu.yaml").read_text())["mapping"])


@pytest.mark.parametrize("typed", ["1234", "123456", "04123", "abcde", "٠١٤١١"])
def test_an_impossible_klu_is_refused_without_repeating_it(typed: str) -> None:
    refused = KluTable.load(HERE / "klu.yaml").refuse(typed)
    assert refused is not None
    assert typed not in refused
