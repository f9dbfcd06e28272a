"""What is wrong with a box is said with the way out, in the language of the page."""

from pathlib import Path

import pytest

from sekali.errors import FieldError
from sekali.forms import OpenedForm
from sekali.pages import Language, Pages
from services.portal.pages import TITLE
from services.portal.pages.drawing import looked_at, sentence
from services.portal.prefill import contact_form

WORDS = Pages(TITLE, Path(__file__).parents[1] / "pages")


@pytest.fixture(scope="module")
def opened() -> OpenedForm:
    return contact_form().declaration()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "This is no e-mail address. Write it as name@domain.id."),
        ("id", "Ini bukan alamat surel. Tulis seperti nama@domain.id."),
    ],
)
def test_the_way_out_is_said_in_both_languages(opened: OpenedForm, language: Language, said: str) -> None:
    _, errors = looked_at(opened, {"email": "melati"}, WORDS.words(language))
    assert errors == {"email": said}


def test_a_way_out_that_the_portal_has_no_words_for_is_left_away_in_indonesian(opened: OpenedForm) -> None:
    error = FieldError("email", "It is wrong.", "Ask the lighthouse keeper.", "Isian ini salah.")
    assert sentence(error, opened, WORDS.words("id")) == "Isian ini salah."
    assert sentence(error, opened, WORDS.words("en")) == "It is wrong. Ask the lighthouse keeper."
