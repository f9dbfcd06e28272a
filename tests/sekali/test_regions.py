"""The list of regions: complete, and every code knows where it lies."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekali import regions

KEMAYORAN = "3171031001"


def test_the_list_is_the_one_of_2025() -> None:
    provinces = regions.provinces()
    regencies = [below for region in provinces for below in regions.children(region.code)]
    districts = [below for region in regencies for below in regions.children(region.code)]
    villages = [below for region in districts for below in regions.children(region.code)]
    assert [len(level) for level in (provinces, regencies, districts, villages)] == [38, 514, 7_285, 83_762]
    kinds = [region.kind for region in regencies]
    assert (kinds.count("kabupaten"), kinds.count("kota")) == (416, 98)
    for level, length in zip((provinces, regencies, districts, villages), (2, 4, 6, 10), strict=True):
        assert all(len(region.code) == length and region.code.isdecimal() for region in level)
    assert all(village.parent == village.code[:6] for village in villages)


def test_a_village_knows_where_it_lies() -> None:
    village = regions.village(KEMAYORAN)
    assert village is not None
    assert (village.name, village.kind, village.dotted) == ("Kemayoran", "kelurahan", "31.71.03.1001")
    assert village.postal_code == "10620"
    assert regions.village("31.71.03.1001") == village
    assert village in regions.villages_of("10620")


@pytest.mark.parametrize("code", ["", "9", "99", "999999", "31710310011", "abc", "31-71", "３１", "31.71.03", " 31"])
def test_what_is_no_village_is_none(code: str) -> None:
    assert regions.village(code) is None


@settings(deadline=None)
@given(st.text(max_size=14))
def test_any_text_is_answered(text: str) -> None:
    assert regions.find(text) is None or text[:2].isdecimal()
    assert regions.children(text) == () or regions.find(text) is not None
    assert regions.is_postal_code(text) == bool(regions.villages_of(text))


def test_an_address_agrees_level_by_level() -> None:
    assert regions.agree(KEMAYORAN, "317103", "3171", "31") is None
    assert regions.agree(KEMAYORAN, "317102", "3171", "31") == "The village does not lie in the district."
    assert regions.agree(KEMAYORAN, "317103", "3172", "31") == "The district does not lie in the regency."
    assert regions.agree(KEMAYORAN, "317103", "3171", "32") == "The regency does not lie in the province."
    assert regions.agree("9999999999", "317103", "3171", "31") == "The village is not in the list of regions."
    assert regions.agree(KEMAYORAN, "317103", "31", "31") == "The regency is not in the list of regions."
