"""The classes of the country's topics, written once as `sekali types` does and run here."""

import types
from typing import Any

from faults.stand.folders import Folders
from sekali import generate


def of(folders: Folders, agency: str) -> Any:
    """A module of them."""
    module = types.ModuleType(f"events_of_{agency}")
    exec(folders.events(agency).read_text(), module.__dict__)  # our own generated code
    return module


def heard(module: Any, topic: str) -> Any:
    return getattr(module, generate.class_name(topic, heard=True))
