"""A form is data: declared once in YAML, opened with what agencies know, checked with what the citizen answers."""

from sekali.forms.again import opened_again
from sekali.forms.declaration import Box, FormError, Source
from sekali.forms.form import Form, fact_value
from sekali.forms.rules import Check
from sekali.forms.shapes import Correction, Counts, Fact, JsonValue, OpenedBox, OpenedForm, Submission, as_json

__all__ = [
    "Box", "Check", "Correction", "Counts", "Fact", "Form", "FormError", "JsonValue", "OpenedBox", "OpenedForm",
    "Source", "Submission", "as_json", "fact_value", "opened_again",
]  # fmt: skip
