"""The command `sekali`: one file for each verb in this folder, further verbs by entry points "sekali.verbs".

A verb's file has `app` (a typer.Typer with verbs of its own, as in `sekali topics apply`) or `main` (a function).
Nothing is listed by hand: a new file is a new verb.
"""

import importlib
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import typer

from sekali.errors import SekaliError

Verb = typer.Typer | Callable[..., Any]


def main() -> None:
    """The console script: an error that Sekali foresees is one sentence on standard error and exit code 1.

    A call that does not fit gets the usage and exit code 2.
    """
    try:
        sys.exit(_call(sys.argv[1:], standalone=True))
    except SekaliError as error:
        typer.secho(str(error), fg=typer.colors.RED, err=True)
        sys.exit(1)


def run(arguments: Sequence[str]) -> int:
    """Runs a verb in this process and returns its exit code; errors come through."""
    return _call(arguments, standalone=False)


def _call(arguments: Sequence[str], *, standalone: bool) -> int:
    asked = arguments[0] if arguments else ""
    command = typer.main.get_command(_application(asked))
    code = command.main(args=list(arguments), prog_name="sekali", standalone_mode=standalone)
    return code if isinstance(code, int) else 0


def _application(asked: str) -> typer.Typer:
    """Imports the verb that was asked for alone; all of them only for `--help` and for a verb that is not known."""
    application = typer.Typer(help="Sekali: a fact entered once reaches every form.", no_args_is_help=True)
    application.callback()(_no_verb)
    found = verbs()
    for name in [asked] if asked in found else sorted(found):
        verb = found[name]()
        if isinstance(verb, typer.Typer):
            application.add_typer(verb, name=name)
        else:
            application.command(name)(verb)
    return application


def _no_verb() -> None:
    """Keeps the verb's name even when only one is loaded."""


def verbs() -> dict[str, Callable[[], Verb]]:
    """Every verb on disk and installed, by name, with what imports it."""
    files = (file for file in Path(__file__).parent.glob("[a-z]*.py"))
    found: dict[str, Callable[[], Verb]] = {file.stem.replace("_", "-"): _importer(file.stem) for file in files}
    return {point.name: point.load for point in entry_points(group="sekali.verbs")} | found


def _importer(module_name: str) -> Callable[[], Verb]:
    def load() -> Verb:
        module = importlib.import_module(f"sekali.cli.{module_name}")
        verb: Verb = module.app if hasattr(module, "app") else module.main
        return verb

    return load
