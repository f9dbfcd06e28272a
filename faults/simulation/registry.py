"""A schema registry that answers from the catalogue, and the files in which the checker reads the same."""

import json
from pathlib import Path
from typing import Any

from sekali.contracts import Catalogue, fingerprint
from sekali.registry import UnknownSchema


class Registry:
    """In the place of `sekali.registry.Registry`; numbers from 1."""

    def __init__(self, catalogue: Catalogue) -> None:
        revisions = catalogue.revisions
        self._schemas = [(f"{topic}-value", one.schema) for topic in sorted(revisions) for one in revisions[topic]]

    async def id_of(self, subject: str, schema: dict[str, Any]) -> int:
        return await self.id_by_fingerprint(subject, fingerprint(schema))

    async def id_by_fingerprint(self, subject: str, mark: str) -> int:
        for number, (name, schema) in enumerate(self._schemas, 1):
            if name == subject and fingerprint(schema) == mark:
                return number
        raise UnknownSchema(f"There is no such schema of {subject}.")

    async def schema_by_id(self, schema_id: int) -> dict[str, Any]:
        if not 1 <= schema_id <= len(self._schemas):
            raise UnknownSchema(f"There is no schema {schema_id}.")
        return dict(self._schemas[schema_id - 1][1])

    def write(self, folder: Path) -> str:
        """Its address for the checker."""
        (folder / "schemas" / "ids").mkdir(parents=True)
        for number, (_, schema) in enumerate(self._schemas, 1):
            (folder / "schemas" / "ids" / str(number)).write_text(json.dumps({"schema": json.dumps(schema)}))
        return folder.as_uri()
