"""A form is data: declared once in YAML, opened with what agencies know, checked with what the citizen answers."""

from sekali.forms.again import opened_again
from sekali.forms.declaration import Box, Choice, FormError, Source, Text
from sekali.forms.form import Form, fact_value
from sekali.forms.rules import Check, Listed
from sekali.forms.shapes import Correction, Counts, Fact, JsonValue, OpenedBox, OpenedForm, Submission, as_json

__all__ = [
    "Box", "Check", "Choice", "Correction", "Counts", "Fact", "Form", "FormError", "JsonValue", "Listed", "OpenedBox",
    "OpenedForm", "Source", "Submission", "Text", "as_json", "fact_value", "opened_again",
]  # fmt: skip
