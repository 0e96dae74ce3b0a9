# SPDX-License-Identifier: Apache-2.0
"""What vectors/tlog holds, made by the plain implementations in `naive`.

Any language can run them. Hashes, roots and entries are hex; paths, notes and steps base64, as
docs/reference/formats.md writes them. `valid` is the verdict of Ropewalk; `ics23`, where it
stands, is what ICS-23's SmtSpec alone says. Written by `python -m tlog.make_vectors` with
`tests` and `src` on the path.
"""

import json
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from ropewalk.crypto import to_base64
from tlog import naive
from tlog.consensus_vectors import consensus_cases, validators_cases
from tlog.signers import LOG, LOG_SIGN, STRANGER_SIGN, WITNESS, WITNESS_SIGN

VECTORS = Path(__file__).parents[2] / "vectors" / "tlog"
Case = dict[str, object]

ENTRIES = [b"entry %d" % position for position in range(70)]
ONE = bytes(31) + b"\x01"


def files() -> dict[str, list[Case]]:
    return {
        "tree.json": tree_cases(),
        "inclusion.json": inclusion_cases(),
        "consistency.json": consistency_cases(),
        "checkpoint.json": checkpoint_cases(),
        "cosignature.json": cosignature_cases(),
        "map.json": map_cases(),
        "presence.json": presence_cases(),
        "absence.json": absence_cases(),
        "validators.json": validators_cases(),
        "consensus.json": consensus_cases(),
    }


def text_of(cases: list[Case]) -> str:
    return json.dumps({"cases": cases}, indent=1, ensure_ascii=True) + "\n"


def b64(path: list[bytes]) -> list[str]:
    return [to_base64(node) for node in path]


def tree_cases() -> list[Case]:
    return [
        {
            "name": f"{size} entries",
            "entries": [entry.hex() for entry in ENTRIES[:size]],
            "root": naive.tree_hash(ENTRIES[:size]).hex(),
        }
        for size in (0, 1, 2, 3, 7, 8, 9, 70)
    ]


def inclusion_cases() -> list[Case]:
    cases: list[Case] = []
    for position, size in ((0, 1), (0, 8), (5, 8), (6, 7), (68, 70), (69, 70)):
        path = naive.audit_path(position, ENTRIES[:size])
        honest: Case = {
            "name": f"position {position} of {size}",
            "leaf_hash": naive.digest(b"\x00" + ENTRIES[position]).hex(),
            "position": position,
            "size": size,
            "path": b64(path),
            "root": naive.tree_hash(ENTRIES[:size]).hex(),
            "valid": True,
        }
        cases.append(honest)
        forged: dict[str, Case] = {
            "a hash too many": {"path": b64([*path, ONE])},
            "another leaf": {"leaf_hash": ONE.hex()},
            "another root": {"root": ONE.hex()},
            "position is the size": {"position": size},
            "position below zero": {"position": -1},
            "a position further": {"position": position + 1},
            "size is zero": {"size": 0},
        }
        if path:
            forged["a hash too few"] = {"path": b64(path[:-1])}
            forged["a changed hash"] = {"path": b64([ONE, *path[1:]])}
            forged["a short hash"] = {"path": b64([path[0][:31], *path[1:]])}
        cases += refused(honest, forged)
    return cases


def consistency_cases() -> list[Case]:
    cases: list[Case] = []
    for old, new in ((1, 1), (1, 8), (2, 5), (4, 7), (6, 8), (8, 8), (64, 70), (69, 70)):
        path = naive.consistency_proof(old, ENTRIES[:new])
        honest: Case = {
            "name": f"{old} to {new}",
            "old_size": old,
            "old_root": naive.tree_hash(ENTRIES[:old]).hex(),
            "new_size": new,
            "new_root": naive.tree_hash(ENTRIES[:new]).hex(),
            "path": b64(path),
            "valid": True,
        }
        cases.append(honest)
        forged: dict[str, Case] = {
            "a hash too many": {"path": b64([*path, ONE])},
            "another old root": {"old_root": ONE.hex()},
            "another new root": {"new_root": ONE.hex()},
            "old size is zero": {"old_size": 0},
            "sizes shrink": {"old_size": new + 1},
        }
        if path:
            forged["no path"] = {"path": []}
            forged["a hash too few"] = {"path": b64(path[:-1])}
            forged["a changed hash"] = {"path": b64([ONE, *path[1:]])}
        cases += refused(honest, forged)
    return cases


def refused(honest: Case, forged: Mapping[str, Case]) -> list[Case]:
    return [
        {**honest, **change, "name": f"{honest['name']}: {name}", "valid": False}
        for name, change in forged.items()
    ]


def line(name: str, key_hash: bytes, signature: bytes) -> str:
    return f"— {name} {to_base64(key_hash + signature)}\n"


