# SPDX-License-Identifier: Apache-2.0
"""The README's voyage, command by command, against a real node."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from ropewalk.cli.child import ChildNode
from ropewalk.cli.everything import app

ROOT = Path(__file__).parents[2]
RUNNER = CliRunner()
REFERENCE = "SMDG:ARX:ARXVAP2600417"


def run(*arguments: object) -> Result:
    """Run a command."""
    return RUNNER.invoke(app, [str(one) for one in arguments])


def answered(*arguments: object, code: int = 0) -> dict[str, Any]:
    """Run a command with --json; its one document on stdout."""
    result = run(*arguments, "--json")
    assert result.exit_code == code, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new ledger's data directory, named by the environment."""
    folder = tmp_path / "data"
    monkeypatch.setenv("ROPEWALK_PASSPHRASE", "test")
    monkeypatch.setenv("ROPEWALK_DATA", str(folder))
    monkeypatch.setenv("NO_COLOR", "1")
    assert answered("init")["network"]
    return folder


@pytest.fixture
def node(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A node serving it, with four parties registered."""
    with ChildNode(data, "127.0.0.1:0", "test", tmp_path / "node.log") as child:
        monkeypatch.setenv("ROPEWALK_NODE", child.url)
        answered("key", "new", "carrier")
        answered("party", "register", "carrier", "--role", "carrier", "--carrier-code", "SMDG:ARX")
        for name in ("shipper", "bank", "consignee"):
            answered("key", "new", name)
            answered("party", "register", name)
        yield child.url


@pytest.mark.usefixtures("node")
def test_a_party_is_registered_by_its_key_id_without_its_key(data: Path) -> None:
    made = answered("key", "new", "stranger")
    Path(made["file"]).rename(data / "elsewhere")
    told = answered("party", "register", made["key"], "--role", "bank")
    assert told["party"] == made["controller"]
    shown = answered("party", "show", told["party"])
    assert shown["party"]["roles"] == ["bank"]
    assert [key["kid"] for key in shown["controller"]["keys"]] == [made["key"]]


@pytest.mark.usefixtures("node")
def test_the_voyage_of_the_readme() -> None:
    document = ROOT / "examples" / "to-order.json"
    issued = answered(
        *("title", "issue", "--document", document, "--as", "carrier"),
        *("--shipper", "shipper", "--endorsee", "bank", "--law", "GB"),
    )
    transfer = ("title", "transfer", REFERENCE, "--as")
    answered(*transfer, "shipper", "--recipient", "bank")
    answered("title", "endorse-to-order", REFERENCE, "--as", "bank", "--recipient", "consignee")
    answered(*transfer, "bank", "--recipient", "consignee")
    refused = answered(*transfer, "bank", "--recipient", "consignee", code=3)
    assert refused["code"] == "title.not_possessor"
    assert refused["number"] == 7301

    shown = answered("title", "show", REFERENCE)
    assert shown["id"] == issued["title"]
    assert shown["record"]["version"] == 4
    assert answered("tx", "show", issued["transaction"])["payload"]["act"] == "title.ISSUE"
    assert answered("party", "show", "carrier")["party"]["roles"] == ["carrier"]


def test_a_bundle_carries_and_a_backup_comes_back(node: str, data: Path, tmp_path: Path) -> None:
    document = ROOT / "examples" / "to-order.json"
    answered(
        *("title", "issue", "--document", document, "--as", "carrier"),
        *("--shipper", "shipper", "--endorsee", "bank", "--law", "GB"),
    )
    bundle = tmp_path / "bill.ropewalk.json"
    assert answered("bundle", REFERENCE, "-o", bundle)["document"]
    genesis = data / "genesis.json"
    verdict = answered("verify", bundle, "--trust", genesis)
    assert (verdict["ok"], verdict["failed_item"]) == (True, "")
    assert any("the document in this file" in one for one in verdict["proven"])
    assert any("trusts the operator" in one for one in verdict["not_proven"])
    assert answered("audit", node)["ok"]

    flipped = bytearray(bundle.read_bytes())
    flipped[1000] ^= 1
    (tmp_path / "flipped").write_bytes(flipped)
    assert answered("verify", tmp_path / "flipped", "--trust", genesis, code=1)["failed_item"]
    assert run("audit", data).exit_code == 2

    backup = tmp_path / "backup"
    assert answered("backup", backup)["ok"]
    assert answered("audit", backup)["ok"]
    restored = tmp_path / "restored"
    assert answered("restore", backup, "--data", restored)["ok"]
    again = tmp_path / "again.json"
    answered("bundle", REFERENCE, "-o", again, "--data", restored, "--node", "")
    assert answered("verify", again, "--trust", genesis)["ok"]


def test_governance_recognises_a_law_through_the_generated_command(node: str) -> None:
    assert node
    told = answered("identity", "recognise-law", "--as", "governance", "--law", "PG")
    assert told["status"] == "committed"
    refused = answered("identity", "recognise-law", "--as", "shipper", "--law", "KR", code=3)
    assert refused["code"] == "identity.not_governance"


def test_words_for_people_say_the_same(node: str) -> None:
    assert node
    assert "governance" not in run("party", "show", "carrier").output
    assert "SMDG:ARX" in run("party", "show", "carrier").output


def test_what_is_called_wrongly_ends_with_2(data: Path, tmp_path: Path) -> None:
    assert run("no-such-command").exit_code == 2
    assert run("title", "transfer").exit_code == 2
    assert run("bench", "nothing").exit_code == 2
    assert run("verify", tmp_path / "missing", "--trust", data / "genesis.json").exit_code == 2
    assert run("key", "new", "../evil").exit_code == 2
    assert run("node", "--listen", "nowhere").exit_code == 2


def test_what_cannot_start_ends_with_5(tmp_path: Path, data: Path) -> None:
    assert run("node", "--data", tmp_path / "empty").exit_code == 5
    assert run("init").exit_code == 5
    (data / "watermark").unlink()
    assert run("node").exit_code == 5


def test_an_unreachable_node_leaves_the_outcome_unknown_or_ends_with_5(data: Path) -> None:
    assert data
    assert run("title", "show", REFERENCE, "--node", "http://127.0.0.1:9").exit_code == 5


def test_settings_come_from_flags_then_environment_then_file(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    config = tmp_path / "ropewalk.toml"
    config.write_text(f'data = "{other}"\n', encoding="utf-8")
    assert run("--config", config, "init", "--json").exit_code == 5
    monkeypatch.delenv("ROPEWALK_DATA")
    made = run("--config", config, "init", "--json")
    assert made.exit_code == 0, made.output
    assert (other / "genesis.json").exists()
    config.write_text("unknown = 1\n", encoding="utf-8")
    assert run("--config", config, "init").exit_code == 2
    assert data.exists()


def test_version_help_and_completion_are_there() -> None:
    assert run("--version").output.startswith("ropewalk ")
    for group in ([], ["title"], ["party"], ["identity"], ["key"], ["tx"], ["demo"]):
        assert run(*group, "--help").exit_code == 0
    assert "--install-completion" in run("--help").output


def _commands(group: Any, path: str = "ropewalk") -> Iterator[tuple[str, Any]]:
    if hasattr(group, "commands"):
        for name, command in group.commands.items():
            yield from _commands(command, f"{path} {name}")
    else:
        yield path, group


def test_no_command_has_one_option_for_two_things() -> None:
    for path, command in _commands(typer.main.get_command(app)):
        names = [name for one in command.params for name in (*one.opts, *one.secondary_opts)]
        assert len(names) == len(set(names)), path
