"""What pages are made of: the language that is chosen, numbers as people write them, boxes, names that may be kept."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from babel.support import NullTranslations
from fastapi import FastAPI
from starlette.requests import Request
from starlette.testclient import TestClient

from sekali.errors import SekaliError
from sekali.forms import JsonValue, OpenedBox
from sekali.forms.declaration import Choice, Text
from sekali.pages import Words, as_input, as_text, as_written, asset, assets_door, chains, read
from sekali.pages.languages import LIBRARY, accepted, chosen, translations

ID, EN = Words("id", translations([LIBRARY], "id")), Words("en", NullTranslations())


def box(kind: str, name: str = "one", **told: Any) -> OpenedBox:
    empty = {"required": True, "key": False, "readonly": False}
    return OpenedBox(name=name, label=Text(id="Satu", en="One"), type=kind, **empty | told)


@pytest.mark.parametrize(
    ("header", "language"),
    [("", "id"), ("en-GB,en;q=0.9", "en"), ("id,en;q=0.8", "id"), ("en;q=0.3,in;q=0.7", "id"), ("fr", "id"),
     ("en;q=x", "id"), ("de,en;q=0.1", "en")],
)  # fmt: skip
def test_the_browser_says_which_language_and_else_it_is_indonesian(header: str, language: str) -> None:
    assert accepted(header) == language


@pytest.mark.parametrize(
    ("query", "cookie", "language"),
    [("lang=en", "lang=id", "en"), ("", "lang=en", "en"), ("lang=xx", "", "id"), ("lang=%00", "lang=xx", "id")],
)
def test_the_address_comes_before_the_cookie_and_both_before_the_browser(
    query: str, cookie: str, language: str
) -> None:
    headers = [(b"accept-language", b"id"), (b"cookie", cookie.encode())]
    scope = {"type": "http", "query_string": query.encode(), "headers": headers, "path": "/", "method": "GET"}
    assert chosen(Request(scope)) == language


@pytest.mark.parametrize(
    ("kind", "written", "words", "answer"),
    [("money", "5.000", ID, "5000"), ("money", "Rp 5.000.000", ID, "5000000"), ("money", "5,000", EN, "5000"),
     ("money", "5000", ID, "5000"), ("money", "5.00", ID, "5.00"), ("integer", "1.200", ID, "1200"),
     ("number", "1.120,5", ID, "1120.5"), ("number", "120,5", ID, "120.5"), ("number", "120.5", EN, "120.5"),
     ("number", "12.5", ID, "12.5"), ("number", "many", ID, "many"), ("boolean", "true", ID, True),
     ("boolean", "maybe", ID, "maybe"), ("text", "1.000", ID, "1.000"), ("text", "", ID, None)],
)  # fmt: skip
def test_what_is_typed_is_read_as_its_language_writes_it(
    kind: str, written: str, words: Words, answer: JsonValue
) -> None:
    assert read(box(kind), written, words) == answer


@pytest.mark.parametrize("words", [ID, EN])
@pytest.mark.parametrize(("kind", "value"), [("money", 60_000_000), ("number", 1120.5), ("integer", 3), ("text", "A")])
def test_what_stands_in_a_box_is_read_back_as_the_same(kind: str, value: JsonValue, words: Words) -> None:
    again = read(box(kind), as_written(box(kind), value, words), words)
    assert Decimal(str(again)) == Decimal(str(value)) if kind != "text" else again == value


def test_days_moments_and_money_are_written_as_in_jakarta() -> None:
    late = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
    assert (ID.day(late), EN.moment(late)) == ("21 November 2026", "21 November 2026, 01:30 WIB")
    assert ID.moment(late.isoformat()) == "21 November 2026, 01.30 WIB"
    assert (ID.day(date(2026, 8, 17)), EN.day("2026-08-17")) == ("17 Agustus 2026", "17 August 2026")
    assert ID.money(5_000_000) == "Rp&nbsp;5.000.000"


def test_a_value_is_shown_in_words() -> None:
    choices = (Choice(code="L", label=Text(id="Laki-laki", en="Male")),)
    assert as_text(box("choice", choices=choices), "L", EN) == "Male"
    assert as_text(box("regency"), "3273", EN) == "Kota Bandung"
    assert as_text(box("boolean"), False, ID) == "Tidak"
    assert as_text(box("number", unit="m2"), 120.5, ID) == "120,5 m²"


def test_a_region_waits_for_the_one_above_and_then_lists_what_lies_in_it() -> None:
    waiting = as_input(box("regency"), ID)
    assert (waiting.kind, waiting.options) == ("waiting", ())
    listed = as_input(box("regency"), ID, written="3273", above="32")
    assert (listed.kind, listed.value) == ("select", "3273")
    assert len(listed.options) == 27
    elsewhere = as_input(box("regency"), ID, written="3273", above="31")
    assert elsewhere.value == "", "it does not lie in the province that is chosen now"


def test_region_boxes_that_lie_in_each_other_stand_together() -> None:
    boxes = [box("village", "v", within="d"), box("district", "d", within="r"), box("regency", "r", within="p"),
             box("province", "p"), box("postal_code", "c", within="v"), box("text", "t")]  # fmt: skip
    assert chains(boxes) == {"v": "v", "d": "v", "r": "v", "p": "v"}


def test_an_asset_may_be_kept_for_ever_and_another_name_is_nothing() -> None:
    app = FastAPI()
    app.include_router(assets_door())

    @app.exception_handler(SekaliError)
    async def none(_request: Request, _error: Exception) -> Any:
        from starlette.responses import Response

        return Response(status_code=404)

    with TestClient(app) as client:
        found = client.get(asset("style.css"))
        assert found.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert found.headers["content-type"] == "text/css; charset=utf-8"
        for name in ("style.css", "style.0123456789.css", "..%2Fassets.py", "%2e%2e"):
            assert client.get(f"/assets/{name}").status_code == 404
