# SPDX-License-Identifier: Apache-2.0
"""CometBFT's hashes and signed bytes once more, as plain as its protobuf files read.

Headers and commits are the members of docs/reference/formats.md, 11, as plain dictionaries; keys
of validators have public seeds.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from ropewalk.crypto import PrivateKey, to_base64, to_base64url
from tlog import naive

Members = dict[str, Any]
Weighted = tuple[PrivateKey, int]
"""A validator: its key and its votes."""
EMPTY_HASH = sha256(b"").hexdigest()
TIME_S = 1_767_225_600


def key(name: str) -> PrivateKey:
    """The key of a validator's name."""
    return PrivateKey(sha256(f"ropewalk test validator {name}".encode()).digest())


def weighted(*named: tuple[str, int]) -> list[Weighted]:
    """Validators by name, in CometBFT's order."""
    found = [(key(name), power) for name, power in named]
    return sorted(found, key=lambda one: (-one[1], address(one[0])))


def address(key_: PrivateKey) -> bytes:
    return sha256(key_.public_key).digest()[:20]


def number(tag: int, value: int) -> bytes:
    """A varint behind its tag, by bits."""
    if value == 0:
        return b""
    bits = f"{value:b}"
    groups = [bits[max(0, end - 7) : end] for end in range(len(bits), 0, -7)]
    return bytes([tag, *(0x80 | int(group, 2) for group in groups[:-1]), int(groups[-1], 2)])


def eight(tag: int, value: int) -> bytes:
    return bytes([tag]) + bytes(value >> 8 * at & 0xFF for at in range(8)) if value else b""


def text(tag: int, data: bytes, *, always: bool = False) -> bytes:
    """Bytes behind tag and length; none here is longer than 255."""
    if not data and not always:
        return b""
    length = bytes([len(data)]) if len(data) < 128 else bytes([len(data) & 0x7F | 0x80, 1])
    return bytes([tag]) + length + data


def set_hash(validators: Sequence[Weighted]) -> str:
    """Over SimpleValidator of each."""
    leaves = [
        b"\x0a\x22\x0a\x20" + one.public_key + number(0x10, power) for one, power in validators
    ]
    return naive.tree_hash(leaves).hex()


def block_id(value: Mapping[str, Any]) -> bytes:
    parts = number(0x08, value["parts_total"]) + text(0x12, bytes.fromhex(value["parts_hash"]))
    return text(0x0A, bytes.fromhex(value["hash"])) + text(0x12, parts, always=True)


def moment(value: Mapping[str, Any]) -> bytes:
    return number(0x08, value["time_s"]) + number(0x10, value["time_ns"])


def header_hash(header: Mapping[str, Any]) -> str:
    names = (
        "last_commit_hash data_hash validators_hash next_validators_hash consensus_hash app_hash "
        "last_results_hash evidence_hash proposer_address"
    )
    leaves = [
        number(0x08, header["version_block"]) + number(0x10, header["version_app"]),
        text(0x0A, header["chain_id"].encode()),
        number(0x08, header["height"]),
        moment(header),
        block_id(header["last_block_id"]),
        *(text(0x0A, bytes.fromhex(header[name])) for name in names.split()),
    ]
    return naive.tree_hash(leaves).hex()


def vote_bytes(chain_id: str, height: int, commit: Members, vote: Members) -> bytes:
    written = (
        b"\x08\x02"
        + eight(0x11, height)
        + eight(0x19, commit["round"])
        + text(0x22, block_id(commit["block_id"]))
        + text(0x2A, moment(vote), always=True)
        + text(0x32, chain_id.encode())
    )
    return text(0, written)[1:]


def make_header(
    chain_id: str, height: int, validators: Sequence[Weighted], /, **members: Any
) -> Members:
    """A header at a height, a second a block, with members of one's own."""
    before = sha256(b"block %d" % (height - 1)).hexdigest()
    return {
        "app_hash": "",
        "chain_id": chain_id,
        "consensus_hash": sha256(b"parameters").hexdigest(),
        "data_hash": EMPTY_HASH,
        "evidence_hash": EMPTY_HASH,
        "height": height,
        "last_block_id": {"hash": before, "parts_hash": before, "parts_total": 1},
        "last_commit_hash": sha256(b"commit %d" % (height - 1)).hexdigest(),
        "last_results_hash": EMPTY_HASH,
        "next_validators_hash": set_hash(validators),
        "proposer_address": address(validators[0][0]).hex(),
        "time_ns": 123_456_789,
        "time_s": TIME_S + height,
        "validators_hash": set_hash(validators),
        "version_app": 1,
        "version_block": 11,
        **members,
    }


def make_commit(
    header: Members,
    validators: Sequence[Weighted],
    absent: Sequence[int] = (),
    chain_id: str = "",
    **members: Any,
) -> Members:
    """The votes of all validators but the absent ones."""
    commit: Members = {
        "block_id": {
            "hash": header_hash(header),
            "parts_hash": sha256(b"parts").hexdigest(),
            "parts_total": 1,
        },
        "round": 0,
        **members,
    }
    return {
        **commit,
        "signatures": [
            make_vote(chain_id or header["chain_id"], header["height"], commit, place, validators)
            for place in range(len(validators))
            if place not in absent
        ],
    }


def make_vote(
    chain_id: str, height: int, commit: Members, place: int, validators: Sequence[Weighted]
) -> Members:
    """The vote of the validator at a place."""
    vote: Members = {"time_ns": 1_000 * place, "time_s": TIME_S + height + 1, "validator": place}
    signature = validators[place][0].sign(vote_bytes(chain_id, height, commit, vote))
    return {**vote, "signature": to_base64(signature)}


def signed(header: Members, validators: Sequence[Weighted], **more: Any) -> Members:
    """A header with its commit."""
    return {"commit": make_commit(header, validators, **more), "header": header}


def named(validators: Sequence[Weighted]) -> list[Members]:
    """A set as it is written down."""
    return [{"key": to_base64url(one.public_key), "power": power} for one, power in validators]


def change(header: Members, validators: Sequence[Weighted], after: Sequence[Weighted]) -> Members:
    """A change of the set at a header."""
    changing = {**header, "next_validators_hash": set_hash(after)}
    return {**signed(changing, validators), "next": named(after)}
