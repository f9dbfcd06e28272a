"""All invariants over one set of books."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice

from faults.checker import invariants
from faults.checker.books import Books

Check = Callable[[Books], Iterator[str]]
MOST_TOLD = 20


def found() -> Mapping[str, Check]:
    """By name, as I1; each module of `invariants` is one."""
    checks: dict[str, Check] = {}
    for module in pkgutil.iter_modules(invariants.__path__, f"{invariants.__name__}."):
        name = module.name.rpartition(".")[2].partition("_")[0].upper()
        checks[name] = importlib.import_module(module.name).check
    return dict(sorted(checks.items(), key=lambda one: int(one[0][1:])))


def judged(books: Books, names: Iterable[str] = ()) -> dict[str, list[str]]:
    """What does not hold, by invariant, the first of it; those that hold are left out. Without `names` all."""
    wanted = set(names)
    answers = {
        name: list(islice(check(books), MOST_TOLD)) for name, check in found().items() if not wanted or name in wanted
    }
    return {name: said for name, said in answers.items() if said}
