# SPDX-License-Identifier: Apache-2.0
"""Bundles of a consortium: four validators with known keys sign the log's root and size."""

import functools
from collections.abc import Sequence

import msgspec

from ropewalk.client import make_challenge
from ropewalk.crypto import PrivateKey, Value, decode, encode, sha256
from ropewalk.identity import governance_id
from ropewalk.ledger import chain_id, network_id, read_genesis
from tlog import naive
from tlog.consensus_vectors import CHANGED_AGAIN_AT, FIRST, LAST_AT, SECOND, THIRD, Makings
from verifier import drive
from verifier.forge import (
    BUYER,
    HANDED,
    ORDER,
    TIME_S,
    Members,
    Story,
    Telling,
    bundle_and_after,
    content,
    entry,
    jws,
    tell,
)
from verifier.forged_controls import demonstration
from verifier.telling import DAY_S, Case

GENESIS_FILE = "genesis-consortium.json"
BUNDLE, CHANGED = "consortium.ropewalk.json", "consortium-changed.ropewalk.json"
PROOF, CHALLENGE = "consortium.proof.json", "consortium.challenge.json"
VERIFIED_S = TIME_S + DAY_S
HEADER_S = TIME_S + LAST_AT
"""Time of the last header."""


def node_key(validator: PrivateKey) -> PrivateKey:
    """The key that a validator's node signs with."""
    return PrivateKey(sha256(b"ropewalk test node " + validator.public_key))


@functools.cache
def genesis() -> bytes:
    """The genesis file of the consortium."""
    validators: list[Value] = [
        {"key": one.kid, "node": node_key(one).kid, "power": power} for one, power in FIRST
    ]
    content_: dict[str, Value] = msgspec.json.decode(drive.genesis("consortium"))
    own: dict[str, Value] = {
        "log": drive.ORIGIN,
        "parameters": {"quota_actor_max": 1_000, "quota_member_max": 500},
        "validators": sorted(validators, key=lambda one: str(one["key"])),  # type: ignore[index,call-overload]
    }
    return encode({**content_, **own})


NETWORK = network_id(genesis())
GOVERNANCE = governance_id(read_genesis(genesis()))


def app_hash(entries: Sequence[bytes]) -> str:
    """Root and size of a log."""
    return naive.tree_hash(entries).hex() + len(entries).to_bytes(8, "big").hex()


def makings(hashed: str) -> Makings:
    """Proofs of consensus of this network, over an app hash."""
    return Makings(chain_id(NETWORK), hashed, TIME_S)


def signed_by_three(entries: Sequence[bytes]) -> Members:
    """The member by which three of the four vouch for the log."""
    return {"consensus": makings(app_hash(entries)).last(FIRST, absent=[2])}


def signed_after_changes(entries: Sequence[bytes]) -> Members:
    """The member by which the third set of validators vouches for it."""
    made = makings(app_hash(entries))
    again = made.change(SECOND, THIRD, CHANGED_AGAIN_AT)
    return {"consensus": made.last(THIRD, made.change(), again, absent=[1])}


def story() -> Story:
    """A bill, issued and handed over."""
    return tell(ORDER, HANDED, telling=Telling(NETWORK, GOVERNANCE))


def challenge() -> bytes:
    """A verifier's question to its holder."""
    return make_challenge(
        NETWORK, story().title, "Consortial", issued_at=TIME_S, until=TIME_S, nonce="0c" * 32
    )


def control_proof() -> Members:
    """The holder's answer."""
    told_ = story()
    body = demonstration(BUYER, told_)["body"]
    asked: dict[str, Value] = {**body, "challenge": sha256(challenge()).hex()}  # type: ignore[dict-item]
    act = content("title.DEMONSTRATE_CONTROL", BUYER, asked, network=NETWORK)
    leaf = entry(jws(encode(act)))
    bundle, after = bundle_and_after(told_, [leaf], sealed=signed_by_three)
    return {
        "bundle": bundle,
        "challenge": decode(challenge()),
        "demonstration": after[0],
        "format": "ropewalk-control-proof/1",
    }


def told() -> tuple[dict[str, bytes], dict[str, Case]]:
    """Every file and case."""
    text = genesis().decode("ascii")
    policies = {"aged": '"age_s_max": 3600, "clock_skew_s": 0', "quorum": ""}
    witness = drive.witness_key("north").text
    policies["quorum"] = f'"quorum": 1, "witnesses": ["{witness}"]'
    files = {
        GENESIS_FILE: genesis(),
        BUNDLE: encode(bundle_and_after(story(), (), sealed=signed_by_three)[0]),
        CHANGED: encode(bundle_and_after(story(), (), sealed=signed_after_changes)[0]),
        CHALLENGE: challenge(),
        PROOF: encode(control_proof()),
        **{
            f"policy-consortium-{name}.json": (
                f'{{"format": "ropewalk-policy/1",\n "genesis": {text},\n {more}}}\n'
            ).encode("ascii")
            for name, more in policies.items()
        },
    }
    aged, own = "policy-consortium-aged.json", GENESIS_FILE
    return files, {
        "consortium": Case(BUNDLE, own, VERIFIED_S),
        "consortium-changed": Case(CHANGED, own, VERIFIED_S),
        "consortium-without-a-clock": Case(BUNDLE, own, None),
        "consortium-another-network": Case(BUNDLE, "genesis.json", VERIFIED_S),
        "consortium-quorum": Case(BUNDLE, "policy-consortium-quorum.json", VERIFIED_S),
        "consortium-just-young-enough": Case(BUNDLE, aged, HEADER_S + 3_600),
        "consortium-too-old": Case(BUNDLE, aged, HEADER_S + 3_601),
        "consortium-just-not-in-the-future": Case(BUNDLE, aged, HEADER_S),
        "consortium-in-the-future": Case(BUNDLE, aged, HEADER_S - 1),
        "consortium-control": Case(PROOF, own, TIME_S + 60, CHALLENGE),
        "consortium-control-too-late": Case(PROOF, own, TIME_S + 301, CHALLENGE),
    }
