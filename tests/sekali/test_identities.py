"""Identities of agencies as `sekali rights apply` writes them: one private key each, one file of public ones."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sekali.rights import identities
from sekali.rights.identities import OVERLAP, BadIdentity, Files

START = datetime(2026, 11, 20, 3, tzinfo=UTC)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "keys", tmp_path / "identities.json")


def public(files: Files) -> dict[str, list[str]]:
    """agency -> ids of its public keys."""
    found: dict[str, list[str]] = {}
    for one in json.loads(files.public.read_text("utf-8"))["keys"]:
        found.setdefault(one["agency"], []).append(one["kid"])
    return found


def test_the_first_time_every_agency_gets_a_key_that_it_alone_can_read(files: Files) -> None:
    planned = identities.plan(("tax", "portal"), files, START)
    assert planned.said == ["portal gets an identity", "tax gets an identity"]
    assert not files.public.exists()
    planned.carry_out()
    assert {path.name: path.stat().st_mode & 0o777 for path in files.private.iterdir()} == {
        "portal.jwk": 0o600,
        "tax.jwk": 0o600,
    }
    assert files.private.stat().st_mode & 0o777 == 0o700
    assert files.public.stat().st_mode & 0o777 == 0o644
    private = json.loads(files.of("tax").read_text("utf-8"))
    assert private["d"] not in files.public.read_text("utf-8")
    assert public(files) == {"portal": [json.loads(files.of("portal").read_text())["kid"]], "tax": [private["kid"]]}


def test_the_second_time_nothing_is_left_to_do(files: Files) -> None:
    identities.plan(("tax", "portal"), files, START).carry_out()
    before = {path: path.stat().st_mtime_ns for path in (files.public, files.of("tax"))}
    again = identities.plan(("tax", "portal"), files, START + timedelta(days=400))
    again.carry_out()
    assert again.said == []
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_renewed_key_is_believed_beside_the_old_one_for_ten_minutes(files: Files) -> None:
    identities.plan(("tax",), files, START).carry_out()
    (old,) = public(files)["tax"]
    renewed = identities.plan(("tax",), files, START, renew=["tax"])
    assert renewed.said == ["tax gets a new identity"]
    renewed.carry_out()
    assert (len(public(files)["tax"]), public(files)["tax"][0]) == (2, old)
    early = identities.plan(("tax",), files, START + OVERLAP - timedelta(seconds=1))
    assert early.said == []
    late = identities.plan(("tax",), files, START + OVERLAP)
    assert late.said == ["the agencies' public keys are written anew"]
    late.carry_out()
    assert old not in public(files)["tax"]


def test_a_lost_private_key_and_a_lost_public_file_are_mended(files: Files) -> None:
    identities.plan(("tax", "portal"), files, START).carry_out()
    (old,) = public(files)["tax"]
    files.of("tax").unlink()
    identities.plan(("tax", "portal"), files, START).carry_out()
    assert public(files)["tax"][0] == old
    assert len(public(files)["tax"]) == 2
    now = public(files)["tax"][1]
    files.public.unlink()
    identities.plan(("tax", "portal"), files, START).carry_out()
    assert public(files)["tax"] == [now]


def test_a_break_between_the_two_files_is_mended_by_the_next_time(files: Files) -> None:
    """The public key was told, the private one not written: nobody was shut out, and one key too many goes later."""
    identities.plan(("tax",), files, START).carry_out()
    kept = files.of("tax").read_text("utf-8")
    identities.plan(("tax",), files, START, renew=["tax"]).carry_out()
    files.of("tax").write_text(kept, "utf-8")
    identities.plan(("tax",), files, START).carry_out()
    told = {one["kid"]: one.get("until") for one in json.loads(files.public.read_text())["keys"]}
    assert told[json.loads(kept)["kid"]] is None
    assert len([until for until in told.values() if until]) == 1


def test_an_agency_that_is_gone_loses_both(files: Files) -> None:
    identities.plan(("tax", "portal"), files, START).carry_out()
    gone = identities.plan(("portal",), files, START)
    assert gone.said == ["tax's identity goes"]
    gone.carry_out()
    assert (list(public(files)), files.of("tax").exists()) == (["portal"], False)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"kty": "oct", "k": "c2VjcmV0LW9mLXRlc3Rz"}'])
def test_a_file_that_is_no_key_stops_it_without_being_repeated(files: Files, text: str) -> None:
    identities.plan(("tax",), files, START).carry_out()
    files.of("tax").write_text(text, "utf-8")
    with pytest.raises(BadIdentity, match=r"tax\.jwk is no private Ed25519 key") as told:
        identities.plan(("tax",), files, START)
    assert "c2VjcmV0" not in str(told.value)


def test_a_public_key_in_the_place_of_a_private_one_stops_it(files: Files) -> None:
    identities.plan(("tax",), files, START).carry_out()
    (one,) = json.loads(files.public.read_text("utf-8"))["keys"]
    files.of("tax").write_text(json.dumps(one), "utf-8")
    with pytest.raises(BadIdentity):
        identities.plan(("tax",), files, START)


def test_a_public_file_that_is_none_stops_it(files: Files) -> None:
    files.public.write_text('{"keys": [{}]}', "utf-8")
    with pytest.raises(BadIdentity, match=r"identities\.json is no JWK set"):
        identities.plan(("tax",), files, START)
