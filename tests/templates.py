"""Fresh databases of an agency, copied from one that has been migrated: migrating anew takes longer than most tests."""

from pathlib import Path
from urllib.parse import urlsplit

from sekali import migrations
from sekali.database import Database
from sekali.local.databases import create, drop
from sekali.local.endpoints import Admin
from sekali.local.secrets import new_password
from sekali.local.sql import execute, wait_for


class Templates:
    """One an agency, made when it is first asked for; nobody stays connected to it, or PostgreSQL would copy nothing.

    The copies belong to the template's role.
    """

    def __init__(self, admin: Admin, root: Path) -> None:
        self._admin = admin
        self._root = root
        self._urls: dict[str, str] = {}

    def copy(self, agency: str) -> str:
        """Its URL, postgresql+asyncpg://…"""
        url = self._urls.get(agency) or self._made(agency)
        template = urlsplit(url).path[1:]
        name = f"{agency}_{new_password()[:16]}"
        wait_for(execute(
            self._admin.postgres_url,
            f'CREATE DATABASE "{name}" OWNER "{template}" TEMPLATE "{template}"',
            f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC',
        ))  # fmt: skip
        return f"{url.rpartition('/')[0]}/{name}".replace("postgresql://", "postgresql+asyncpg://", 1)

    def drop(self, url: str) -> None:
        name = urlsplit(url).path[1:]
        wait_for(execute(self._admin.postgres_url, f'DROP DATABASE "{name}" WITH (FORCE)'))

    def close(self) -> None:
        for url in self._urls.values():
            drop(self._admin, urlsplit(url).path[1:])

    def _made(self, agency: str) -> str:
        url = create(self._admin, f"{agency}_{new_password()[:16]}", new_password())
        wait_for(_migrate(url, self._root / "services" / agency / "migrations"))
        self._urls[agency] = url
        return url


async def _migrate(url: str, own: Path) -> None:
    library = Path(migrations.__file__).parent
    database = Database(url)
    await database.migrate([library / "versions", own], library)
    await database.close()
