"""Hostile cases made from numbers: a seed and a case's number give the same case again, alone.

`make fuzz` sets the counts; `make test` runs a small share of them. What fails is told as the command that repeats it.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

LONGEST_SECONDS = 60
"""Of one case, on a busy machine; the slowest honest one takes a tenth of a second alone."""
EDGES = (0, 1, 2, 15, 16, 31, 127, 128, 255, 256, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF, (1 << 63) - 1, 1 << 63)
PLANTED = "PUTRI RAHASIA CONTOH"
"""Stands in made-up values: no error text, log line or problem document may ever hold it."""


class Hung(BaseException):
    """A case that took too long; no `except Exception` of what is tried takes it for an answer."""


class Lot:
    """The cases of one kind of fuzz in this run: `kind` is CODEC, HTTP or REDRIVE."""

    def __init__(self, kind: str, share: int) -> None:
        self.kind = kind
        self.cases = int(os.environ.get(f"SEKALI_FUZZ_{kind}") or share)
        self.seed = int(os.environ.get("SEKALI_FUZZ_SEED") or time.time())
        self.only = os.environ.get("SEKALI_FUZZ_CASE") or None

    def chance(self, number: int) -> random.Random:
        return random.Random(self.seed * 100_000_007 + number)

    def numbers(self) -> range:
        return range(self.cases) if self.only is None else range(int(self.only), int(self.only) + 1)

    def again(self, number: int | None = None) -> str:
        """What repeats the run, or one case of it."""
        case = "" if number is None else f"CASE={number} "
        return f"make fuzz ONLY={self.kind.lower()} SEED={self.seed} {case}{self.kind}={self.cases}"

    @contextmanager
    def case(self, number: int) -> Iterator[random.Random]:
        """What goes wrong inside is told with the command that repeats it."""
        try:
            with limited():
                yield self.chance(number)
        except (Exception, Hung) as wrong:
            wrong.add_note(f"repeat it: {self.again(number)}")
            raise

    def told(self, outcomes: dict[str, int], began: float) -> None:
        counts = ", ".join(f"{name} {count}" for name, count in sorted(outcomes.items()))
        took = time.monotonic() - began
        print(f"\n{self.kind.lower()}: {len(self.numbers())} cases in {took:.1f} s: {counts}", file=sys.stderr)
        print(f"repeat it: {self.again()}", file=sys.stderr)


@contextmanager
def limited(seconds: float = LONGEST_SECONDS) -> Iterator[None]:
    """`Hung` is raised in the main thread when the time is over; a limit of pytest's own comes back afterwards."""

    def hung(_signal: int, _frame: FrameType | None) -> None:
        raise Hung(f"It is not done after {seconds:g} s.")

    before = signal.signal(signal.SIGALRM, hung)
    left, _ = signal.setitimer(signal.ITIMER_REAL, seconds)
    began = time.monotonic()
    try:
        yield
    finally:
        rest = max(0.001, left - (time.monotonic() - began)) if left else 0
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, rest)


def spoilt(body: bytes, chance: random.Random, other: bytes = b"") -> bytes:
    """Flipped, cut, doubled, overwritten, grown, joined with another, numbers at their edges put in; or left alone."""
    begin = chance.randrange(len(body) + 1)
    end = chance.randrange(begin, min(len(body), begin + 24) + 1)
    before, piece, behind = body[:begin], body[begin:end], body[end:]
    bit = bytes([piece[0] ^ 1 << chance.randrange(8)]) + piece[1:] if piece else b""
    ways = (
        bit + behind, b"", behind, piece * chance.choice((2, 3, 50)) + behind, chance.randbytes(end - begin) + behind,
        piece + behind + chance.randbytes(chance.randrange(1, 40)), other[chance.randrange(len(other) + 1) :],
        varint(chance.choice(EDGES)) + behind, b"\xff" * chance.randrange(1, 20) + behind, piece + behind,
    )  # fmt: skip
    return before + chance.choice(ways)


def varint(number: int) -> bytes:
    """As Avro writes it, zigzag left out, so that an odd edge is a number below zero."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])
