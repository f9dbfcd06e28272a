"""Where an installation lives: the folder with schemas, contracts and services, and the folder of its state."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sekali
from sekali.keystore import FileStore, KeyStore
from sekali.local.endpoints import PlatformNotUp, Tls
from sekali.rights.identities import Files
from sekali.vault import named_store


@dataclass(frozen=True)
class Place:
    """`root` holds schemas/, contracts/ and services/; `state` (root/.sekali) holds data, logs, passwords and keys."""

    root: Path
    state: Path

    @classmethod
    def find(cls) -> "Place":
        """SEKALI_ROOT and SEKALI_STATE decide; else the checkout around the working directory, else the library's."""
        root = Path(os.environ["SEKALI_ROOT"]) if "SEKALI_ROOT" in os.environ else _checkout()
        state = Path(os.environ["SEKALI_STATE"]) if "SEKALI_STATE" in os.environ else root / ".sekali"
        return cls(root.resolve(), state.resolve())

    @contextmanager
    def chosen(self) -> Iterator[None]:
        """Within it `find` answers this place: for verbs that are run inside another program."""
        before = {name: os.environ.get(name) for name in ("SEKALI_ROOT", "SEKALI_STATE")}
        os.environ |= {"SEKALI_ROOT": str(self.root), "SEKALI_STATE": str(self.state)}
        try:
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def keys(self) -> Path:
        return self.state / "keys"

    @property
    def identities(self) -> Files:
        """Each agency's private key beside its keyring, and everybody's public ones."""
        return Files(private=self.keys, public=self.state / "identities.json")

    def keystore(self) -> KeyStore:
        """Of all keyrings: their files here, or what SEKALI_KEYSTORE names."""
        return named_store() or FileStore(self.keys)

    def tls(self) -> Tls | None:
        """Where `tls/kafka.pem` lies in the state folder, the embedded broker takes no connection without TLS.

        It holds the broker's key and certificates, `tls/ca.pem` who signed them; with `tls/client.pem`, a certificate
        with its key that our own clients show, the broker also asks everyone for one that `tls/ca.pem` signed.
        Raises `PlatformNotUp` where `tls/ca.pem` is missing.
        """
        folder = self.state / "tls"
        if not (folder / "kafka.pem").exists():
            return None
        if not (folder / "ca.pem").exists():
            raise PlatformNotUp(
                f"{folder / 'ca.pem'} is missing: put it there, or take kafka.pem away to go without TLS"
            )
        client = folder / "client.pem"
        return Tls(ca=str(folder / "ca.pem"), certificate=str(client) if client.exists() else "")

    @property
    def data(self) -> Path:
        return self.state / "data"

    @property
    def jars(self) -> Path:
        """Downloaded program files: kept by `make clean`, shared by every state folder of the checkout."""
        return self.root / ".jars"

    def services(self) -> list[str]:
        """Names of the folders that can be run as `python -m services.<name>.app`."""
        return sorted(app.parent.name for app in (self.root / "services").glob("*/app.py"))

    def agencies(self) -> list[str]:
        """Every agency on disk: who serves, says (schemas/) or hears (contracts/)."""
        spoken = [folder.name for kind in ("schemas", "contracts") for folder in (self.root / kind).glob("[a-z]*/")]
        return sorted({*self.services(), *spoken})


def _checkout() -> Path:
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "services").is_dir() and (folder / "sekali").is_dir():
            return folder
    return Path(sekali.__file__).parent.parent