ROOT_TEXT = to_base64(naive.tree_hash(ENTRIES))
TEXT = f"{LOG.name}\n70\n{ROOT_TEXT}\n"


def log_line(text: str) -> str:
    return line(LOG.name, LOG.key_hash, LOG_SIGN(text.encode()))


def signed(text: str) -> str:
    return f"{text}\n{log_line(text)}"


def checkpoint_case(name: str, note: str, *, valid: bool = False) -> Case:
    return {"name": name, "key": LOG.text, "note": to_base64(note.encode()), "valid": valid}


def checkpoint_cases() -> list[Case]:
    good, other = log_line(TEXT), line("other.example", bytes(4), bytes(64))
    lines = [line(f"other{n}.example", bytes(4), bytes(64)) for n in range(64)]
    valid = {
        "a checkpoint": signed(TEXT),
        "another signature line first": f"{TEXT}\n{other}{good}",
        "64 signature lines": f"{TEXT}\n{good}{''.join(lines[:63])}",
    }
    texts = {
        "four lines": f"{TEXT}extension\n",
        "two lines": f"{LOG.name}\n70\n",
        "leading zero": f"{LOG.name}\n070\n{ROOT_TEXT}\n",
        "negative size": f"{LOG.name}\n-70\n{ROOT_TEXT}\n",
        "size above 2^53 - 1": f"{LOG.name}\n{2**53}\n{ROOT_TEXT}\n",
        "root without padding": f"{LOG.name}\n70\n{ROOT_TEXT[:-1]}\n",
        "root of 31 bytes": f"{LOG.name}\n70\n{to_base64(bytes(31))}\n",
        "another origin": f"other.example\n70\n{ROOT_TEXT}\n",
        "white space after the size": f"{LOG.name}\n70 \n{ROOT_TEXT}\n",
        "carriage returns": f"{LOG.name}\r\n70\r\n{ROOT_TEXT}\r\n",
        "an empty origin": f"\n70\n{ROOT_TEXT}\n",
    }
    notes = {
        "unsigned": TEXT,
        "no signature line": f"{TEXT}\n",
        "no newline at the end": signed(TEXT)[:-1],
        "an empty line at the end": signed(TEXT) + "\n",
        "a hyphen for the dash": signed(TEXT).replace("—", "-"),
        "two spaces": signed(TEXT).replace("— ", "—  "),
        "the signature line twice": signed(TEXT) + good,
        "65 signature lines": f"{TEXT}\n{good}{''.join(lines)}",
        "above 16 KiB": signed(TEXT) + line("other.example", bytes(4), bytes(13_000)),
        "only another's signature line": f"{TEXT}\n{other}",
        "another key's signature": f"{TEXT}\n"
        + line(LOG.name, LOG.key_hash, STRANGER_SIGN(TEXT.encode())),
        "another text's signature": f"{TEXT}\n" + log_line(TEXT.replace("70", "71")),
        "another key hash": f"{TEXT}\n" + line(LOG.name, bytes(4), LOG_SIGN(TEXT.encode())),
        "a long signature": f"{TEXT}\n"
        + line(LOG.name, LOG.key_hash, LOG_SIGN(TEXT.encode()) + b"\x00"),
        "a short signature line": f"{TEXT}\n{good}" + line("other.example", bytes(4), b""),
        "a name with a plus": f"{TEXT}\n{good}" + line("other+example", bytes(4), bytes(64)),
    }
    return [
        *(checkpoint_case(name, note, valid=True) for name, note in valid.items()),
        *(checkpoint_case(name, signed(text)) for name, text in texts.items()),
        *(checkpoint_case(name, note) for name, note in notes.items()),
    ]


def cosigned(time_s: int, said: int | None = None) -> str:
    message = f"cosignature/v1\ntime {time_s}\n{TEXT}".encode()
    time = (time_s if said is None else said).to_bytes(8, "big")
    return line(WITNESS.name, WITNESS.key_hash, time + WITNESS_SIGN(message))


def cosignature_cases() -> list[Case]:
    seen = 1_700_000_000
    plain = line(WITNESS.name, WITNESS.key_hash, WITNESS_SIGN(TEXT.encode()))
    stranger = line(
        WITNESS.name,
        WITNESS.key_hash,
        seen.to_bytes(8, "big") + STRANGER_SIGN(f"cosignature/v1\ntime {seen}\n{TEXT}".encode()),
    )
    notes: dict[str, tuple[str, int | None]] = {
        "a cosignature": (signed(TEXT) + cosigned(seen), seen),
        "at time zero": (signed(TEXT) + cosigned(0), 0),
        "at the last time": (signed(TEXT) + cosigned(2**53 - 1), 2**53 - 1),
        "after the last time": (signed(TEXT) + cosigned(2**53), None),
        "another time": (signed(TEXT) + cosigned(seen, seen + 1), None),
        "a plain signature": (signed(TEXT) + plain, None),
        "another key's signature": (signed(TEXT) + stranger, None),
        "not cosigned": (signed(TEXT), None),
    }
    return [
        {
            "name": name,
            "key": WITNESS.text,
            "note": to_base64(note.encode()),
            "valid": time is not None,
            **({} if time is None else {"time": time}),
        }
        for name, (note, time) in notes.items()
    ]


