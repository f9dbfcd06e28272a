"""The supervisor with small programs: what it keeps alive, and that it leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from sekali.local import child
from sekali.local.child import Child
from sekali.local.control import Control, PartFailed
from sekali.local.processes import Process

FOR_EVER = "import time\nprint('here', flush=True)\ntime.sleep(600)"
STUBBORN = (
    "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('here', flush=True)\ntime.sleep(600)"
)
PARENT = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {FOR_EVER!r}])"


def program(folder: Path, code: str, name: str = "part", grace: float = 5.0) -> Process:
    return Process(name=name, argv=[sys.executable, "-c", code], cwd=folder, tier=0, grace=grace)


def until(done: Callable[[], object], limit: float = 20) -> None:
    end = time.monotonic() + limit
    while not done():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


@pytest.fixture
def control(tmp_path: Path) -> Iterator[Control]:
    control = Control(tmp_path)
    yield control
    control.down()


def start(control: Control, process: Process) -> psutil.Process:
    control.start(process)
    control.await_ready(process, lambda: None if said(control, process.name) else "silent", 20)
    seen = control.seen(process.name)
    assert seen
    assert seen.pid
    return psutil.Process(seen.pid)


def said(control: Control, part: str) -> str:
    log = control.run_folder.log(part)
    return log.read_text() if log.exists() else ""


def supervisor(control: Control) -> psutil.Process:
    status = control.run_folder.status()
    assert status
    return psutil.Process(status.supervisor)


def test_a_part_that_was_killed_is_started_again(control: Control, tmp_path: Path) -> None:
    first = start(control, program(tmp_path, FOR_EVER))
    first.kill()
    until(lambda: (seen := control.seen("part")) and seen.restarts == 1 and seen.pid not in {None, first.pid})


def test_down_leaves_nothing_even_of_a_part_that_ignores_it(control: Control, tmp_path: Path) -> None:
    running = [
        start(control, program(tmp_path, STUBBORN, "stubborn", grace=0.5)),
        start(control, program(tmp_path, PARENT)),
    ]
    running += [grandchild for process in running for grandchild in process.children(recursive=True)]
    running.append(supervisor(control))
    assert len(running) == 4
    control.down()
    assert [process.pid for process in running if process.is_running()] == []
    assert not control.supervised()


def test_nothing_is_left_when_the_supervisor_itself_is_killed(control: Control, tmp_path: Path) -> None:
    running = start(control, program(tmp_path, FOR_EVER))
    supervisor(control).send_signal(signal.SIGKILL)
    running.wait(10)
    assert not control.supervised()
    again = start(control, program(tmp_path, FOR_EVER))
    assert again.pid != running.pid


def test_everything_ends_with_the_session_that_owns_it(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", FOR_EVER], stdout=subprocess.DEVNULL) as owner:
        control = Control(tmp_path, owner.pid)
        running = [start(control, program(tmp_path, FOR_EVER)), supervisor(control)]
        owner.kill()
    psutil.wait_procs(running, timeout=20)
    assert [process.pid for process in running if process.is_running()] == []


def test_a_changed_request_restarts_and_an_equal_one_does_not(control: Control, tmp_path: Path) -> None:
    process = program(tmp_path, FOR_EVER)
    first = start(control, process)
    assert start(control, process).pid == first.pid
    assert start(control, process.model_copy(update={"source": "new code"})).pid != first.pid
    assert not first.is_running()


def test_a_part_that_cannot_start_is_reported_with_its_log(control: Control, tmp_path: Path) -> None:
    broken = program(tmp_path, "raise SystemExit('the form has no key box')")
    control.start(broken)
    with pytest.raises(
        PartFailed, match=r"(?s)part ended 3 times with exit code 1.*the form has no key box"
    ) as failure:
        control.await_ready(broken, lambda: "nobody listens", 20)
    assert str(control.run_folder.log("part")) in str(failure.value)


def test_a_part_that_never_answers_is_reported_in_time(control: Control, tmp_path: Path) -> None:
    silent = program(tmp_path, FOR_EVER)
    control.start(silent)
    with pytest.raises(PartFailed, match="not ready after 1 s: nobody listens"):
        control.await_ready(silent, lambda: "nobody listens", 1)


def test_one_part_is_stopped_and_the_others_run_on(control: Control, tmp_path: Path) -> None:
    one, other = (
        start(control, program(tmp_path, FOR_EVER, "one")),
        start(control, program(tmp_path, FOR_EVER, "other")),
    )
    control.stop("one")
    assert not one.is_running()
    assert other.is_running()


def test_a_log_stays_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "LOG_LIMIT", 2000)
    log = tmp_path / "part.log"
    talker = Child(program(tmp_path, "while True: print('x' * 99, flush=True)"), log)
    older = log.with_suffix(".log.1")

    def bounded() -> bool:
        talker.keep_running()
        return older.exists() and 0 < log.stat().st_size < 100_000

    until(bounded)
    talker.ask_to_stop()
    talker.wait_stopped()
    assert b"\0" not in log.read_bytes()


def test_the_environment_of_the_caller_is_not_handed_on(
    control: Control, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_SECRET_OF_MINE", "x")
    code = "import os, time\nprint(sorted(os.environ), flush=True)\ntime.sleep(600)"
    start(control, program(tmp_path, code))
    assert "A_SECRET_OF_MINE" not in said(control, "part")
    assert "PATH" in said(control, "part")
    assert os.environ["A_SECRET_OF_MINE"] == "x"
