"""The laws of documents: a setting, a metric, a verb and a decision are told of where a reader looks for them."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from prometheus_client import Counter, Gauge, Histogram

from tests.architecture.house import files, is_generated, parsed, short

SETTING = re.compile(r"\bSEKALI_[A-Z][A-Z_]*[A-Z]\b")
COMMAND = "## The command"
PARTS = ("Context.", "Decision.", "Consequence.", "What would reopen it.")
HEAD = re.compile(r"^# (\d+)\. \S.*[^.]\n")
NAME = re.compile(r"(\d{4})-[a-z0-9]+(-[a-z0-9]+)*\.md")


def settings_are_described(root: Path) -> Iterator[str]:
    """Each field of a BaseSettings class has a docstring under it, or a Field(description=…)."""
    found = [(file, name, told) for file in _code(root) for name, told in _settings(parsed(file))]
    described = {name for _, name, told in found if told}  # an agency may give another default without telling again
    for file, name, _ in found:
        if name not in described:
            yield (
                f"{short(file, root)}: the setting {name} has no description. Write a docstring under it that says "
                "what it is for and in which unit."
            )


def variables_are_known(root: Path) -> Iterator[str]:
    """A SEKALI_ variable that anything reads or sets is a service's setting, or stands in docs/settings.md."""
    page = (root / "docs" / "settings.md").read_text(encoding="utf-8")
    known = {name for file in _code(root) for name, _ in _settings(parsed(file))} | set(SETTING.findall(page))
    for file in files(root):
        if file.suffix in {".py", ".yaml", ".md"} or file.name in {"Dockerfile", "Makefile", "run"}:
            for name in sorted(set(SETTING.findall(file.read_text(encoding="utf-8"))) - known):
                yield f"{short(file, root)}: nobody says what {name} is. Correct it, or add it to docs/settings.md."


def _settings(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """(environment variable, has a description) of each field."""
    for kind in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        if not any(ast.unparse(base) in {"BaseSettings", "AgencySettings"} for base in kind.bases):
            continue
        prefix = next((match[1] for match in re.finditer(r"env_prefix='(\w+)'", ast.unparse(kind))), "SEKALI_")
        for field, below in zip(kind.body, [*kind.body[1:], None], strict=True):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                told = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
                yield prefix + field.target.id.upper(), told or "description=" in ast.unparse(field)


def _code(root: Path) -> Iterator[Path]:
    return (
        file
        for folder in ("sekali", "services")
        for file in files(root / folder, ".py")
        if not is_generated(file) and "tests" not in file.relative_to(root).parts
    )


def metrics_are_described(metrics: Iterable[Counter | Gauge | Histogram]) -> Iterator[str]:
    for metric in metrics:
        for described in metric.describe():
            text = described.documentation
            if len(text.split()) < 3 or not text.endswith("."):
                yield f"sekali/metrics.py: {described.name} has no meaning. Write a sentence of what it counts."


def verbs_are_told(root: Path, verbs: Iterable[str]) -> Iterator[str]:
    """The README's table of the command, both ways."""
    readme = (root / "README.md").read_text(encoding="utf-8")
    table = readme.partition(COMMAND)[2].partition("\n## ")[0]
    told = {word for cell in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for word in _verbs(cell)}
    for verb in sorted(set(verbs) - told):
        yield f"README.md: its table of the command does not tell of `sekali {verb}`. Add a row."
    for verb in sorted(told - set(verbs)):
        yield f"README.md: there is no `sekali {verb}`. Take it out of the table, or add sekali/cli/{verb}.py."


def _verbs(cell: str) -> Iterator[str]:
    """`sekali up`, `schemas publish` -> up, schemas."""
    for command in re.findall(r"`([^`]+)`", cell):
        yield command.removeprefix("sekali ").split()[0]


def decisions_are_whole(root: Path) -> Iterator[str]:
    """Numbered without a gap, each on one page with the same four parts."""
    pages = sorted((root / "docs" / "decisions").iterdir())
    for number, page in enumerate(pages, 1):
        place = short(page, root)
        name = NAME.fullmatch(page.name)
        if name is None:
            yield f"{place}: a decision's file is called 0001-what-was-decided.md. Rename it."
        elif int(name[1]) != number:
            yield f"{place}: this should be number {number:04d}. Decisions run 0001, 0002, … without gap or double."
        text = page.read_text(encoding="utf-8")
        head = HEAD.match(text)
        if head is None or int(head[1]) != number:
            yield f"{place}: its first line should be `# {number}. What was decided`, without a full stop."
        places = [text.find(f"\n\n**{part}** ") for part in PARTS]
        if -1 in places or places != sorted(places):
            yield f"{place}: it needs the parts {', '.join(f'**{part}**' for part in PARTS)}, in this order."
