"""The laws of sizes: good taste shows in the median, and rot only in the largest, so the largest has a limit."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.house import files, is_generated, parsed, short

LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 60


def files_are_short(root: Path) -> Iterator[str]:
    """Tests too; generated files are as long as what they are made from."""
    for file in _written_by_hand(root):
        lines = len(file.read_text(encoding="utf-8").splitlines())
        if lines > LINES_OF_A_FILE:
            yield (
                f"{short(file, root)}: {lines} lines; a file has at most {LINES_OF_A_FILE}. "
                "Split it along its concerns; a room becomes a folder of the same name."
            )


def functions_are_short(root: Path) -> Iterator[str]:
    """Tests too; from `def` to its last line, functions inside it included."""
    for file in _written_by_hand(root):
        for node in ast.walk(parsed(file)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > LINES_OF_A_FUNCTION:
                    yield (
                        f"{short(file, root)}:{node.lineno}: {node.name} has {lines} lines; a function has at most "
                        f"{LINES_OF_A_FUNCTION}. Give its steps names."
                    )


def _written_by_hand(root: Path) -> Iterator[Path]:
    return (file for file in files(root, ".py") if not is_generated(file))
