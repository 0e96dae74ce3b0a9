# SPDX-License-Identifier: Apache-2.0
"""A ledger survives its vendor: exported, rebuilt, read, carried on, audited; by command."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from comet import CHARTER, WORD, answered, eventually, program, run
from engines.archives import consortium_ledger
from ropewalk.audit import audit_directory
from ropewalk.cli.child import ChildNode
from ropewalk.cli.consortium import form, seats_here
from ropewalk.cli.supervisor import Network
from ropewalk.cli.wallet import GOVERNANCE, Wallet
from ropewalk.client import Node, RefusedError, read_trust, verify_bundle
from ropewalk.crypto import PrivateKey, sha256
from ropewalk.engines.cometbft_home import CometBftHome, consensus_key_file
from ropewalk.engines.opening import DataDirectory, DirectoryLock
from ropewalk.ledger import Statement, encode_statement, network_id, open_statement

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "examples" / "to-order.json"
REFERENCE = "SMDG:ARX:ARXVAP2600417"
REASON = "rebuilt from an archive; a succession makes it live"


def demo(out: Path) -> str:
    """Three lives on the embedded engine; the passphrase of their keys."""
    command = [sys.executable, "-m", "ropewalk.cli", "demo", "--once", "--json", "--out", str(out)]
    subprocess.run(command, capture_output=True, check=True, timeout=120)
    return (out / "passphrase").read_text(encoding="utf-8").strip()


def audited(data: Path) -> None:
    report = audit_directory(data, None, lambda _done, _all: None)
    assert report.ok, report.first_difference


def bundled(data: Path, title: str, output: Path, genesis: Path, *, word: str = WORD) -> bytes:
    """A title's bundle made of a directory, and verified."""
    made = run("bundle", title, "-o", output, "--data", data, word=word)
    assert made.exit_code == 0, made.output
    data_ = output.read_bytes()
    verdict = verify_bundle(data_, read_trust(genesis.read_bytes()), None)
    assert verdict.ok, (verdict.failed_item, verdict.detail)
    return data_


def test_a_ledger_goes_round(tmp_path: Path) -> None:
    """Demo, export, rebuild, read-only, succession, a further act, audit, verify."""
    word = demo(tmp_path / "demo")
    data, again, archive = tmp_path / "demo/data", tmp_path / "again", tmp_path / "a.archive"
    genesis = tmp_path / "demo/genesis.json"
    made = answered("export", "--data", data, "--documents", "-o", archive)
    assert (made["documents"], made["proof"], made["proven_size"]) == (
        10,  # of three titles the booking, instructions and document; the cherries' bill
        "checkpoint",
        made["size"],
    )
    rebuilt = answered("rebuild", archive, "--data", again, "--trust", genesis, "--verifiers", "0")
    assert (rebuilt["titles"], rebuilt["root"], rebuilt["documents"]) == (4, made["root"], 10)
    audited(again)
    assert run("rebuild", archive, "--data", again).exit_code == 5, "it is not empty"
    summary = json.loads((tmp_path / "demo/summary.json").read_bytes())
    for one in summary["titles"]:
        here, there = (
            bundled(where, one["title"], tmp_path / "b", genesis, word=word)
            for where in (data, again)
        )
        assert here == there
    with ChildNode(again, "127.0.0.1:0", "", tmp_path / "log") as child, Node(child.url) as node:
        with pytest.raises(RefusedError, match=REASON):
            Wallet(tmp_path / "demo/keys", word).actor(node, GOVERNANCE).act(
                "identity.RECOGNISE_LAW", {"law": "JP"}
            )
        over = answered("export", "--node", child.url, "-o", tmp_path / "over.archive")
        assert over["size"] == made["size"]
    carry_on(tmp_path, again, word)
    audited(again)
    with ChildNode(again, "127.0.0.1:0", WORD, tmp_path / "log") as child, Node(child.url) as node:
        actor = Wallet(tmp_path / "demo/keys", word).actor(node, GOVERNANCE)
        actor.act("identity.RECOGNISE_LAW", {"law": "JP"}).require_committed()
    audited(again)
    for one in summary["titles"]:
        bundled(again, one["title"], tmp_path / "b", genesis)
        told = answered("verify", tmp_path / "b", "--trust", genesis)
        assert f"carried on since entry {made['size']} by a successor" in told["proven"][-1]


