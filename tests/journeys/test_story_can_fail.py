"""A story whose claims cannot fail would show nothing: each kind of claim is made false once."""

import io
import time

import pytest
import typer
from rich.console import Console

import demo.story
from demo.story.checking import DoesNotHold, arrivals, expect, expect_same, until
from demo.story.steps import carried
from demo.story.table import show
from demo.story.telling import Step, Story, Told, expect_counts
from demo.story.traces import expect_hops
from tests.journeys.stack import Stack

SECRET = "melati@contoh.example"


def test_a_wrong_count_is_told_with_what_was_expected_and_seen() -> None:
    told = Told(2, "a licence", "0")
    receipt = {"counts": {"asked": 33, "key": 1, "filled": 8, "typed": 23, "left_empty": 1}}
    with pytest.raises(DoesNotHold, match=r"expected .*'filled': 9.*, seen .*'filled': 8"):
        expect_counts(told, receipt, asked=33, key=1, filled=9, typed=22, left_empty=1)


def test_counts_that_do_not_sum_are_refused() -> None:
    counts = {"asked": 33, "key": 1, "filled": 9, "typed": 22, "left_empty": 0}
    with pytest.raises(DoesNotHold, match="sum of the counts: expected 33, seen 32"):
        expect_counts(Told(2, "a licence", "0"), {"counts": counts}, **counts)


def test_a_persons_value_is_never_told() -> None:
    with pytest.raises(DoesNotHold) as failure:
        expect_same("her e-mail", SECRET, "other@contoh.example")
    assert SECRET not in str(failure.value)
    assert "other" in str(failure.value)
    assert "@" not in str(failure.value)


def test_what_never_comes_true_ends_at_its_limit() -> None:
    begun = time.monotonic()
    with pytest.raises(DoesNotHold, match="visible at tax"):
        arrivals(begun, {"licensing": lambda: True, "tax": lambda: False}, limit=0.2)
    with pytest.raises(DoesNotHold, match="not yet"):
        until("never", lambda: False, limit=0.05)
    assert time.monotonic() - begun < 5


def test_a_trace_that_lacks_a_hop_does_not_hold(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demo.story.traces.LIMIT_SECONDS", 2.0)
    story = stack.story()
    told = story.play(Step(0, "a look at the portal", lambda story, told: look(story), frozenset()))
    story.close()
    stack.provider.force_flush()
    expect_hops(stack.endpoints.traces.url, told.trace_id, {("demo", "get portal")})
    with pytest.raises(DoesNotHold, match=r"no .*tax process population.resident.v1"):
        expect_hops(stack.endpoints.traces.url, told.trace_id, carried("population.resident.v1", "tax"))


def look(story: Story) -> None:
    story.doors.officer("portal").get("portal", "/forms")


def test_a_false_step_is_shown_and_the_command_does_not_exit_with_0(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def false(_story: Story, _told: Told) -> None:
        expect("status of the licence", "TERBIT", "DICABUT")

    steps = (Step(1, "a false step", false, frozenset()), Step(2, "what would follow", false, frozenset()))
    monkeypatch.setattr(demo.story, "STEPS", steps)
    with stack.platform.place.chosen(), pytest.raises(typer.Exit) as exit_:
        demo.story.main()
    assert exit_.value.exit_code == 1
    shown = capsys.readouterr().out
    assert "Step 1 does not hold: status of the licence" in shown
    assert "expected  TERBIT" in shown
    assert "seen      DICABUT" in shown
    assert "1 steps were not played" in shown


def test_a_failing_step_is_shown_in_red() -> None:
    out = Console(file=io.StringIO(), force_terminal=True, width=120)
    show(out, [Told(1, "a false step", "0" * 32, failure=DoesNotHold("a claim", 1, 2))], 1, "http://127.0.0.1:9411")
    assert isinstance(out.file, io.StringIO)
    assert "\x1b[1;31mno\x1b[0m" in out.file.getvalue()
