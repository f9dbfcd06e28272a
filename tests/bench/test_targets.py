"""Each row asks what was agreed for it, in its own direction."""

import pytest

from bench.measure import LEVELS, Targets, found

AGREED = {
    "P1": (0.40, 0.55, 0.70),
    "P2": (0.75, 0.90, 1.10),
    "P3": (0.70, 0.80, 0.90),
    "P4": (40, 75, 120),
    "P5": (0.80, 0.90, 0.95),
    "P6": (1.35, 1.25, 1.15),
    "P7": (4, 3, 2.2),
    "P8": (6, 4, 2.5),
    "P9": (10, 5, 3),
    "P10": (0.40, 0.55, 0.70),
    "P11": (0.70, 0.85, 0.95),
    "P12": (2, 1.3, 1.1),
    "P13": (300, 160, 130),
    "P14": (0.80, 0.90, 0.95),
    "P15": (10, 30, 100),
    "P16": (0.75, 0.85, 0.95),
    "P17": (1, 2, 3),
    "P18": (0.6, 0.35, 0.25),
    "P19": (25, 60, 100),
}


def test_every_row_is_measured_and_asks_what_was_agreed() -> None:
    measures = found()
    assert set(measures) == set(AGREED)
    asked = {row: tuple(getattr(one.targets, level) for level in LEVELS) for row, one in measures.items()}
    assert asked == AGREED


def test_less_is_better_exactly_where_the_targets_fall() -> None:
    assert {row: one.targets.lower for row, one in found().items()} == {
        row: AGREED[row][0] > AGREED[row][-1] for row in found()
    }


@pytest.mark.parametrize(
    ("ratio", "reached"), [(0.39, None), (0.40, "floor"), (0.56, "goal"), (0.70, "stretch"), (3.0, "stretch")]
)
def test_a_part_of_the_limit_reaches_the_best_target_below_it(ratio: float, reached: str | None) -> None:
    assert Targets(0.40, 0.55, 0.70).reached(ratio) == reached


@pytest.mark.parametrize(("ratio", "reached"), [(6.1, None), (6.0, "floor"), (3.9, "goal"), (2.5, "stretch")])
def test_a_time_reaches_the_best_target_above_it(ratio: float, reached: str | None) -> None:
    assert Targets(6, 4, 2.5, lower=True).reached(ratio) == reached
