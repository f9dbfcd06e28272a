"""`sekali schemas compatible`: files and lines of JSON, good ones and bad ones."""

import json
from pathlib import Path
from typing import Any

import pytest

from sekali import cli

Schema = Any


def record(*fields: Schema) -> Schema:
    return {"type": "record", "name": "R", "fields": list(fields)}


OLD = record({"name": "f", "type": "int"})
OPTIONAL = record({"name": "f", "type": "int"}, {"name": "g", "type": ["null", "int"], "default": None})
REQUIRED = record({"name": "f", "type": "int"}, {"name": "g", "type": "int"})


def test_the_command_answers_by_exit_code_and_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new, old, no_schema = (tmp_path / name for name in ("new.avsc", "old.avsc", "none.avsc"))
    new.write_text(json.dumps(REQUIRED))
    old.write_text(json.dumps(OLD))
    no_schema.write_text("{")
    call = ["schemas", "compatible", "--mode"]
    assert cli.run([*call, "FORWARD", str(new), str(old)]) == 0
    assert cli.run([*call, "FULL", str(new), str(old)]) == 1
    assert '"g": the field' in capsys.readouterr().out
    assert cli.run([*call, "FULL", str(no_schema), str(old)]) == 2
    assert "none.avsc: It is no JSON" in capsys.readouterr().err


def batch(tmp_path: Path, capsys: pytest.CaptureFixture[str], *lines: bytes) -> list[dict[str, Any]]:
    file = tmp_path / "batch.jsonl"
    file.write_bytes(b"\n".join(lines))
    assert cli.run(["schemas", "compatible", "--batch", str(file)]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def asked(mode: Any, new: Schema, *old: Schema) -> bytes:
    return json.dumps({"mode": mode, "new": new, "old": old}).encode()


def test_a_batch_is_answered_line_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = asked("FULL", OPTIONAL, OLD), asked("FULL", REQUIRED, OLD), asked("FULL", "text", OLD)
    answers = batch(tmp_path, capsys, *lines)
    assert [answer["exit"] for answer in answers] == [0, 1, 2]
    assert [bool(answer["reasons"]) for answer in answers] == [False, True, True]


def test_a_bad_line_spoils_no_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = asked("FULL", OLD, OLD)
    bad = {
        b"{": "JSON", b"[]": "Correct it", b'"x"': "Correct it", b"\xff": "UTF-8", b'{"new": "int"}': "Correct it",
        b'{"mode": "FULL", "new": "int", "old": {"type": "int"}}': "Correct it",
        b'{"mode": "FULL", "new": "int", "new": "int", "old": []}': "twice",
        b'{"mode": "FULL", "new": {"type": "record", "name": "R", "fields": [{"name": "f", "type": "double", '
        b'"default": NaN}]}, "old": []}': "NaN",
        asked("SIDEWAYS", "int"): "SIDEWAYS", asked(["FULL"], "int"): "mode", asked(None, "int"): "mode",
        asked("FULL", None): "new:", asked("FULL", "int", "int", 7): "old 2:", asked("FULL", "{"): "no JSON",
        b"[" * 100_000: "too deeply", b'{"new": "int", "old": [], "x": ' + b"9" * 5_000 + b"}": "JSON",
    }  # fmt: skip
    lines = [line for one in bad for line in (one, b"", good)]
    answers = batch(tmp_path, capsys, *lines)
    assert [answer["exit"] for answer in answers] == [2, 0] * len(bad)
    for words, answer in zip(bad.values(), answers[::2], strict=True):
        assert words in answer["reasons"][0]


def test_a_schema_may_be_given_as_its_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers = batch(
        tmp_path, capsys, asked("FULL", json.dumps(OLD), OLD), asked("FULL", '"int"', "int"),
        asked("FULL", json.dumps(REQUIRED), json.dumps(OLD)),
    )  # fmt: skip
    assert [answer["exit"] for answer in answers] == [0, 0, 1]


def test_files_that_are_no_schemas_exit_with_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = tmp_path / "good.avsc"
    good.write_text('"int"')
    texts = {b"": "no JSON", b"string": "no JSON", b"\xff": "UTF-8", b'{"type": "int", "type": "int"}': "twice"}
    for text, words in texts.items():
        (tmp_path / "new.avsc").write_bytes(text)
        assert cli.run(["schemas", "compatible", "--mode", "FULL", str(tmp_path / "new.avsc"), str(good)]) == 2
        assert words in capsys.readouterr().err
    assert cli.run(["schemas", "compatible", str(tmp_path / "none.avsc"), str(good)]) == 2
    assert "Name a file" in capsys.readouterr().err
    (tmp_path / "new.avsc").write_bytes(b'\xef\xbb\xbf"int"')
    assert cli.run(["schemas", "compatible", str(tmp_path / "new.avsc"), str(good)]) == 0
