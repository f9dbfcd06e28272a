"""The declared form, read once and shared by all requests."""

from functools import cache
from pathlib import Path

from sekali.forms import Choice, Form, Listed, Text
from services.licensing.model import kbli_table

FORM = "business-licence"


@cache
def business_licence_form() -> Form:
    """FormError, naming the box, if the declaration breaks a law; app.py reads it at start."""
    path = Path(__file__).parent.parent / f"{FORM}.form.yaml"
    table = kbli_table()
    choices = tuple(Choice(code=one.code, label=Text(**one.title)) for _, one in sorted(table.activities.items()))
    return Form.load(path, rules={"kbli": table.check}, lists={"kbli": Listed(choices)})
