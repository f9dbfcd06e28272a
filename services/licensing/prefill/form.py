"""The declared form, read once and shared by all requests."""

from functools import cache
from pathlib import Path

from sekali.forms import Form
from services.licensing.model import kbli_table

FORM = "business-licence"


@cache
def business_licence_form() -> Form:
    """FormError, naming the box, if the declaration breaks a law; app.py reads it at start."""
    path = Path(__file__).parent.parent / f"{FORM}.form.yaml"
    return Form.load(path, rules={"kbli": kbli_table().check})