Records = dict[bytes, bytes]


def records(count: int) -> Records:
    return {b"title/%d" % number: b'[1,{"version":%d}]' % number for number in range(count)}


def crowded() -> Records:
    """Of 4,000 keys, the pair that shares most bits, and one key beside it."""
    keys = sorted((b"title/%d" % number for number in range(4000)), key=naive.digest)
    shared = [
        next(at for at in range(256) if naive.bits(low)[at] != naive.bits(high)[at])
        for low, high in pairwise(keys)
    ]
    at = shared.index(max(shared))
    return dict.fromkeys((*keys[at : at + 2], keys[at - 2000]), b"[1,{}]")


def ascii_records(state: Records) -> list[list[str]]:
    return [[key.decode(), value.decode()] for key, value in state.items()]


def map_cases() -> list[Case]:
    states = {f"{count} keys": records(count) for count in (0, 1, 2, 3, 8, 50)}
    states["two keys that share many bits"] = crowded()
    return [
        {
            "name": name,
            "records": ascii_records(state),
            "root": naive.map_hash(naive.placed(state)).hex(),
        }
        for name, state in states.items()
    ]


def presence(state: Records, key: bytes) -> dict[str, object]:
    steps = [
        {"prefix": to_base64(b"\x01" + sibling), "suffix": ""}
        if is_left
        else {"prefix": to_base64(b"\x01"), "suffix": to_base64(sibling)}
        for is_left, sibling in naive.map_path(naive.placed(state), naive.bits(key))
    ]
    return {"key": key.decode(), "path": steps, "value": state[key].decode()}


def root_of(state: Records) -> str:
    return naive.map_hash(naive.placed(state)).hex()


