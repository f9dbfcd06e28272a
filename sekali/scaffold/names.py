"""What a new agency may be called.

The name is at once a folder, a Python package, the first word of topics, a Kafka user, a database and its role.
"""

import keyword
import re
from pathlib import Path

from sekali.errors import SekaliError

LONGEST = 20
NAME = re.compile(r"[a-z][a-z0-9]*")
FOLDERS = ("services", "schemas", "contracts")

TAKEN = {
    "sekali": "the library has it",
    "services": "the folder of all agencies has it",
    "schemas": "the folder of all schemas has it",
    "contracts": "the folder of all contracts has it",
    "demo": "the demo's package has it",
    "tests": "the tests have it",
    "console": "the operators' desk has it, which is no agency",
    "admin": "the broker's administrator has it",
    "kafka": "a part of the platform has it",
    "registry": "a part of the platform has it",
    "zipkin": "a part of the platform has it",
    "supervisor": "a part of the platform has it",
    "postgres": "the database's administrator has it",
    "public": "PostgreSQL keeps it for itself",
    "none": "PostgreSQL keeps it for itself",
    "template0": "PostgreSQL keeps it for itself",
    "template1": "PostgreSQL keeps it for itself",
    "common": "it says nothing of whose it is",
    "core": "it says nothing of whose it is",
    "helper": "it says nothing of whose it is",
    "helpers": "it says nothing of whose it is",
    "util": "it says nothing of whose it is",
    "utils": "it says nothing of whose it is",
}


class NameRefused(SekaliError):
    """The name will not do; the text says why and what will."""


def refuse_name(root: Path, name: str) -> None:
    """Raises `NameRefused` unless a new agency under `root` may have this name."""
    if not NAME.fullmatch(name):
        raise NameRefused(
            "An agency's name is one word of small letters and digits that begins with a letter, as its topics do: "
            "`vehicles`. Write two words as one: `landregistry`."
        )
    if len(name) > LONGEST:
        raise NameRefused(f"The name has {len(name)} letters, and {LONGEST} are the most. Take a shorter word.")
    if keyword.iskeyword(name):
        raise NameRefused(f"`{name}` is a word of Python and cannot name a package. Take another word.")
    if name in TAKEN:
        raise NameRefused(f"An agency cannot be called `{name}`: {TAKEN[name]}. Take another word.")
    for folder in FOLDERS:
        if (root / folder / name).exists():
            raise NameRefused(
                f"{folder}/{name} is there already, and nothing that stands is overwritten. "
                "Take another name, or remove the folder."
            )
