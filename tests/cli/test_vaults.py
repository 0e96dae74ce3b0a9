# SPDX-License-Identifier: Apache-2.0
"""`ropewalk vault`, command by command, against a real node."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ropewalk.cli.child import ChildNode
from ropewalk.cli.everything import app

RUNNER = CliRunner()


def answered(*arguments: object, code: int = 0) -> dict[str, Any]:
    """Run a command with --json; its one document on stdout."""
    result = RUNNER.invoke(app, [str(one) for one in (*arguments, "--json")])
    assert result.exit_code == code, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def said(*arguments: object) -> str:
    """Run a command for people; what it said."""
    result = RUNNER.invoke(app, [str(one) for one in arguments])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    for name, value in (("PASSPHRASE", "test"), ("DATA", str(folder))):
        monkeypatch.setenv(f"ROPEWALK_{name}", value)
    monkeypatch.setenv("NO_COLOR", "1")
    answered("init")
    return folder


@pytest.fixture
def node(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ChildNode]:
    with ChildNode(data, "127.0.0.1:0", "test", tmp_path / "node.log") as child:
        monkeypatch.setenv("ROPEWALK_NODE", child.url)
        for name in ("carrier", "bank", "stranger"):
            answered("key", "new", name)
            answered("party", "register", name)
        yield child


@pytest.mark.usefixtures("node")
def test_a_payload_is_put_read_and_its_readers_let_in_and_out(tmp_path: Path) -> None:
    file, copy = tmp_path / "invoice.xml", tmp_path / "copy.xml"
    file.write_bytes(b"<?xml version='1.0'?>" + os.urandom(200_000))
    put = answered("vault", "put", file, "--as", "carrier", "--to", "bank")
    name = put["hash"]
    assert len(put["readers"]) == 1
    got = answered("vault", "get", name, "--as", "bank", "-o", copy)
    assert (got["media_type"], got["size"]) == ("application/xml", file.stat().st_size)
    assert copy.read_bytes() == file.read_bytes()
    assert name in said("vault", "list", "--as", "bank")

    by_stranger = ("--as", "stranger")
    refused = answered("vault", "get", name, *by_stranger, "-o", tmp_path / "x", code=3)
    assert refused["number"] == 7854
    assert not (tmp_path / "x").exists()
    assert answered("vault", "erase", name, "--as", "bank", code=3)["code"] == "api.forbidden"
    assert answered("vault", "get", "zz", *by_stranger, "-o", copy, code=2)["code"] == "cli.usage"
    assert answered("vault", "get", name, "--as", "bank", "-o", copy, code=1)

    answered("vault", "grant", name, "--as", "carrier", "--to", "stranger", "--may-grant")
    assert answered("vault", "list", *by_stranger)["payloads"][0]["may_grant"] is True
    answered("vault", "revoke", name, "--as", "carrier", "--from", "stranger")
    assert answered("vault", "list", *by_stranger)["payloads"] == []
    readings = answered("vault", "reads", name, "--as", "carrier")["reads"]
    assert {one["what"] for one in readings} == {"key", "payload"}


def test_what_a_backup_brings_back_is_erased_again(node: ChildNode, tmp_path: Path) -> None:
    file = tmp_path / "invoice.xml"
    file.write_bytes(b"<?xml version='1.0'?>")
    name = answered("vault", "put", file, "--as", "carrier")["hash"]
    backup, restored, shreds = tmp_path / "backup", tmp_path / "restored", tmp_path / "shreds"
    assert answered("backup", backup)["payloads"] == 1
    answered("vault", "erase", name, "--as", "carrier")
    answered("vault", "shreds", "-o", shreds, code=5)
    node.stop()
    assert answered("vault", "shreds", "-o", shreds)["shreds"] == 1
    answered("restore", backup, "--data", restored)
    assert (restored / "vault" / "objects" / name[:2] / name).exists()
    assert answered("vault", "reshred", shreds, "--data", restored)["erased_again"] == 1
    assert not (restored / "vault" / "objects" / name[:2] / name).exists()
    assert not (restored / "vault" / "keys" / name[:2] / f"{name}.json").exists()