def presence_cases() -> list[Case]:
    cases: list[Case] = []
    for name, state in (
        ("1 key", records(1)),
        ("8 keys", records(8)),
        ("50 keys", records(50)),
        ("crowded", crowded()),
    ):
        key = sorted(state, key=naive.digest)[len(state) // 2]
        proof = presence(state, key)
        honest: Case = {
            "name": name,
            "root": root_of(state),
            "key": key.decode(),
            "value": state[key].decode(),
            "proof": proof,
            "valid": True,
            "ics23": True,
        }
        cases.append(honest)
        cases += refused({**honest, "ics23": False}, forged_presences(proof))
    return [*cases, *misplaced_presences()]


def forged_presences(proof: dict[str, object]) -> dict[str, Case]:
    path = list(proof["path"]) if isinstance(proof["path"], list) else []
    step = {"prefix": "AQ==", "suffix": to_base64(ONE)}
    forged: dict[str, Case] = {
        "another root": {"root": ONE.hex()},
        "another key asked": {"key": "title/x"},
        "another value asked": {"value": "[1,{}]x"},
        "another value": {"value": "x", "proof": {**proof, "value": "x"}},
        "a step too many": {"proof": {**proof, "path": [*path, step]}},
    }
    malformed: dict[str, object] = {
        "a member too many": {**proof, "leaf": {}},
        "no value": {"key": proof["key"], "path": path},
        "an empty value": {**proof, "value": ""},
        "a step without suffix": {**proof, "path": [{"prefix": "AQ=="}]},
        "a prefix with a pad bit set": {**proof, "path": [{**step, "prefix": "AR=="}]},
        "a prefix without padding": {**proof, "path": [{**step, "prefix": "AQ"}]},
        "a leaf's prefix": {**proof, "path": [{**step, "prefix": "AA=="}]},
        "siblings on both sides": {
            **proof,
            "path": [{"prefix": to_base64(b"\x01" + ONE), "suffix": to_base64(ONE)}],
        },
        "no sibling": {**proof, "path": [{"prefix": "AQ==", "suffix": ""}]},
    }
    if not path:
        malformed["257 steps"] = {**proof, "path": [step] * 257}
    else:
        forged["a step too few"] = {"proof": {**proof, "path": path[:-1]}}
        forged["a changed step"] = {"proof": {**proof, "path": [step, *path[1:]]}}
    return forged | {name: {"proof": value} for name, value in malformed.items()}


def misplaced_presences() -> list[Case]:
    """One key with two values in a malformed tree: only one stands where its hash says."""
    key, old, new = b"title/1", b"[1,{}]", b"[2,{}]"
    leaves = naive.leaf_of(key, old), naive.leaf_of(key, new)
    root = naive.digest(b"\x01" + leaves[0] + leaves[1]).hex()
    goes_right = naive.bits(key)[0] == "1"
    sides = (
        (old, {"prefix": "AQ==", "suffix": to_base64(leaves[1])}, not goes_right),
        (new, {"prefix": to_base64(b"\x01" + leaves[0]), "suffix": ""}, goes_right),
    )
    return [
        {
            "name": f"two values under one root: {'in' if valid else 'out of'} place",
            "root": root,
            "key": key.decode(),
            "value": value.decode(),
            "proof": {"key": key.decode(), "path": [step], "value": value.decode()},
            "valid": valid,
            "ics23": True,
        }
        for value, step, valid in sides
    ]


def absence(
    state: Records, key: bytes, left: bytes | None, right: bytes | None
) -> dict[str, object]:
    proof: dict[str, object] = {"key": key.decode()}
    if left is not None:
        proof["left"] = presence(state, left)
    if right is not None:
        proof["right"] = presence(state, right)
    return proof


def absence_cases() -> list[Case]:
    cases: list[Case] = []
    for name, state in (("1 key", records(1)), ("50 keys", records(50)), ("crowded", crowded())):
        order = sorted(state, key=naive.digest)
        asked = sorted((b"absent/%d" % number for number in range(200)), key=naive.digest)
        for key in (asked[0], asked[100], asked[-1]):
            at = sum(naive.digest(other) < naive.digest(key) for other in order)
            around = [None, *order, None][at : at + 2]
            cases.append(absence_case(f"{name}, {key.decode()}", state, key, *around, valid=True))
    return [*cases, *forged_absences(), malformed_absence()]


def absence_case(
    name: str,
    state: Records,
    key: bytes,
    left: bytes | None,
    right: bytes | None,
    *,
    valid: bool = False,
) -> Case:
    return {
        "name": name,
        "root": root_of(state),
        "key": key.decode(),
        "proof": absence(state, key, left, right),
        "valid": valid,
        "ics23": valid,
    }


def forged_absences() -> list[Case]:
    state = records(50)
    order = sorted(state, key=naive.digest)
    here, below, above = order[20], order[19], order[21]
    forged = [
        absence_case("a key that is there", state, here, below, above),
        absence_case("a key that is the left neighbour", state, here, here, above),
        absence_case("a key that is the right neighbour", state, here, below, here),
        absence_case("left alone, not at the edge", state, here, below, None),
        absence_case("right alone, not at the edge", state, here, None, above),
        absence_case("no neighbour", state, b"absent", None, None),
    ]
    honest = absence_case("", state, b"absent/0", *around(order, b"absent/0"))
    proof = honest["proof"]
    assert isinstance(proof, dict)
    swapped = {**proof, "left": proof["right"], "right": proof["left"]}
    changes: dict[str, Case] = {
        "neighbours swapped": {"proof": swapped},
        "another root": {"root": ONE.hex()},
        "a null neighbour": {"proof": {**proof, "left": None}},
        "a member too many": {"proof": {**proof, "middle": proof["left"]}},
        "a neighbour with another value": {
            "proof": {**proof, "left": {**proof["left"], "value": "x"}}
        },
    }
    forged += [{**honest, **change, "name": name} for name, change in changes.items()]
    forged.append(
        {**honest, "name": "another key in the proof", "ics23": True}
        | {"proof": {**proof, "key": "absent/x"}}
    )
    return forged


def around(order: list[bytes], key: bytes) -> tuple[bytes, bytes]:
    at = sum(naive.digest(other) < naive.digest(key) for other in order)
    return order[at - 1], order[at]


def malformed_absence() -> Case:
    """Neighbours that part at the root though their hashes share the first bit."""
    names = sorted((b"title/%d" % number for number in range(20)), key=naive.digest)
    low, middle, high = (name for name in names[:3] if naive.bits(name)[0] == "0")
    left, right = naive.leaf_of(low, b"v"), naive.leaf_of(high, b"v")
    low_step = {"prefix": "AQ==", "suffix": to_base64(right)}
    high_step = {"prefix": to_base64(b"\x01" + left), "suffix": ""}
    return {
        "name": "a neighbour out of place",
        "root": naive.digest(b"\x01" + left + right).hex(),
        "key": middle.decode(),
        "proof": {
            "key": middle.decode(),
            "left": {"key": low.decode(), "path": [low_step], "value": "v"},
            "right": {"key": high.decode(), "path": [high_step], "value": "v"},
        },
        "valid": False,
        "ics23": True,
    }


if __name__ == "__main__":
    VECTORS.mkdir(parents=True, exist_ok=True)
    for name, cases in files().items():
        (VECTORS / name).write_text(text_of(cases), encoding="utf-8")
