"""Who agencies are to each other: a private key for each, and one file of all public keys.

Private: <folder>/<agency>.jwk, mode 0600, beside the agency's keyring. Public: a JWK set whose keys also say `agency`,
`made`, and `until` when they retire; no secret, but who may write it may speak for everybody.
Where another store holds keyrings (`SEKALI_KEYSTORE`), private keys lie in files all the same.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from sekali.errors import SekaliError
from sekali.keystore import alone, replace_private
from sekali.tokens import ALGORITHM

OVERLAP = timedelta(minutes=10)
"""For so long a replaced key is still believed: tokens live two minutes, and processes read the file again at once."""


class BadIdentity(SekaliError):
    """A file of a key is no key."""


@dataclass(frozen=True)
class Files:
    """`private`: the folder of the agencies' keys. `public`: the file of all public keys."""

    private: Path
    public: Path

    def of(self, agency: str) -> Path:
        return self.private / f"{agency}.jwk"


@dataclass(frozen=True)
class Planned:
    """As it should be; `said` has a sentence for each difference from what lies there."""

    files: Files
    said: list[str] = field(repr=False)
    private: Mapping[str, OKPKey] = field(repr=False)
    public: list[dict[str, Any]]
    gone: list[str]

    def carry_out(self) -> None:
        """Whom to believe comes first, so that no token is made that nobody believes yet."""
        self.files.private.mkdir(mode=0o700, parents=True, exist_ok=True)
        with alone(self.files.private):
            self._publish()
            for agency, key in self.private.items():
                self._give(agency, json.dumps(key.as_dict(private=True), indent=1) + "\n")
            for agency in self.gone:
                self.files.of(agency).unlink(missing_ok=True)

    def _publish(self) -> None:
        text = json.dumps({"keys": self.public}, indent=1) + "\n"
        if not self.files.public.exists() or self.files.public.read_text("utf-8") != text:
            replace_private(self.files.public, text)
            self.files.public.chmod(0o644)

    def _give(self, agency: str, text: str) -> None:
        path = self.files.of(agency)
        if not path.exists() or path.stat().st_mode & 0o077 or path.read_text("utf-8") != text:
            replace_private(path, text)


def plan(agencies: Collection[str], files: Files, now: datetime, *, renew: Collection[str] = ()) -> Planned:
    """Compares what lies there with what should; changes nothing. `renew`: agencies that get a new key in any case."""
    said: list[str] = []
    before = {agency: _read(files.of(agency)) for agency in agencies if files.of(agency).exists()}
    private = {}
    for agency in sorted(agencies):
        if agency in before and agency not in renew:
            private[agency] = before[agency]
        else:
            private[agency] = OKPKey.generate_key("Ed25519", auto_kid=True)
            said.append(f"{agency} gets a new identity" if agency in before else f"{agency} gets an identity")
    told = _public(files.public)
    public = [kept for one in told if (kept := _kept(one, private, now)) is not None]
    for agency, key in private.items():
        if not any(one["kid"] == key.kid for one in public):
            public.append(_described(agency, key, now))
    gone = sorted({path.stem for path in files.private.glob("*.jwk")} - set(agencies))
    said += [f"{agency}'s identity goes" for agency in gone]
    if not said and public != told:
        said.append("the agencies' public keys are written anew")
    return Planned(files, said, private, public, gone)


def _kept(one: Mapping[str, Any], private: Mapping[str, OKPKey], now: datetime) -> dict[str, Any] | None:
    """A public key as it stays: a replaced one for a while, that of an agency that is gone not at all."""
    agency = str(one["agency"])
    if agency not in private:
        return None
    if one["kid"] == private[agency].kid:
        return {name: value for name, value in one.items() if name != "until"}
    until = datetime.fromisoformat(one["until"]) if "until" in one else now + OVERLAP
    return {**one, "until": _written(until)} if until > now else None


def _described(agency: str, key: OKPKey, now: datetime) -> dict[str, Any]:
    members = key.as_dict(private=False)
    public = {name: members[name] for name in ("kty", "crv", "x", "kid")}
    return {**public, "use": "sig", "alg": ALGORITHM, "agency": agency, "made": _written(now)}


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _read(path: Path) -> OKPKey:
    try:
        key = OKPKey.import_key(json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError, JoseError):
        # The text of these errors could hold the key.
        key = None
    if key is None or not key.is_private or key.curve_name != "Ed25519" or key.kid is None:
        raise BadIdentity(
            f"{path.name} is no private Ed25519 key: put the right file back, or remove it for a new one."
        )
    return key


def _public(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    try:
        keys = json.loads(path.read_bytes())["keys"]
        return [dict(one) for one in keys if one["kid"] and one["agency"]]
    except (ValueError, KeyError, TypeError):
        raise BadIdentity(
            f"{path.name} is no JWK set: put the right file back, or remove it to write it anew."
        ) from None
