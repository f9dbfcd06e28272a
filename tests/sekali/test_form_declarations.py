"""A declaration that breaks a law is refused when it is loaded, with the file, the box and the way out."""

from pathlib import Path

import pytest

from sekali.forms import Form, FormError
from tests.sekali.market import STALL, load


def declared(tmp_path: Path, old: str, new: str) -> str:
    """What loading says after one change of the file."""
    assert old in STALL
    with pytest.raises(FormError) as broken:
        load(tmp_path, STALL.replace(old, new, 1))
    return str(broken.value)


@pytest.mark.parametrize(
    ("old", "new", "box", "sentence"),
    [
        ("id: Luas, en: Area", "id: Luas", "area", "label.en: Field required"),
        ("id: Luas, en: Area", "id: '', en: Area", "area", "label.id"),
        ("type: boolean", "type: bool", "cooks", "neither built in nor registered"),
        ("{name: phone", "{name: cooks", "cooks", "two boxes are called cooks"),
        ("within: stall_regency", "within: stall_town", "stall_district", "within must name a box of type regency"),
        ("within: stall_regency", "within: stall_province", "stall_district", "within must name a box of type regency"),
        ("type: boolean", "type: boolean, within: area", "cooks", "within belongs to"),
        ("type: boolean", "type: boolean, unit: kg", "cooks", "unit belong"),
        ("type: boolean", "type: choice", "cooks", "needs them"),
        ("type: boolean", "type: boolean, readonly: true", "cooks", "readonly needs from"),
        ("type: boolean", "type: boolean, future: allowed", "cooks", "future belongs to type date"),
        ("type: boolean", "type: boolean, colour: red", "cooks", "colour"),
        ("code: L", "code: P", "sex", "same code"),
        ("code: L", "code: UNKNOWN", "sex", "UNKNOWN"),
        ("minimum: 1,", "minimum: 501,", "area", "minimum is above maximum"),
        ("key: true", "key: true, required: false", "nik", "typed by the citizen"),
        ("topic: till.taxpayer.v1", "topic: Taxpayer", "npwp", "from.topic"),
        ("type: boolean", "type: nik, key: true", "form", "at most one key box"),
        ("{name: cooks", "{name: Cooks", "Cooks", "name"),
    ],
)
def test_a_broken_declaration_says_where_and_why(tmp_path: Path, old: str, new: str, box: str, sentence: str) -> None:
    said = declared(tmp_path, old, new)
    assert "stall.form.yaml" in said
    assert box in said
    assert sentence in said


def test_a_file_that_is_no_form_is_told(tmp_path: Path) -> None:
    for text in ("boxes: [", "[]", "", "name: x", "name: stall\ntitle: {id: a, en: b}\nboxes: [1]"):
        with pytest.raises(FormError, match="stall\\.form\\.yaml"):
            load(tmp_path, text)
    with pytest.raises(FormError, match="cannot be read"):
        Form.load(tmp_path / "none.form.yaml")
