"""No key, password or token is committed; and whoever commits one is told."""

import base64
import subprocess
from pathlib import Path

import pytest

from tests.architecture.house import ROOT, keeps
from tests.architecture.keys_in_sight import history_holds_no_secret, holds_no_secret

RANDOM = base64.urlsafe_b64encode(bytes(range(60, 100))).decode().rstrip("=")


def test_no_secret_is_committed() -> None:
    keeps(holds_no_secret(ROOT))


def test_no_commit_ever_held_one() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("this tree has no history")
    keeps(history_holds_no_secret(ROOT))


BAD = {
    "-----BEGIN EC PRIVATE " + "KEY-----": "a private key",
    '{"kty": "OKP", "d": "' + RANDOM + '"}': "a private JWK",
    f"Authorization: Bearer eyJ{RANDOM}.eyJ{RANDOM}.{RANDOM}": "a signed token",
    "AKIA" + "Q3EGRZBLPMZ7TYXW": "an access key",
    "postgresql://tax:" + "h7Gq2mPz9x@db.example/tax": "a password in an address",
    f"KAFKA_PASSWORD={RANDOM}": "a password or key",
    f'api_key = "{RANDOM}"': "a password or key",
}
GOOD = (
    'password = new_password()', "KAFKA_PASSWORD=${KAFKA_PASSWORD:?}", 'token = "a-token-that-is-of-words-alone"',
    "postgresql://nobody:hidden@127.0.0.1:1/none", "secret_file: /run/secrets/kafka-password", "keysets = read_all()",
    'SECRET = "hunter2-of-licensing"',
)  # fmt: skip


@pytest.mark.parametrize("line", BAD, ids=BAD.values())
def test_a_secret_is_told(tmp_path: Path, line: str) -> None:
    (tmp_path / "settings.yaml").write_text(f"a: 1\n{line}\n")
    said = "\n".join(holds_no_secret(tmp_path))
    assert said.startswith("settings.yaml:2: it holds ")
    assert BAD[line] in said
    assert RANDOM not in said, "it is not told again"


@pytest.mark.parametrize("line", GOOD)
def test_speaking_of_one_is_no_secret(tmp_path: Path, line: str) -> None:
    (tmp_path / "settings.yaml").write_text(line)
    keeps(holds_no_secret(tmp_path))


def test_one_that_was_taken_out_later_is_still_told(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        identity = ["-c", "user.name=joko", "-c", "user.email=joko@contoh.example"]
        subprocess.run(["git", *identity, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q")
    for text in (f"KAFKA_PASSWORD={RANDOM}", "KAFKA_PASSWORD=asked"):
        (tmp_path / "env").write_text(text)
        git("add", "env")
        git("commit", "-qm", text[:5])
    keeps(holds_no_secret(tmp_path))
    (said,) = history_holds_no_secret(tmp_path)
    assert "Renew it" in said
