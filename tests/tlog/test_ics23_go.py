# SPDX-License-Identifier: Apache-2.0
"""ICS-23's own verifier, in Go, judges our proofs as we do."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ropewalk.crypto import to_base64
from ropewalk.tlog import (
    Absence,
    Presence,
    ProofError,
    Step,
    commitment_proof_bytes,
    prove_absence,
    prove_presence,
    verify_membership,
    verify_non_membership,
)
from tlog import naive
from tlog.stores import Records

GO_MODULE = Path(__file__).parent / "ics23"
STATE = Records({b"title/%d" % number: b"[1,{%d}]" % number for number in range(500)})
ROOT = STATE.tree.root
ORDER = [STATE.by_place[place] for place in sorted(STATE.by_place)]


def present(at: int) -> Presence:
    return prove_presence(STATE.tree, ORDER[at], STATE.records[ORDER[at]])


def honest() -> Iterator[tuple[bytes, bytes, Presence | Absence]]:
    for at, key in enumerate(ORDER):
        yield key, STATE.records[key], present(at)
    for number in range(1000):
        key = b"absent/%d" % number
        yield key, b"", prove_absence(STATE.tree, key, STATE.record)


def forged_presences() -> Iterator[tuple[bytes, bytes, Presence]]:
    path_forgeries: list[Callable[[tuple[Step, ...]], tuple[Step, ...]]] = [
        lambda path: path[1:],
        lambda path: path[:-1],
        lambda path: (*path, path[-1]),
        lambda path: (Step(b"\x01", bytes(32)), *path[1:]),
        lambda path: (Step(path[0].prefix, path[0].suffix + bytes(32)), *path[1:]),
        lambda path: (Step(path[0].suffix + b"\x01", b""), *path[1:]),
        lambda path: (Step(b"\x00" + path[0].prefix[1:], path[0].suffix), *path[1:]),
        lambda path: (Step(b"", path[0].suffix), *path[1:]),
        lambda path: path * 30,
    ]
    for at in range(0, 500, 25):
        proof, key = present(at), ORDER[at]
        for forge in path_forgeries:
            yield key, proof.value, replace(proof, path=forge(proof.path))
        yield key, b"[1,{}]", replace(proof, value=b"[1,{}]")
        yield key, b"[1,{}]", proof
        yield ORDER[at - 1], proof.value, proof


def forged_absences() -> Iterator[tuple[bytes, bytes, Absence]]:
    for at in range(1, 499, 7):
        key = ORDER[at]
        for below, above in ((at - 1, at + 1), (at - 1, at), (at, at + 1), (at, at)):
            yield key, b"", Absence(key, present(below), present(above))
        yield key, b"", Absence(key, present(at - 1), None)
        yield key, b"", Absence(key, None, present(at + 1))
        yield key, b"", Absence(key, None, None)
    absent = prove_absence(STATE.tree, b"absent", STATE.record)
    yield b"absent", b"", replace(absent, left=None)
    yield b"absent", b"", replace(absent, right=None)
    yield b"absent", b"", replace(absent, left=absent.right, right=absent.left)


def dishonest_trees() -> Iterator[tuple[bytes, bytes, bytes, Presence | Absence]]:
    """Roots over malformed trees, where ICS-23 alone accepts more than the map allows."""
    a, b = (Presence(key, b"v", ()) for key in (b"a", b"b"))
    for number in range(40):
        key = b"%d" % number
        for proof in (Absence(key, a, a), Absence(key, a, b), Absence(key, b, None)):
            yield verified_root(a), key, b"", proof
            yield verified_root(b), key, b"", proof
    for prefix in (b"\x01", b"\x02", b"\x01" * 2, b"\x05" * 33):
        for suffix in (b"", bytes(32), bytes(64), bytes(31)):
            step = Step(prefix, suffix)
            lone = replace(a, path=(step,))
            yield verified_root(lone), b"a", b"v", lone
            for key in (b"c", b"d", b"e", b"f"):
                yield verified_root(lone), key, b"", Absence(key, lone, None)
                yield verified_root(lone), key, b"", Absence(key, None, lone)


def verified_root(proof: Presence) -> bytes:
    """The root that a presence leads to, well-formed or not."""
    node = naive.leaf_of(proof.key, proof.value)
    for step in proof.path:
        node = naive.digest(step.prefix + node + step.suffix)
    return node


def ours(root: bytes, key: bytes, value: bytes, proof: Presence | Absence) -> bool:
    try:
        if isinstance(proof, Presence):
            verify_membership(root, key, value, proof)
        else:
            verify_non_membership(root, key, proof)
    except ProofError:
        return False
    return True


def cases() -> Iterator[dict[str, object]]:
    under_root = (*honest(), *forged_presences(), *forged_absences())
    proofs: list[tuple[bytes, bytes, bytes, Presence | Absence]] = [
        (ROOT, key, value, proof) for key, value, proof in under_root
    ]
    for number, (root, key, value, proof) in enumerate((*proofs, *dishonest_trees())):
        yield {
            "Name": f"{number}: {key.decode()}",
            "Root": to_base64(root),
            "Key": to_base64(key),
            "Value": to_base64(value),
            "Proof": to_base64(commitment_proof_bytes(proof)),
            "Valid": ours(root, key, value, proof),
        }


def test_our_verdicts_are_right_on_honest_and_forged_proofs() -> None:
    assert all(ours(ROOT, *case) for case in honest())
    assert not any(ours(ROOT, *case) for case in forged_presences())
    assert not any(ours(ROOT, *case) for case in forged_absences())


def test_ics23_judges_every_proof_as_we_do(tmp_path: Path) -> None:
    go = shutil.which("go")
    if go is None:
        assert os.environ.get("CI") != "true", "go must be on PATH in CI"
        pytest.skip("go is not on PATH")
    proofs = tmp_path / "proofs.json"
    written = list(cases())
    proofs.write_text(json.dumps(written), encoding="utf-8")
    done = subprocess.run(
        [go, "test", "-count=1", "-v", "./..."],
        cwd=GO_MODULE,
        env={**os.environ, "ROPEWALK_PROOFS": str(proofs), "GOWORK": "off", "GOTOOLCHAIN": "local"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    accepted = sum(bool(case["Valid"]) for case in written)
    assert accepted > 1500
    assert f"judged {len(written)} accepted {accepted}" in done.stdout
