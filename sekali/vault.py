"""Keyrings in HashiCorp Vault or OpenBao: a KV v2 secret for each agency.

https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2
A service's token may read the two paths of its own ring and nothing else; the policy is in docs/decisions/0019.
"""

import threading
import time
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from sekali.keystore import (
    Edition,
    FileSource,
    KeyStoreChanged,
    KeyStoreDown,
    KeyStoreRefuses,
    Ring,
    Source,
    checked,
)

SECONDS = 3.0
EVERY_SECONDS = 1.0
LASTS_SECONDS = 60.0


class Named(BaseSettings):
    """SEKALI_KEYSTORE, SEKALI_KEYSTORE_TOKEN_FILE; without the first, keyrings are files."""

    model_config = SettingsConfigDict(env_prefix="SEKALI_", extra="ignore", hide_input_in_errors=True)

    keystore: str = Field(default="", pattern=r"^(https?://[^/@]+/[^/]+(/[^/]+)*)?$")
    """https://HOST:PORT/MOUNT/FOLDER of a KV v2 engine."""
    keystore_token_file: Path = Path("vault-token")
    """Read anew for each question, since Vault's agent renews it there."""


class Vault:
    """All rings below one folder of a KV v2 engine."""

    def __init__(self, url: str, token_file: Path, *, seconds: float = SECONDS) -> None:
        at = urlsplit(url)
        _, mount, *folder = at.path.rstrip("/").split("/")
        self._mount, self._folder, self._token_file = mount, "/".join(folder), token_file
        self._client = httpx.Client(base_url=f"{at.scheme}://{at.netloc}/v1", timeout=seconds)

    def agencies(self) -> list[str]:
        answer = self._ask("LIST", "metadata", "")
        return [] if answer is None else sorted(key for key in answer["data"]["keys"] if not key.endswith("/"))

    def read(self, agency: str) -> Ring:
        return self._present(agency)[1]

    def write(self, agency: str, ring: Ring, *, before: Ring) -> None:
        version, present = self._present(agency)
        if present != before:
            raise KeyStoreChanged(agency)
        if version and ring == before:
            return
        # Vault keeps ten versions: an agency would go on reading keys that were taken from it.
        self._ask("POST", "metadata", agency, {"max_versions": 1, "cas_required": True})
        said = self._ask("POST", "data", agency, {"data": {"keysets": ring}, "options": {"cas": version}})
        if said is None:
            raise KeyStoreRefuses("The store of keys has no such engine: look at SEKALI_KEYSTORE.")

    def source(self, agency: str) -> "VaultSource":
        return VaultSource(self, agency)

    def version(self, agency: str) -> int:
        """0 where there is no ring."""
        answer = self._ask("GET", "metadata", agency)
        return 0 if answer is None else int(answer["data"]["current_version"])

    def edition(self, agency: str) -> Edition:
        return Edition(*self._present(agency))

    def _present(self, agency: str) -> tuple[int, Ring]:
        answer = self._ask("GET", "data", agency)
        if answer is None:
            return 0, {}
        try:
            version = int(answer["data"]["metadata"]["version"])
            return version, checked(answer["data"]["data"]["keysets"])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise KeyStoreDown(f"What the store of keys holds for {agency} is no keyring: put it right.") from None

    def _ask(self, method: str, what: str, agency: str, body: dict[str, Any] | None = None) -> dict[str, Any] | None:
        """None where there is nothing."""
        path = "/".join(part for part in ("", self._mount, what, self._folder, agency) if part or not agency)
        try:
            token = self._token_file.read_text(encoding="utf-8").strip()
            answer = self._client.request(method, path, json=body, headers={"X-Vault-Token": token})
        except OSError as wrong:
            raise KeyStoreDown(f"The token for the store of keys cannot be read ({type(wrong).__name__}).") from None
        except httpx.HTTPError as wrong:
            raise KeyStoreDown(f"The store of keys does not answer ({type(wrong).__name__}).") from None
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        if answer.status_code == httpx.codes.FORBIDDEN:
            raise KeyStoreRefuses(f"The store of keys refuses {method} {path}: look at the token and its policy.")
        if answer.status_code == httpx.codes.BAD_REQUEST and what == "data":
            raise KeyStoreChanged(agency)  # its check-and-set
        if answer.is_error:
            raise KeyStoreDown(f"The store of keys answers {answer.status_code} to {method} {path}.")
        told: dict[str, Any] = answer.json() if answer.content else {}
        return told


class VaultSource:
    """One agency's ring: its version is asked, and the ring only where that is another."""

    def __init__(self, vault: Vault, agency: str) -> None:
        self._vault, self._agency = vault, agency
        self.name = f"{agency} of the store of keys"

    def fetch(self, known: Hashable) -> Edition | None:
        if known is not None and self._vault.version(self._agency) == known:
            return None
        return self._vault.edition(self._agency)


class Watched:
    """A source behind a network, asked by a thread, so that nobody waits for it on the path of a fact.

    What was heard last counts for LASTS_SECONDS while the store is silent; then no key is given until it answers.
    A store that refuses or has no ring any more is believed at once.
    """

    def __init__(self, source: Source, *, every: float = EVERY_SECONDS, lasts: float = LASTS_SECONDS) -> None:
        self._source, self._every, self._lasts = source, every, lasts
        self.name = source.name
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._edition: Edition | None = None
        self._trouble: Exception | None = None
        self._heard = float("-inf")

    def fetch(self, known: Hashable) -> Edition | None:
        with self._lock:
            if self._thread is None:
                self._look()  # the first question is waited for, once
                self._thread = threading.Thread(target=self._watch, name="keyring", daemon=True)
                self._thread.start()
        edition, trouble = self._edition, self._trouble
        if trouble is not None and not (isinstance(trouble, KeyStoreDown) and self._fresh()):
            raise trouble.with_traceback(None)
        assert edition is not None, "heard once, or in trouble"
        return None if edition.stamp == known else edition

    def _fresh(self) -> bool:
        return time.monotonic() - self._heard < self._lasts

    def _watch(self) -> None:
        while True:
            time.sleep(self._every)
            self._look()

    def _look(self) -> None:
        try:
            fresh = self._source.fetch(self._edition.stamp if self._edition else None)
        except Exception as error:
            self._trouble = error
            return
        self._edition = fresh or self._edition
        self._heard, self._trouble = time.monotonic(), None


def named_store() -> Vault | None:
    """The store that the environment names."""
    named = Named()
    return Vault(named.keystore, named.keystore_token_file) if named.keystore else None


def source_of(agency: str, keyring: Path, store: Callable[[], Vault | None] = named_store) -> Source:
    """Where an agency's process reads its ring: the named store, else the file."""
    vault = store()
    return FileSource(keyring) if vault is None else Watched(vault.source(agency))