def carry_on(folder: Path, data: Path, word: str) -> None:
    """Governance signs who carries on, and nobody else after."""
    statement, signed = folder / "statement.json", folder / "signed.jws"
    answered("succession", "propose", "--data", data, "-o", statement)
    first = statement.read_bytes()
    answered("succession", "propose", "--data", data, "-o", statement)
    assert statement.read_bytes() == first, "asked again it is the same"
    keys = ("--key", GOVERNANCE, "--key-folder", folder / "demo/keys")
    sign = ("succession", "sign", statement, *keys, "--data", folder / "none", "-o", signed)
    assert run(*sign, word=word).exit_code == 0
    assert run(*sign, word=word).exit_code == 0, "the same again"
    other = json.loads(first)
    other["log"] = other["log"].partition("+")[0] + "+" + "00000000+AAAA"
    statement.write_bytes(json.dumps(other, separators=(",", ":"), sort_keys=True).encode())
    refused = run(*sign, word=word)
    assert refused.exit_code == 3
    assert "another successor was signed" in refused.output
    told = answered("succession", "adopt", signed, "--data", data)
    assert told["statement"] == json.loads(first)
    refused = run("succession", "adopt", signed, "--data", data)
    assert refused.exit_code == 3
    assert "carries this ledger on already" in refused.output


def test_a_signer_s_copy_is_asked_while_nobody_lengthens_it(tmp_path: Path) -> None:
    """A node that is at work is told first, before its copy is looked at."""
    consortium_ledger(tmp_path / "own")
    key = PrivateKey(sha256(b"governor"))
    directory = DataDirectory(tmp_path / "own")
    statement = Statement(
        format="ropewalk-succession/1",
        height=0,
        led=0,
        log="x",
        network=network_id(directory.genesis.read_bytes()),
        root="ab" * 32,
        size=1,
    )
    (tmp_path / "statement").write_bytes(encode_statement(statement))
    home = CometBftHome(directory.path)
    home.consensus_key.parent.mkdir(parents=True)
    home.consensus_key.write_bytes(consensus_key_file(key))
    home.consensus_key.chmod(0o600)
    sign = ("succession", "sign", tmp_path / "statement", "--data", directory.path)
    sign = (*sign, "-o", tmp_path / "signed")
    lock = DirectoryLock(directory.lock)
    assert "stop the other process first" in run(*sign).output
    lock.release()
    assert "leaves out acts" in " ".join(run(*sign).output.split())
    assert not directory.signed_succession.exists()
    assert not (tmp_path / "signed").exists()


def test_a_consortium_survives_its_end(tmp_path: Path) -> None:
    """Four validators, an archive of one of them; votes prove it, and three of them sign."""
    net = tmp_path / "net"
    size = lived(net, tmp_path / "over.archive")
    made = answered("export", "--data", net / "node0", "-o", tmp_path / "a.archive")
    assert (made["proof"], made["proven_size"], made["size"]) == ("consensus", size, size)
    for name in ("over", "a"):
        rebuilt = answered("rebuild", tmp_path / f"{name}.archive", "--data", tmp_path / name)
        assert "validators" in rebuilt["signed_by"]
        assert rebuilt["proven_size"] == rebuilt["size"]
        audited(tmp_path / name)
    assert "signed at height" in verified(tmp_path, tmp_path / "a", net / "genesis.json")[-1]
    succeed(tmp_path, net)
    audited(tmp_path / "a")
    told = verified(tmp_path, tmp_path / "a", net / "genesis.json")
    assert told[-1].endswith("as signed by 3 of 4 validators with 3 of 4 votes")
    with ChildNode(tmp_path / "a", "127.0.0.1:0", WORD, tmp_path / "log") as child:
        with Node(child.url) as node:
            actor = Wallet(net / "keys", WORD).actor(node, GOVERNANCE)
            actor.act("identity.RECOGNISE_LAW", {"law": "JP"}).require_committed()
        again = answered("export", "--node", child.url, "-o", tmp_path / "b.archive")
    assert again["succession"]
    audited(tmp_path / "a")
    rebuilt = answered("rebuild", tmp_path / "b.archive", "--data", tmp_path / "b")
    assert rebuilt["signed_by"].startswith("the successor's log, before it")
    audited(tmp_path / "b")


