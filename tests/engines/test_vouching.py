# SPDX-License-Identifier: Apache-2.0
"""An archive says on whose word it is what it is, and no more."""

import json
from pathlib import Path

from engines.archives import consortium_ledger, exported, ignore, rebuilt, refused, sealed
from ropewalk.audit import audit_directory, audit_node
from ropewalk.audit.remote import NO_VALIDATOR
from ropewalk.cli.child import ChildNode
from ropewalk.client import Node
from ropewalk.crypto import PrivateKey, encode, sha256
from ropewalk.engines.embedded import EmbeddedEngine, Settings

MANIFEST = 0
STRANGER = PrivateKey(sha256(b"somebody"))


def test_votes_vouch_for_as_much_as_they_cover(tmp_path: Path) -> None:
    leave = consortium_ledger(tmp_path / "member")
    for size, told in ((7, "for 7 of 7 entries"), (3, "for 3 of 7 entries; for the rest")):
        leave(size)
        lines = exported(tmp_path / "member", tmp_path / "archive")
        named = json.loads(lines[MANIFEST])
        assert (named["proof"], named["proven_size"], named["size"]) == ("consensus", size, 7)
        found = rebuilt(tmp_path / "archive", tmp_path / f"again{size}")
        assert (found.proven_size, found.size) == (size, 7)
        assert told in found.signed_by
        assert exported(tmp_path / f"again{size}", tmp_path / "second") == lines
        report = audit_directory(tmp_path / f"again{size}", None, ignore)
        assert report.ok, report.first_difference
        engine = EmbeddedEngine(tmp_path / f"again{size}", Settings("", verifiers=0))
        assert (engine.prove("sentinel").consensus is not None) == (size == 7)
        engine.close()


def test_without_votes_one_node_vouches_and_the_report_says_so(tmp_path: Path) -> None:
    consortium_ledger(tmp_path / "member")
    lines = exported(tmp_path / "member", tmp_path / "archive")
    named = json.loads(lines[MANIFEST])
    assert (named["proof"], named["proven_size"]) == ("checkpoint", 0)
    assert "one member's node alone" in rebuilt(tmp_path / "archive", tmp_path / "a").signed_by
    unnamed = encode({name: named[name] for name in named if name != "node"})
    (tmp_path / "unnamed").write_bytes(sealed([unnamed, *lines[1:]]))
    assert rebuilt(tmp_path / "unnamed", tmp_path / "b").size == 7
    stranger = encode({**named, "node": STRANGER.kid})
    assert "the checkpoint: " in refused(sealed([stranger, *lines[1:]]), tmp_path)


def test_votes_for_all_of_it_need_no_node_s_name(tmp_path: Path) -> None:
    """A member that is no validator signs by a key that the log does not name."""
    leave = consortium_ledger(tmp_path / "member", STRANGER)
    for size in (7, 3):
        leave(size)
        lines = exported(tmp_path / "member", tmp_path / f"archive{size}")
        named = json.loads(lines[MANIFEST])
        lines[MANIFEST] = encode({name: named[name] for name in named if name != "node"})
        if size == 3:
            assert "did not sign for all" in refused(sealed(lines), tmp_path)
            continue
        (tmp_path / "unnamed").write_bytes(sealed(lines))
        found = rebuilt(tmp_path / "unnamed", tmp_path / "again")
        assert found.signed_by == "4 of 4 validators with 40 of 40 votes, for 7 of 7 entries"
        report = audit_directory(tmp_path / "again", None, ignore)
        assert report.ok, report.first_difference
        assert exported(tmp_path / "again", tmp_path / "second")[:-1] == lines[:-1]
        engine = EmbeddedEngine(tmp_path / "again", Settings("", verifiers=0))
        assert engine.prove("sentinel").consensus is not None
        engine.close()
        with (
            ChildNode(tmp_path / "again", "127.0.0.1:0", "", tmp_path / "log") as child,
            Node(child.url) as node,
        ):
            told = audit_node(node, None, ignore)
        assert (told.ok, told.first_difference) == (False, f"checkpoint: {NO_VALIDATOR}")
        beside = tmp_path / "again/archive.json"
        beside.write_bytes(beside.read_bytes().replace(b'"app_hash":"', b'"app_hash":"00', 1))
        assert "archive.json" in audit_directory(tmp_path / "again", None, ignore).first_difference


def test_votes_for_another_log_are_refused(tmp_path: Path) -> None:
    leave = consortium_ledger(tmp_path / "member")
    leave(7)
    lines = exported(tmp_path / "member", tmp_path / "archive")
    leave(3)
    other = exported(tmp_path / "member", tmp_path / "other")
    proof = 3
    mixed = [*lines[:proof], other[proof], *lines[proof + 1 :]]
    assert "validators signed for 3 entries" in refused(sealed(mixed), tmp_path)
    votes = json.loads(lines[proof])
    votes["commit"]["signatures"] = votes["commit"]["signatures"][:2]
    fewer = [*lines[:proof], encode(votes), *lines[proof + 1 :]]
    assert "two thirds" in refused(sealed(fewer), tmp_path)
    votes = json.loads(lines[proof])
    votes["header"]["app_hash"] = "ab" * 40
    forged = [*lines[:proof], encode(votes), *lines[proof + 1 :]]
    assert "line 4" in refused(sealed(forged), tmp_path)
