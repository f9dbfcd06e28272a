"""The story of Melati, step by step, as `make demo` plays it."""

from collections.abc import Iterator

import pytest

from demo.story import STEPS
from demo.story.telling import Story, Told
from demo.story.traces import expect_hops
from tests.journeys.stack import Stack


class Telling:
    """Plays steps in order; a test that runs alone gets what comes before it."""

    def __init__(self, story: Story, traces_url: str) -> None:
        self._story = story
        self._traces_url = traces_url
        self._told: list[Told] = []

    def step(self, number: int) -> Told:
        while len(self._told) < number:
            told = self._story.play(STEPS[len(self._told)])
            self._told.append(told)
        for told in self._told[:number]:
            if told.failure is not None:
                pytest.fail(f"step {told.number} ({told.title}) does not hold: {told.failure}")
        expect_hops(self._traces_url, self._told[number - 1].trace_id, STEPS[number - 1].hops)
        return self._told[number - 1]


@pytest.fixture(scope="module")
def telling(stack: Stack) -> Iterator[Telling]:
    story = stack.story()
    yield Telling(story, stack.endpoints.traces.url)
    story.close()


def test_melati_her_mother_and_rangga_are_registered_and_every_agency_hears_of_them(telling: Telling) -> None:
    assert set(telling.step(1).milliseconds) == {"licensing", "tax", "portal"}


def test_melati_gets_her_first_licence_and_types_nothing_that_the_state_knows(telling: Telling) -> None:
    assert telling.step(2).counts == {"asked": 33, "key": 1, "filled": 9, "typed": 22, "left_empty": 1}


def test_melati_activates_her_taxpayer_number_with_nothing_typed_twice(telling: Telling) -> None:
    assert telling.step(3).counts == {"asked": 30, "key": 1, "filled": 24, "typed": 5, "left_empty": 0}


def test_melatis_second_licence_waits_for_tax_and_tax_answers(telling: Telling) -> None:
    assert telling.step(4).counts == {"asked": 33, "key": 1, "filled": 12, "typed": 20, "left_empty": 0}


def test_an_officer_verifies_melatis_restaurant_and_her_tracker_says_so(telling: Telling) -> None:
    assert "portal" in telling.step(5).milliseconds


def test_melati_and_her_mother_move_and_both_agencies_have_the_new_address(telling: Telling) -> None:
    assert set(telling.step(6).milliseconds) == {"licensing", "tax"}


def test_melati_changes_her_email_once_and_both_forms_show_it(telling: Telling) -> None:
    assert set(telling.step(7).milliseconds) == {"licensing", "tax"}


def test_melati_marries_rangga_and_licensing_learns_only_her_address(telling: Telling) -> None:
    assert set(telling.step(8).milliseconds) == {"licensing", "tax"}


def test_rangga_dies_and_melati_heads_a_new_card(telling: Telling) -> None:
    assert set(telling.step(9).milliseconds) == {"licensing", "tax"}


def test_a_double_registration_of_her_mother_is_annulled_and_the_copies_shrink(telling: Telling) -> None:
    assert set(telling.step(10).milliseconds) == {"licensing", "tax", "portal"}
