# SPDX-License-Identifier: Apache-2.0
"""Sets of validators, and proofs of consensus: what is in order, and what must be refused.

Each proof is made by `naive_consensus` from known keys. The same table is run here against
`tlog.follow`, and inside bundles by both verifiers (verifier/forged_consensus.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from ropewalk.crypto import from_base64, to_base64
from tlog import naive_consensus
from tlog.naive_consensus import (
    Members,
    Weighted,
    change,
    make_commit,
    make_header,
    make_vote,
    named,
    set_hash,
    signed,
    vote_bytes,
    weighted,
)

FIRST = weighted(("a", 10), ("b", 10), ("c", 10), ("d", 10))
SECOND = weighted(("b", 10), ("c", 10), ("e", 10))
THIRD = weighted(("c", 21), ("e", 20), ("f", 20))
STRANGERS = weighted(("w", 10), ("x", 10), ("y", 10), ("z", 10))
CHANGED_AT, CHANGED_AGAIN_AT, LAST_AT = 7, 9, 20
CHAIN_ID = "ropewalk-vectors"
APP_HASH = sha256(b"root").hexdigest() + f"{70:016x}"
Proofs = dict[str, tuple[str, Members]]
"""Proofs by name, each with the slug of its refusal, "" for one that is in order."""

MALFORMED, HEADER = "tlog.commit_malformed", "tlog.header"
VALIDATORS, COMMIT = "tlog.validators", "tlog.commit"
VOTE, POWER, NO_SET = "tlog.vote", "tlog.voting_power", "tlog.validators_malformed"


def validators_cases() -> list[dict[str, object]]:
    """Sets with their hashes, and what is no set."""
    sets = {
        "one": weighted(("a", 1)),
        "equals, by address": FIRST,
        "by votes first": weighted(("a", 1), ("b", 1_000_000), ("c", 127), ("d", 128)),
        "64": weighted(*((f"v{number}", 1 + number % 3) for number in range(64))),
    }
    good: list[dict[str, object]] = [
        {"hash": set_hash(each), "name": name, "valid": True, "validators": named(each)}
        for name, each in sets.items()
    ]
    one = named(FIRST)
    bad: dict[str, list[Members]] = {
        "none": [],
        "65": named(weighted(*((f"v{number}", 1) for number in range(65)))),
        "in another order": [one[1], one[0], *one[2:]],
        "fewer votes first": named(weighted(("a", 2), ("b", 1)))[::-1],
        "one twice": [one[0], one[0]],
        "one twice with other votes": [{**one[0], "power": 11}, one[0]],
        "no votes": [{**one[0], "power": 0}],
        "too many votes": [{**one[0], "power": 1_000_001}],
        "a short key": [{**one[0], "key": one[0]["key"][:-1]}],
    }
    return good + [
        {"hash": "00" * 32, "name": name, "valid": False, "validators": each}
        for name, each in bad.items()
    ]


def consensus_cases() -> list[dict[str, object]]:
    """Every proof, on a chain of its own."""
    return [
        {
            "chain_id": CHAIN_ID,
            "code": code,
            "name": name,
            "proof": proof,
            "valid": not code,
            "validators": named(FIRST),
        }
        for name, (code, proof) in Makings(CHAIN_ID, APP_HASH).proofs().items()
    ]


@dataclass(frozen=True)
class Makings:
    """A chain whose set changes at two heights."""

    chain_id: str
    app_hash: str
    time_s: int = naive_consensus.TIME_S
    """Of the genesis; headers are a second apart."""

    def header(self, height: int, validators: list[Weighted], /, **members: Any) -> Members:
        members = {"time_s": self.time_s + height, **members}
        return make_header(self.chain_id, height, validators, **members)

    def change(
        self,
        before: list[Weighted] = FIRST,
        after: list[Weighted] = SECOND,
        height: int = CHANGED_AT,
    ) -> Members:
        return change(self.header(height, before), before, after)

    def last(
        self,
        validators: list[Weighted],
        *changes: Members,
        members: Mapping[str, Any] | None = None,
        height: int = LAST_AT,
        **more: Any,
    ) -> Members:
        """A proof whose last header has members of its own, signed with what else is asked."""
        own = {"app_hash": self.app_hash, **(members or {})}
        header = self.header(height, validators, **own)
        return {"changes": list(changes), **signed(header, validators, **more)}

    def proofs(self) -> Proofs:
        return {
            **self.orderly(),
            **self.outvoted(),
            **self.of_others(),
            **self.badly_signed(),
            **self.badly_changed(),
            **self.malformed(),
        }

    def orderly(self) -> Proofs:
        again = self.change(SECOND, THIRD, CHANGED_AGAIN_AT)
        back = self.change(SECOND, FIRST, CHANGED_AGAIN_AT)
        proofs = {
            "the set of the genesis": self.last(FIRST),
            "three of four": self.last(FIRST, absent=[1]),
            "in a later round": self.last(FIRST, round=3),
            "after a change": self.last(SECOND, self.change()),
            "after two changes": self.last(THIRD, self.change(), again),
            "after changes one upon the other": self.last(
                THIRD, self.change(), self.change(SECOND, THIRD, CHANGED_AT + 1)
            ),
            "after a change and back": self.last(FIRST, self.change(), back),
            "right after the change": self.last(SECOND, self.change(), height=CHANGED_AT + 1),
            "that changes the set itself": self.last(
                FIRST, members={"next_validators_hash": set_hash(SECOND)}
            ),
            "a vote more than two thirds": self.last(THIRD, self.change(FIRST, THIRD), absent=[2]),
            "at a full second": self.last(FIRST, members={"time_ns": 0}),
            "with hashes that are none": self.last(
                FIRST, members={"data_hash": "", "last_results_hash": "", "version_app": 0}
            ),
        }
        return {name: ("", proof) for name, proof in proofs.items()}

    def outvoted(self) -> Proofs:
        short = {
            "two of four": self.last(FIRST, absent=[0, 3]),
            "exactly two thirds": self.last(SECOND, self.change(), absent=[1]),
            "two thirds but for a vote": self.last(THIRD, self.change(FIRST, THIRD), absent=[0]),
            "one of four": self.last(FIRST, absent=[0, 1, 2]),
            "a change by two of four": self.last(SECOND, self._thin_change()),
        }
        return {name: (POWER, proof) for name, proof in short.items()}

    def _thin_change(self) -> Members:
        full = self.change()
        return {**full, "commit": make_commit(full["header"], FIRST, absent=[1, 2])}

    def of_others(self) -> Proofs:
        good, changed = self.last(FIRST), self.last(SECOND, self.change())
        other = {"chain_id": "ropewalk-another"}
        return {
            "of another chain": (HEADER, self.last(FIRST, members=other)),
            "with votes of another chain": (VOTE, self.last(FIRST, chain_id="ropewalk-another")),
            "of strangers": (VALIDATORS, self.last(STRANGERS)),
            "of strangers in the set's name": (
                VOTE,
                {**good, "commit": make_commit(good["header"], STRANGERS)},
            ),
            "of the next set": (VALIDATORS, self.last(SECOND)),
            "of the set before": (VALIDATORS, self.last(FIRST, self.change())),
            "the set before, in the next one's name": (
                VOTE,
                {**changed, "commit": make_commit(changed["header"], FIRST[:3])},
            ),
            "with the commit of another height": (
                COMMIT,
                {**good, "commit": self.last(FIRST, height=LAST_AT + 1)["commit"]},
            ),
            "with another root": (COMMIT, self._header(app_hash="00" * 40)),
            "with another size": (COMMIT, self._header(app_hash=self.app_hash[:-1] + "9")),
            "with another time": (COMMIT, self._header(time_s=self.time_s)),
            "with another nanosecond": (COMMIT, self._header(time_ns=0)),
            "with another last block": (
                COMMIT,
                self._header(last_block_id=good["commit"]["block_id"]),
            ),
            "with another proposer": (COMMIT, self._header(proposer_address="00" * 20)),
            "with another version": (COMMIT, self._header(version_app=2)),
            "of a block without parts": (COMMIT, self._block(parts_total=0)),
            "of a block whose parts have no hash": (COMMIT, self._block(parts_hash="")),
            "of no block": (COMMIT, self._block(hash="")),
        }

    def _header(self, **members: Any) -> Members:
        """The header changed after it was signed."""
        good = self.last(FIRST)
        return {**good, "header": {**good["header"], **members}}

    def _block(self, **members: Any) -> Members:
        """Votes for what is not quite the block."""
        header = self.last(FIRST)["header"]
        named_block = {**make_commit(header, FIRST)["block_id"], **members}
        return {"changes": [], **signed(header, FIRST, block_id=named_block)}

    def badly_signed(self) -> Proofs:
        votes = self.last(FIRST)["commit"]["signatures"]
        bad = to_base64(bytes([from_base64(votes[1]["signature"])[0] ^ 1]) + bytes(63))
        short = to_base64(from_base64(votes[1]["signature"])[:63])
        proofs = {
            "with one bad vote too many": self._votes(votes[0], {**votes[1], "signature": bad}, 2),
            "with a vote twice": self._votes(*votes[:2], votes[1]),
            "with one's vote for two": self._votes(*votes[:2], {**votes[1], "validator": 2}),
            "with votes out of order": self._votes(votes[1], votes[0], *votes[2:]),
            "with a vote of nobody": self._votes(*votes[:3], {**votes[3], "validator": 4}),
            "with signatures exchanged": self._votes(
                {**votes[0], "signature": votes[1]["signature"]},
                {**votes[1], "signature": votes[0]["signature"]},
                *votes[2:],
            ),
            "with a vote of another second": self._votes(
                *votes[:3], {**votes[3], "time_s": votes[3]["time_s"] + 1}
            ),
            "with a vote of another nanosecond": self._votes(
                *votes[:3], {**votes[3], "time_ns": 0}
            ),
            "with a short signature": self._votes(*votes[:3], {**votes[3], "signature": short}),
            "with a signature that is not base64": self._votes(
                *votes[:3], {**votes[3], "signature": votes[3]["signature"][:-1] + " "}
            ),
            "with no signature": self._votes(*votes[:3], {**votes[3], "signature": ""}),
            "with a vote for nothing": self._votes(*votes[:3], self._ballot(block=False)),
            "with a prevote": self._votes(*votes[:3], self._ballot(kind=1)),
            "of another round": self._moved(round=1),
            "of other parts": self._moved(
                block_id={**self.last(FIRST)["commit"]["block_id"], "parts_total": 2}
            ),
        }
        return {name: (VOTE, proof) for name, proof in proofs.items()}

    def _votes(self, *votes: Any) -> Members:
        """A proof with these votes; a number stands for the honest ones from there on."""
        good = self.last(FIRST)
        honest = good["commit"]["signatures"]
        found: list[Members] = []
        for vote in votes:
            found += honest[vote:] if isinstance(vote, int) else [vote]
        return {**good, "commit": {**good["commit"], "signatures": found}}

    def _ballot(self, *, block: bool = True, kind: int = 2) -> Members:
        """The last validator's vote, for nothing or of another kind."""
        good = self.last(FIRST)
        header, commit = good["header"], good["commit"]
        vote = make_vote(self.chain_id, header["height"], commit, 3, FIRST)
        written = vote_bytes(self.chain_id, header["height"], commit, vote)
        body = written[2:] if written[0] & 0x80 else written[1:]
        if not block:
            start = body.index(b"\x22")
            body = body[:start] + body[start + 2 + body[start + 1] :]
        body = bytes([8, kind]) + body[2:]
        signature = FIRST[3][0].sign(naive_consensus.text(0, body)[1:])
        return {**vote, "signature": to_base64(signature)}

    def _moved(self, **members: Any) -> Members:
        """The commit changed after it was signed."""
        good = self.last(FIRST)
        return {**good, "commit": {**good["commit"], **members}}

    def badly_changed(self) -> Proofs:
        one = self.change()
        again = self.change(SECOND, THIRD, CHANGED_AGAIN_AT)
        same = {**self.change(FIRST, FIRST)}
        by_next = {**one, "commit": make_commit(one["header"], STRANGERS)}
        return {
            "a change skipped": (VALIDATORS, self.last(THIRD, again)),
            "the last change skipped": (VALIDATORS, self.last(THIRD, one)),
            "a change twice": (HEADER, self.last(SECOND, one, one)),
            "changes exchanged": (VALIDATORS, self.last(THIRD, again, one)),
            "a change at an earlier height": (
                HEADER,
                self.last(THIRD, one, self.change(SECOND, THIRD, CHANGED_AT - 1)),
            ),
            "a header from before the change": (
                HEADER,
                self.last(SECOND, one, height=CHANGED_AT - 1),
            ),
            "a header of the change's height": (HEADER, self.last(SECOND, one, height=CHANGED_AT)),
            "a change that changes nothing": (HEADER, self.last(FIRST, same)),
            "a change by strangers": (VOTE, self.last(SECOND, by_next)),
            "a change to others than it names": (
                VALIDATORS,
                self.last(STRANGERS, {**one, "next": named(STRANGERS)}),
            ),
            "a change with other votes": (
                VALIDATORS,
                self.last(SECOND, {**one, "next": named(weighted(("b", 9), ("c", 9), ("e", 9)))}),
            ),
            "a change without one of the next": (
                VALIDATORS,
                self.last(SECOND, {**one, "next": named(SECOND)[:-1]}),
            ),
            "a next set in another order": (
                NO_SET,
                self.last(SECOND, {**one, "next": named(SECOND)[::-1]}),
            ),
            "a next set with one twice": (
                NO_SET,
                self.last(SECOND, {**one, "next": [named(SECOND)[0], *named(SECOND)]}),
            ),
            "a next set with no key": (
                NO_SET,
                self.last(SECOND, {**one, "next": [{"key": "key", "power": 1}]}),
            ),
        }

    def malformed(self) -> Proofs:
        good, one = self.last(FIRST), self.change()
        vote = good["commit"]["signatures"][0]
        crowd = named(weighted(*((f"v{number}", 1) for number in range(65))))
        headers: dict[str, Members] = {
            "height nought": {"height": 0},
            "a height as text": {"height": "20"},
            "a second before 1970": {"time_s": -1},
            "a second after the year 9999": {"time_s": 253_402_300_800},
            "a whole second of nanoseconds": {"time_ns": 1_000_000_000},
            "a hash in upper case": {"validators_hash": "AB" * 32},
            "a hash of 31 bytes": {"consensus_hash": "ab" * 31},
            "no set": {"validators_hash": ""},
            "a short address": {"proposer_address": "ab" * 19},
            "half a byte of app hash": {"app_hash": "abc"},
            "an app hash of 65 bytes": {"app_hash": "ab" * 65},
            "a chain without name": {"chain_id": ""},
            "a chain of 51 characters": {"chain_id": "c" * 51},
            "a member more": {"signature": ""},
            "a last block without parts": {"last_block_id": {"hash": "", "parts_hash": ""}},
        }
        commits: dict[str, Members] = {
            "no votes": {"signatures": []},
            "65 votes": {"signatures": [{**vote, "validator": at % 64} for at in range(65)]},
            "a vote at place 64": {"signatures": [{**vote, "validator": 64}]},
            "a vote below nought": {"signatures": [{**vote, "validator": -1}]},
            "a vote with an address": {"signatures": [{**vote, "validator_address": ""}]},
            "a round below nought": {"round": -1},
            "a round beyond 32 bits": {"round": 2**31},
            "parts beyond 32 bits": {
                "block_id": {**good["commit"]["block_id"], "parts_total": 2**32}
            },
            "a height": {"height": LAST_AT},
        }
        nexts: dict[str, object] = {
            "nobody": [],
            "65": crowd,
            "one without votes": [{**named(SECOND)[0], "power": 0}],
            "one of too many votes": [{**named(SECOND)[0], "power": 1_000_001}],
            "one with an address": [{**named(SECOND)[0], "address": "ab" * 20}],
            "a hash": set_hash(SECOND),
        }
        proofs = {
            **{f"a header with {name}": self._header(**each) for name, each in headers.items()},
            **{f"a commit with {name}": self._moved(**each) for name, each in commits.items()},
            **{
                f"a change to {name}": self.last(SECOND, {**one, "next": each})  # type: ignore[dict-item]
                for name, each in nexts.items()
            },
            "no changes": {name: good[name] for name in ("commit", "header")},
            "no header": {name: good[name] for name in ("changes", "commit")},
            "no commit": {name: good[name] for name in ("changes", "header")},
            "a member more": {**good, "next": named(FIRST)},
            "a change without next": {**good, "changes": [signed(one["header"], FIRST)]},
        }
        return {name: (MALFORMED, proof) for name, proof in proofs.items()}
