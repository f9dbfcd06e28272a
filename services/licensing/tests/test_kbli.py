"""Risk by KBLI, scale and land area."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.licensing.model import Document, KbliTable, LicenceStatus, Risk, Scale, kbli_table, scale_of
from services.licensing.model.kbli import BadTable
from services.licensing.model.licence import documents_for, first_status, needs_verification

BILLION = 1_000_000_000


@pytest.mark.parametrize(
    ("capital", "scale"),
    [
        (0, Scale.MIKRO), (BILLION, Scale.MIKRO), (BILLION + 1, Scale.KECIL), (5 * BILLION, Scale.KECIL),
        (5 * BILLION + 1, Scale.MENENGAH), (10 * BILLION, Scale.MENENGAH), (10 * BILLION + 1, Scale.BESAR),
    ],
)  # fmt: skip
def test_scale_follows_capital_and_a_limit_belongs_to_the_smaller_scale(capital: int, scale: Scale) -> None:
    assert scale_of(Decimal(capital)) is scale


@pytest.mark.parametrize(
    ("code", "scale", "land", "risk"),
    [
        ("01411", Scale.MIKRO, 10, Risk.RENDAH),
        ("01411", Scale.KECIL, 10, Risk.RENDAH),
        ("01411", Scale.MENENGAH, 10, Risk.TINGGI),
        ("01411", Scale.BESAR, 10, Risk.TINGGI),
        ("01191", Scale.KECIL, 249_999, Risk.RENDAH),
        ("01191", Scale.KECIL, 250_000, Risk.MENENGAH_RENDAH),
        ("56101", Scale.MIKRO, 60, Risk.MENENGAH_TINGGI),
        ("62010", Scale.MIKRO, 0, Risk.MENENGAH_RENDAH),
        ("55101", Scale.BESAR, 9000, Risk.TINGGI),
    ],
)
def test_the_table_gives_the_risk(code: str, scale: Scale, land: int, risk: Risk) -> None:
    assert kbli_table().activities[code].risk(scale, Decimal(land)) is risk


@settings(deadline=None)
@given(
    code=st.sampled_from(sorted(kbli_table().activities)),
    scale=st.sampled_from(Scale),
    land=st.decimals(min_value=0, max_value=10**9, allow_nan=False),
)
def test_every_activity_has_a_risk_and_documents_at_every_scale_and_area(
    code: str, scale: Scale, land: Decimal
) -> None:
    risk = kbli_table().activities[code].risk(scale, land)
    documents = documents_for(risk, scale)
    assert documents[0] is Document.NIB
    assert (Document.IZIN in documents) == (risk is Risk.TINGGI)
    assert (first_status(risk) is LicenceStatus.TERBIT) != needs_verification(risk)


def test_small_businesses_of_low_risk_add_their_statements() -> None:
    assert documents_for(Risk.RENDAH, Scale.MIKRO)[1:] == (Document.PERNYATAAN_SNI, Document.PERNYATAAN_HALAL)
    assert documents_for(Risk.RENDAH, Scale.BESAR) == (Document.NIB,)


def test_every_row_names_its_source_and_both_titles() -> None:
    for activity in kbli_table().activities.values():
        assert activity.source
        assert set(activity.title) == {"id", "en"}
        assert all(rule.source for rule in activity.rules)


def test_an_unknown_code_is_refused_without_repeating_it() -> None:
    sentences = kbli_table().check("99999")
    assert sentences is not None
    assert all("99999" not in one and "56101" in one for one in sentences)


def test_a_table_with_a_gap_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "kbli.yaml"
    path.write_text(
        "kbli_version: '2020'\nactivities:\n  - {code: '12345', title: {id: a, en: b}, source: s,"
        " risks: [{scales: [MIKRO], risk: RENDAH, source: s}]}\n"
    )
    with pytest.raises(BadTable, match="12345"):
        KbliTable.load(path)
