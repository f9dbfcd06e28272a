"""A row carried out where the servers' data lie on small file systems: `python -m faults.confined ROW OPTIONS FILE`."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

from faults.driving import drive
from faults.results import Result
from faults.row import Options, Skipped, Step, found
from faults.stand import room
from faults.stand.children import PROJECT


def confined(row: str) -> Callable[[Options, Step], Awaitable[Result]]:
    """In place of driving the row here. Raises `Skipped` where no such file system can be had."""

    async def run(options: Options, step: Step) -> Result:
        if why := await asyncio.to_thread(room.missing, options.state):
            raise Skipped(
                f"Small file systems cannot be mounted here ({why}): be root, or let user namespaces be made "
                "(sysctl user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns)."
            )
        file, told = (options.state.with_name(f"{options.state.name}.{row}.{kind}") for kind in ("json", "log"))
        file.unlink(missing_ok=True)
        given = json.dumps({**asdict(options), "state": str(options.state)})
        await _carried_out([sys.executable, "-m", "faults.confined", row, given, str(file)], options, step, told)
        if not file.exists():
            raise RuntimeError(f"{row} could not be carried out: see {told}.")
        return Result(**json.loads(file.read_text()))

    return run


async def _carried_out(argv: list[str], options: Options, step: Step, told: Path) -> None:
    with told.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *room.command(options.state, argv), cwd=PROJECT, env=os.environ | {"PYTHONUNBUFFERED": "1"},
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=errors,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            async for line in process.stdout:
                step(line.decode().strip())
        except BaseException:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGINT)  # it takes its servers down
            raise
        finally:
            await process.wait()


def main() -> None:
    row, given, file = sys.argv[1:]
    told = json.loads(given)
    options = Options(Path(told["state"]), told["seed"], told["smoke"], told["rate"])
    result = asyncio.run(drive(replace(found()[row], alone=None), options, print))
    Path(file).write_text(json.dumps(asdict(result)))


if __name__ == "__main__":
    main()
