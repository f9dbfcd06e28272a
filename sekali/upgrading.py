"""Whether a database's schema is that of the code, and bringing it there by Alembic.

Most starts find it there: they do without Alembic, which is 8 MB and half a second.
"""

import ast
import logging
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

logger = logging.getLogger(__name__)


async def is_current(connection: AsyncConnection, folders: Sequence[Path]) -> bool:
    """Whether the database stands exactly where the folders' migrations end."""
    if await connection.scalar(text("select to_regclass('alembic_version')")) is None:
        return False
    return set(await connection.scalars(text("select version_num from alembic_version"))) == ends(folders)


def ends(folders: Sequence[Path]) -> set[str]:
    """The revisions that no other one names as the one before it, or as what it depends on."""
    known, before = set[str](), set[str]()
    for path in (path for folder in folders for path in folder.glob("*.py")):
        for one in ast.parse(path.read_text()).body:
            if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name):
                if one.targets[0].id == "revision":
                    known.add(ast.literal_eval(one.value))
                elif one.targets[0].id in {"down_revision", "depends_on"}:
                    names = ast.literal_eval(one.value) or ()
                    before |= {names} if isinstance(names, str) else set(names)
    return known - before


def upgrade(connection: Connection, folders: Sequence[Path], root: Path) -> None:
    """`root`: the folder of Alembic's environment."""
    from alembic import command
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(root))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(str(folder) for folder in folders))
    config.attributes["connection"] = connection
    known = ScriptDirectory.from_config(config)

    def has(revision: str) -> bool:
        try:
            return known.get_revision(revision) is not None
        except CommandError:
            return False

    ahead = [head for head in MigrationContext.configure(connection).get_current_heads() if not has(head)]
    if ahead:
        # A rollback. Migrations only add, so that code from before them works on.
        logger.warning("The database is ahead of this code (%s): nothing is migrated.", ", ".join(sorted(ahead)))
        return
    command.upgrade(config, "heads")
