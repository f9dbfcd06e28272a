"""Which fields of heard facts an agency's own code reads, proved by the type checker.

In a copy of the generated events.py each field of a heard class is a property that is deprecated, its place being the
message. One run of mypy over the agencies then names each place where one is read, by type and not by name; a field
that it does not name is read by nobody.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sekali.contracts import Catalogue, Contract
from sekali.generate import class_name
from tests.architecture.house import files, is_test, parsed, short

HEAD = "from typing_extensions import deprecated as _read\n"
READ = re.compile(r"^(?P<file>[^:]+):.* is deprecated: (?P<place>\S+)\s+\[deprecated\]$", re.MULTILINE)
# Libraries are not looked into: what they return is Any, and what is read through Any counts as unread.
MYPY = (
    sys.executable, "-m", "mypy", "--config-file=", "--no-site-packages", "--ignore-missing-imports",
    "--enable-error-code=deprecated", "--namespace-packages", "--explicit-package-bases", "--check-untyped-defs",
    "--no-error-summary", "--hide-error-context", "--no-color-output",
)  # fmt: skip
Place = tuple[str, str, str]
"""agency, topic, path"""


def read(root: Path, catalogue: Catalogue) -> frozenset[Place]:
    """The fields of heard facts that hand-written code reads."""
    agencies = sorted({contract.agency for contract in _facts(catalogue)})
    shadows = tuple((agency, _shadow(root, agency, catalogue)) for agency in agencies)
    return _asked(root, shadows)


def _facts(catalogue: Catalogue) -> Iterator[Contract]:
    for contract in catalogue.contracts.values():
        if contract.topic in catalogue.cards and catalogue.kind(contract.topic) == "fact":
            yield contract


def _shadow(root: Path, agency: str, catalogue: Catalogue) -> str:
    tree = parsed(root / "services" / agency / "events.py")
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    for contract in _facts(catalogue):
        if contract.agency == agency:
            heard = classes[class_name(contract.topic, heard=True)]
            _mark(heard, classes, f"{agency}|{contract.topic}|")
    first = next(number for number, node in enumerate(tree.body) if isinstance(node, ast.Import | ast.ImportFrom))
    tree.body[first:first] = ast.parse(HEAD).body
    return ast.unparse(ast.fix_missing_locations(tree))


def _mark(heard: ast.ClassDef, classes: dict[str, ast.ClassDef], place: str) -> None:
    """Each field becomes a deprecated property; those of a group are marked as group.field."""
    heard.decorator_list.clear()
    body: list[ast.stmt] = []
    for node in heard.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and not _is_constant(node):
            name = node.target.id
            body += ast.parse(
                f"@property\n@_read({place + name!r})\ndef {name}(self) -> {ast.unparse(node.annotation)}: ..."
            ).body
            for word in ast.walk(node.annotation):
                if isinstance(word, ast.Name) and word.id in classes and not _is_enum(classes[word.id]):
                    _mark(classes[word.id], classes, f"{place}{name}.")
        elif not isinstance(node, ast.FunctionDef):
            body.append(node)
    heard.body = [*body, *ast.parse("@classmethod\ndef of(cls, record: Mapping[str, Any]) -> Self: ...").body]


def _is_constant(node: ast.AnnAssign) -> bool:
    return ast.unparse(node.annotation).startswith("ClassVar")


def _is_enum(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base) == "StrEnum" for base in node.bases)


@cache
def _asked(root: Path, shadows: tuple[tuple[str, str], ...]) -> frozenset[Place]:
    rooms: list[str] = []
    with TemporaryDirectory() as folder:
        options = ["--cache-dir", f"{folder}/cache"]
        for agency, text in shadows:
            copy = Path(folder) / f"{agency}.py"
            copy.write_text(text, encoding="utf-8")
            options += ["--shadow-file", f"services/{agency}/events.py", str(copy)]
            written = files(root / "services" / agency, ".py")
            rooms += [
                short(room, root) for room in written if not is_test(room, root) and "migrations" not in room.parts
            ]
        done = subprocess.run([*MYPY, *options, *rooms], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1}:
        raise AssertionError(f"mypy could not answer: {(done.stdout + done.stderr)[:2000]}")
    found = (match for match in READ.finditer(done.stdout) if Path(match["file"]).name != "events.py")
    return frozenset((places[0], places[1], places[2]) for match in found if (places := match["place"].split("|")))
