"""The library's own tables, and how an agency's migration runs its SQL."""

from alembic import op


def run(script: str) -> None:
    """Run a script statement by statement: asyncpg prepares each one, and takes one at a time.

    A statement ends with a semicolon at the end of its line.
    """
    for statement in script.split(";\n"):
        if statement.strip():
            op.execute(statement)
