"""The flow picture grows with the country: more agencies, more topics, and every letter as large as before."""

from datetime import date
from pathlib import Path

import pytest

from sekali.catalogue_site.flow import Flow, agencies, flows
from sekali.catalogue_site.picture import LETTER, ROWS, WIDTH, Picture, pictures
from sekali.contracts import Card, Catalogue, CatalogueError, Contract, Verified
from tests.catalogue.conftest import ROOT


def card(topic: str) -> Card:
    told = {"topic": topic, "owner": topic.partition(".")[0], "kind": "state", "key": "id", "time": "at"}
    kept = {"partitions": 1, "partitioner": "crc32", "retention": "for ever", "delete_retention": "7 days"}
    promised = {"compatibility": "FULL", "personal_data": "none", "tells": {"id": "x", "en": "x"}}
    return Card.model_validate(told | kept | promised)


def contract(agency: str, topic: str, *verified: str) -> Contract:
    asked = tuple(Verified(path, "") for path in verified)
    return Contract(agency, topic, {}, {}, "", "", 1, date(2028, 12, 31), (), asked)


def country(names: list[str], topics: int) -> list[Picture]:
    """Each agency says so many topics, and the next agency hears them."""
    said = [f"{name}.t{number}.v1" for name in names for number in range(topics)]
    hearer = dict(zip(names, names[1:] + names[:1], strict=True))
    return pictures(names, [Flow(card(topic), (contract(hearer[topic.split(".")[0]], topic),)) for topic in said])


def test_what_there_is_now_is_one_picture_that_fits_a_phone() -> None:
    catalogue = Catalogue.load(ROOT)
    (picture,) = pictures(catalogue.agencies, flows(catalogue))
    assert picture.width == WIDTH
    assert [row.flow.topic for row in picture.rows] == sorted(catalogue.cards)


@pytest.mark.parametrize("count", [1, 2, 5, 9, 30])
def test_names_of_lanes_never_overlap(count: int) -> None:
    names = [f"agency{number:02d}" for number in range(count)]
    for picture in country(names, 1):
        gaps = [right.x - left.x for left, right in zip(picture.lanes, picture.lanes[1:], strict=False)]
        wanted = 16.0 if picture.upright else len(names[0]) * LETTER
        assert all(gap >= wanted for gap in gaps)
        assert all(0 < lane.x < picture.width for lane in picture.lanes)
        assert not picture.upright or picture.head >= len(names[0]) * LETTER


def test_the_longest_name_of_a_topic_has_room() -> None:
    topic = "licensing.application-for-a-place-in-a-market.v1"
    (picture,) = pictures(["licensing", "tax"], [Flow(card(topic), ())])
    assert picture.width > len(topic) * 7
    assert picture.lanes[-1].x < picture.width


def test_many_topics_make_more_pictures_of_a_page_each() -> None:
    drawn = country(["tax", "land", "health"], 12)
    assert sum(len(picture.rows) for picture in drawn) == 36
    assert all(len(picture.rows) <= ROWS for picture in drawn)
    assert [(picture.number, picture.of) for picture in drawn] == [(1, 3), (2, 3), (3, 3)]
    assert max(picture.height / picture.width for picture in drawn) < 257 / 110  # of A4, with room to read


def test_arrows_go_from_the_owner_to_each_hearer_and_end_there() -> None:
    flow = Flow(
        card("land.plot.v1"), (contract("health", "land.plot.v1", "plot.owner"), contract("tax", "land.plot.v1"))
    )
    (picture,) = pictures(["health", "land", "tax"], [flow])
    (row,) = picture.rows
    health, land, tax = (lane.x for lane in picture.lanes)
    assert (row.x, row.left, row.right) == (land, health, tax)
    assert row.heads == ((health, False), (tax, True))
    assert row.marks == (health,)


def test_an_empty_catalogue_has_no_picture() -> None:
    assert pictures([], []) == []
    assert flows(Catalogue({}, {}, {})) == []


def test_a_contract_without_a_topic_is_told() -> None:
    heard = {("tax", "land.plot.v1"): contract("tax", "land.plot.v1")}
    with pytest.raises(CatalogueError, match="hears a topic that nobody says"):
        flows(Catalogue({}, {}, heard))


def test_an_agency_is_called_as_its_file_says_else_by_its_short_name(tmp_path: Path) -> None:
    catalogue = Catalogue({}, {}, {("tax", "x.y.v1"): contract("tax", "x.y.v1")})
    assert agencies(tmp_path, catalogue)["tax"].title == {"id": "tax", "en": "tax"}
    assert agencies(ROOT, catalogue)["tax"].title["id"] == "Pajak (DJP)"
    file = tmp_path / "schemas" / "tax" / "agency.yaml"
    file.parent.mkdir(parents=True)
    for text in ("title: Tax", "title: {id: Pajak}\nabout: {id: a, en: b}", "- :", "title: {"):
        file.write_text(text)
        with pytest.raises(CatalogueError, match=r"schemas/tax/agency\.yaml: it is not title and about"):
            agencies(tmp_path, catalogue)