def lived(net: Path, archive: Path) -> int:
    """A consortium comes, acts, is exported while it runs, and goes; the size of its log."""
    form(net, seats_here(4, "127.0.0.1:0", "127.0.0.1:0"), WORD, CHARTER)
    with Network(net, WORD, cometbft=program()) as network:
        network.await_ready(120)
        issued(network.urls[0], net / "keys", net / "node0")
        over = answered("export", "--node", network.urls[0], "-o", archive)
        assert (over["proof"], over["proven_size"]) == ("consensus", over["size"])
        left = DataDirectory(net / "node0")
        eventually(left.consensus.exists, 30)
        running = answered("export", "--data", left.path, "-o", net / "running.archive")
        assert running["size"] == over["size"]
        time.sleep(3)
    size: int = over["size"]
    return size


def issued(url: str, keys: Path, data: Path) -> None:
    """Three parties, and a bill that is handed over."""
    at = ("--node", url, "--key-folder", keys)
    more = {"carrier": ("--role", "carrier", "--carrier-code", "SMDG:ARX")}
    for name in ("carrier", "shipper", "bank"):
        answered("key", "new", name, "--key-folder", keys)
        answered("party", "register", name, *more.get(name, ()), *at)
    named = ("--as", "carrier", "--shipper", "shipper", "--endorsee", "bank", "--law", "GB")
    answered("title", "issue", "--document", DOCUMENT, *named, "--data", data, *at)
    answered("title", "transfer", REFERENCE, "--as", "shipper", "--recipient", "bank", *at)


def verified(folder: Path, data: Path, genesis: Path) -> list[str]:
    """What both verifiers find proven of the bill."""
    bundled(data, REFERENCE, folder / "bundle", genesis)
    told: list[str] = answered("verify", folder / "bundle", "--trust", genesis)["proven"]
    node = shutil.which("node")
    if node is not None:
        command = [node, ROOT / "verifier/cli.mjs", folder / "bundle", "--trust", genesis, "--json"]
        done = subprocess.run(command, capture_output=True, check=True, timeout=60)
        assert json.loads(done.stdout)["proven"] == told
    return told


def succeed(folder: Path, net: Path) -> None:
    """Two of four are too few; three make it live, and their nodes do not start again."""
    statement = folder / "statement.json"
    answered("succession", "propose", "--data", folder / "a", "-o", statement)
    for number in range(3):
        signed = folder / f"{number}.jws"
        sign = ("succession", "sign", statement, "--data", net / f"node{number}", "-o", signed)
        told = answered(*sign)
        assert open_statement(signed.read_text().strip())[0].kid == told["key"]
    adopt = ("succession", "adopt", "--data", folder / "a")
    refused = run(*adopt, folder / "0.jws", folder / "1.jws")
    assert refused.exit_code == 3
    assert "not more than two thirds" in refused.output
    answered(*adopt, *(folder / f"{number}.jws" for number in range(3)))
    ended = run("node", "--engine", "cometbft", "--data", net / "node0", "--listen", "127.0.0.1:0")
    assert ended.exit_code == 5
    assert "takes no part any more" in " ".join(ended.output.split())


def test_an_export_says_what_it_lacks_and_how_many_documents_it_has(tmp_path: Path) -> None:
    data = tmp_path / "member"
    consortium_ledger(data)
    export = ("export", "--data", data, "--documents", "-o", tmp_path / "archive")
    told = run(*export).output
    assert "7 entries, 0 documents\n" in told
    assert "Export from a running node" in told
    lock = DirectoryLock(data / "lock")
    told = run(*export).output
    lock.release()
    assert "wait some seconds and export again" in told
