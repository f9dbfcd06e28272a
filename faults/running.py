"""A run of rows: one after the other, each written down as it ends, and gone on with where a run was broken off."""

import fcntl
import json
import secrets
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from faults.driving import drive
from faults.results import Outcome, Result
from faults.row import Options, Row, Skipped, whole

FAILED = "failed: "


@dataclass(frozen=True, slots=True)
class Listener:
    """Who is told how far it is."""

    step: Callable[[Row, str], None] = field(default=lambda *_: None)
    ended: Callable[[Row, Outcome], None] = field(default=lambda *_: None)


class UnknownRow(Exception):
    """A row was asked for that is not there."""


class AnotherRun(Exception):
    """Two runs at a time would break each other's servers."""


@contextmanager
def alone(state: Path) -> Iterator[None]:
    """One run at a time on a state folder. Raises `AnotherRun`."""
    state.parent.mkdir(parents=True, exist_ok=True)
    with state.with_name(f"{state.name}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AnotherRun(f"Another run uses {state}: wait for its end, or name another FAULTS_STATE.") from None
        yield


async def run_all(rows: Mapping[str, Row], options: Options, listener: Listener) -> dict[str, Outcome]:
    """What became of each row; `listener.ended` is told as each ends."""
    outcomes: dict[str, Outcome] = {}
    for name, row in rows.items():
        outcomes[name] = await _outcome(row, options, listener)
        listener.ended(row, outcomes[name])
    return outcomes


async def _outcome(row: Row, options: Options, listener: Listener) -> Outcome:
    def step(words: str) -> None:
        listener.step(row, words)

    try:
        return await drive(row, options, step)
    except Skipped as missing:
        return str(missing)
    except Exception as error:
        story = options.state.with_name(f"{options.state.name}.{row.row}.txt")
        story.write_text(traceback.format_exc())
        cause = _first(error)
        return f"{FAILED}{type(cause).__name__}: {cause} (the whole story: {story})"


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def chosen(rows: Mapping[str, Row], only: str) -> dict[str, Row]:
    """`only`: rows with commas between, each with its further parts, or nothing for all. Raises `UnknownRow`."""
    names = [one.strip().upper() for one in only.split(",") if one.strip()]
    if unknown := [one for one in names if one not in rows]:
        raise UnknownRow(f"There is no row {', '.join(unknown)}: ONLY takes some of {', '.join(rows)}.")
    return {name: rows[name] for name in rows if {name, whole(name)} & {*names}} if names else dict(rows)


@dataclass
class Progress:
    """What a run that was broken off has done: the next of the same kind goes on there, with the same seed."""

    file: Path
    seed: int
    done: list[str]

    @classmethod
    def of(cls, file: Path, only: str, seed: int | None, *, smoke: bool) -> "Progress":
        """`seed`: None for that of the run before, or a fresh one."""
        kind = {"only": only, "smoke": smoke}
        before = json.loads(file.read_text()) if file.exists() else {}
        if before.get("kind") == kind and seed in {None, before["seed"]}:
            return cls(file, before["seed"], before["done"])._begun(kind)
        return cls(file, secrets.randbelow(10**9) if seed is None else seed, [])._begun(kind)

    def _begun(self, kind: Mapping[str, object]) -> "Progress":
        self._kind = dict(kind)
        self._write()
        return self

    def ended(self, row: str, outcome: Outcome) -> None:
        if isinstance(outcome, Result):
            self.done.append(row)
            self._write()

    def over(self) -> None:
        self.file.unlink(missing_ok=True)

    def _write(self) -> None:
        self.file.write_text(json.dumps({"kind": self._kind, "seed": self.seed, "done": self.done}))


def failed(outcome: Outcome) -> bool:
    """Also a row that inflicted less than it had planned: it shows less than it says."""
    return outcome.startswith(FAILED) if isinstance(outcome, str) else not (outcome.is_clean and outcome.is_whole)


def is_red(shown: Mapping[str, object]) -> bool:
    """The same of a row as it was written down."""
    if "failed" in shown:
        return str(shown["failed"]).startswith(FAILED)
    return bool(shown["violations"]) or int(str(shown["injected"])) < int(str(shown["planned"]))
