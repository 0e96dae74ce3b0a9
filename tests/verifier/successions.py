# SPDX-License-Identifier: Apache-2.0
"""Bundles of ledgers that a successor carries on, and what may be wrong with such a succession."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from ropewalk.crypto import SUCCESSION_TYPE, PrivateKey, encode, to_base64
from ropewalk.tlog import COSIGNATURE, Checkpoint, VerifierKey, sign_checkpoint
from tlog import naive
from tlog.consensus_vectors import CHANGED_AT, FIRST, LAST_AT, SECOND, STRANGERS
from verifier import consortium, drive
from verifier.forge import (
    GOVERNANCE,
    HANDED,
    NETWORK,
    ORDER,
    TIME_S,
    Members,
    Story,
    bundle_and_after,
    jws,
    record,
    signed_by_log,
    tell,
)
from verifier.steps import Mutation, Table, insert, remove, set_, swap
from verifier.telling import Case

BUNDLE = "succession.ropewalk.json"
VOTED = "succession-consortium.ropewalk.json"
OLDER = "succession-consortium-older.ropewalk.json"
UNVOTED = "succession-consortium-genesis.ropewalk.json"
LEFT = 3
"""Entries of the log that was left: genesis, a block's end, and another."""
WHEN_S = TIME_S + 86_400
ITEM = "succession"
SUCCESSOR = VerifierKey(drive.ORIGIN, drive.key("successor").public_key)
GOVERNORS = [drive.key(f"governor {number}") for number in range(3)]
REVOKED = drive.key("governor that was")


def statement(entries: Sequence[bytes], **more: Any) -> Members:
    """Who carries on the log of these entries."""
    return {
        "format": "ropewalk-succession/1",
        "height": LAST_AT - 1,
        "led": LAST_AT - 1,
        "log": SUCCESSOR.text,
        "network": NETWORK,
        "root": naive.tree_hash(entries).hex(),
        "size": len(entries),
        **more,
    }


def signed(told: Members, *signers: PrivateKey) -> list[str]:
    """The statement, signed by each, in order."""
    ordered = sorted(signers, key=lambda one: one.kid)
    return [jws(encode(told), typ=SUCCESSION_TYPE, signer=one) for one in ordered]


def checkpoint(entries: Sequence[bytes]) -> str:
    """The successor's."""
    made = Checkpoint(drive.ORIGIN, len(entries), naive.tree_hash(entries))
    return to_base64(sign_checkpoint(made, SUCCESSOR, drive.key("successor").sign).to_bytes())


def path(old: int, entries: Sequence[bytes]) -> list[str]:
    """From the log of the first so many entries to that of all."""
    return [to_base64(each) for each in naive.consistency_proof(old, entries)]


def _governors() -> tuple[bytes, str, Members]:
    """The last block's end before, the state's record, and its presence."""
    key = f"controller/{GOVERNANCE}"
    keys = [{"added": 0, "kid": one.kid, "revoked": 0} for one in GOVERNORS]
    keys.append({"added": 0, "kid": REVOKED.kid, "revoked": 1})
    value = record(
        {
            "commitment": "",
            "keys": keys,
            "recovery": {"controllers": [], "delay": 0, "threshold": 0},
            "threshold": 1,
        }
    )
    leaves = naive.placed({key.encode(): value, b"sentinel": b"there"})
    steps = [
        {"prefix": to_base64(b"\x01" + sibling), "suffix": ""}
        if is_left
        else {"prefix": to_base64(b"\x01"), "suffix": to_base64(sibling)}
        for is_left, sibling in naive.map_path(leaves, naive.bits(key.encode()))
    ]
    root = naive.map_hash(leaves).hex()
    end = record({"height": LAST_AT - 1, "protocol": 1, "state_root": root, "time": TIME_S - 1})
    return end, key, {"key": key, "path": steps, "value": value.decode()}


def governed(entries: Sequence[bytes], *signers: PrivateKey) -> Members:
    """What vouches for a log that governance let a successor carry on."""
    left = entries[:LEFT]
    told = statement(left)
    audit = [to_base64(each) for each in naive.audit_path(LEFT - 1, left)]
    return {
        "checkpoint": checkpoint(entries),
        "succession": {
            "checkpoint": signed_by_log(left)["checkpoint"],
            "extension": path(LEFT, entries),
            "governance": {
                "block": {"inclusion": audit, "leaf": left[-1].decode(), "position": LEFT - 1},
                "controller": _governors()[2],
            },
            "signatures": signed(told, *(signers or GOVERNORS)),
            "statement": told,
        },
    }


def voted(entries: Sequence[bytes], *signers: PrivateKey, older: bool = False) -> Members:
    """What vouches for a log that validators let a successor carry on."""
    left = entries[:LEFT]
    told = statement(left, network=consortium.NETWORK)
    voted_on = left[:-1] if older else left
    proof = consortium.makings(consortium.app_hash(voted_on)).last(FIRST)
    shown = {"consistency": path(LEFT - 1, left)} if older else {}
    return {
        "checkpoint": checkpoint(entries),
        "succession": {
            "consensus": proof,
            **shown,
            "extension": path(LEFT, entries),
            "signatures": signed(told, *(signers or [one for one, _ in FIRST[:3]])),
            "statement": told,
        },
    }


def unvoted(entries: Sequence[bytes]) -> Members:
    """The same where nothing is left of what validators signed."""
    made = voted(entries, *(one for one, _ in FIRST))
    del made["succession"]["consensus"]
    return made


def carried_on(story: Story, sealed: Callable[[Sequence[bytes]], Members]) -> Members:
    """The bundle of a story that happened after the succession."""
    end, _, _ = _governors()
    before = record({"height": 0, "protocol": 1, "state_root": "00" * 32, "time": TIME_S - 2})
    after = [before, end, record({"succession": {}})]
    return bundle_and_after(story, after, first=True, sealed=sealed)[0]


def own_story() -> Story:
    """A bill of the embedded network."""
    return tell(ORDER, HANDED)


def told() -> tuple[dict[str, bytes], dict[str, Case]]:
    """Every file and case."""
    theirs = consortium.story()
    files = {
        BUNDLE: encode(carried_on(own_story(), governed)),
        VOTED: encode(carried_on(theirs, voted)),
        OLDER: encode(carried_on(theirs, lambda entries: voted(entries, older=True))),
        UNVOTED: encode(carried_on(theirs, unvoted)),
    }
    own = consortium.GENESIS_FILE
    return files, {
        "succession": Case(BUNDLE, "genesis.json", WHEN_S),
        "succession-consortium": Case(VOTED, own, WHEN_S),
        "succession-consortium-older": Case(OLDER, own, WHEN_S),
        "succession-consortium-genesis": Case(UNVOTED, own, WHEN_S),
    }


def mutated_successions(files: Mapping[str, bytes]) -> list[Mutation]:
    """What may be wrong with them."""
    governed_, voted_, unvoted_ = (
        msgspec.json.decode(files[name]) for name in (BUNDLE, VOTED, UNVOTED)
    )
    tables: list[tuple[str, str, str, Table]] = [
        ("succession", BUNDLE, "genesis.json", {**_signing(governed_), **_governing(governed_)}),
        (
            "succession, voted",
            VOTED,
            consortium.GENESIS_FILE,
            {**_voting(voted_), **_changing(voted_)},
        ),
        ("succession, older", OLDER, consortium.GENESIS_FILE, _older()),
        (
            "succession, genesis",
            UNVOTED,
            consortium.GENESIS_FILE,
            _unvoted(unvoted_),
        ),
    ]
    return [
        Mutation(f"{group}: {name}", base, steps, item, trust)
        for group, base, trust, table in tables
        for name, (item, *steps) in table.items()
    ]


def _resigned(value: Any, *signers: PrivateKey, **more: Any) -> tuple[Any, ...]:
    """Another statement, signed as it has to be."""
    other = {**value["succession"]["statement"], **more}
    return (
        set_(other, ITEM, "statement"),
        set_(signed(other, *(signers or GOVERNORS)), ITEM, "signatures"),
    )


def _signing(value: Any) -> Table:
    told_ = value["succession"]["statement"]
    names = (ITEM, "signatures")
    stranger, typ = drive.key("stranger"), {"typ": "ropewalk-consent+jws"}
    swapped = value["succession"]["signatures"][0]
    cosigning = VerifierKey(drive.ORIGIN, SUCCESSOR.public_key, COSIGNATURE).text
    elsewhere = VerifierKey("ropewalk.example/other", SUCCESSOR.public_key).text
    return {
        "none": ("checkpoint", remove(ITEM)),
        "with consensus": ("bundle", remove("checkpoint"), set_({}, "consensus")),
        "a text": ("bundle", set_("", ITEM)),
        "a member more": ("bundle", set_("", ITEM, "more")),
        "no extension": ("bundle", remove(ITEM, "extension")),
        "nobody signs": ("bundle", set_([], *names)),
        "65 sign": ("bundle", set_([swapped] * 65, *names)),
        "two of three sign": (ITEM, remove(*names, 2)),
        "one signs twice": (ITEM, insert(swapped, *names, 0)),
        "out of order": (ITEM, swap([*names, 0], [*names, 1])),
        "a stranger as well": (ITEM, set_(signed(told_, *GOVERNORS, stranger), *names)),
        "one that was revoked": (
            ITEM,
            set_(signed(told_, *GOVERNORS[:2], REVOKED), *names),
        ),
        "of another type": (ITEM, set_(jws(encode(told_), signer=GOVERNORS[0], **typ), *names, 0)),
        "no signature": (ITEM, set_("", *names, 0)),
        "another size": (ITEM, *_resigned(value, size=LEFT + 1)),
        "size nought": ("bundle", *_resigned(value, size=0)),
        "another root": (ITEM, *_resigned(value, root="ab" * 32)),
        "another height": (ITEM, *_resigned(value, height=LAST_AT, led=LAST_AT)),
        "led below": (ITEM, *_resigned(value, led=LAST_AT - 2)),
        "led above": (ITEM, *_resigned(value, led=LAST_AT)),
        "led by text": ("bundle", *_resigned(value, led="1")),
        "another network": (ITEM, *_resigned(value, network="ab" * 32)),
        "another log": ("checkpoint", *_resigned(value, log=_other_log().text)),
        "no log": (ITEM, *_resigned(value, log="nothing")),
        "a log of another name": (ITEM, *_resigned(value, log=elsewhere)),
        "a witness as log": (ITEM, *_resigned(value, log=cosigning)),
        "the log of before": (ITEM, *_resigned(value, log=drive.log_key().text)),
        "statement changed": (ITEM, set_(1, ITEM, "statement", "height")),
        "statement of another form": ("bundle", set_("x", ITEM, "statement", "format")),
        "the old log's checkpoint": (
            "checkpoint",
            set_(value["succession"]["checkpoint"], "checkpoint"),
        ),
    }


def _other_log() -> VerifierKey:
    return VerifierKey(drive.ORIGIN, drive.key("another successor").public_key)


def _governing(value: Any) -> Table:
    own = value["succession"]
    governance = (ITEM, "governance")
    short = signed_by_log([b"genesis"])["checkpoint"]
    return {
        "the last checkpoint missing": (ITEM, remove(ITEM, "checkpoint")),
        "the last checkpoint of another log": (ITEM, set_(short, ITEM, "checkpoint")),
        "the successor's in its place": (ITEM, set_(value["checkpoint"], ITEM, "checkpoint")),
        "who governed missing": (ITEM, remove(*governance)),
        "a block elsewhere": (ITEM, set_(LEFT - 2, *governance, "block", "position")),
        "another block": (ITEM, set_(value["block"], *governance, "block")),
        "an act in its place": (
            ITEM,
            set_(value["acts"][0]["leaf"], *governance, "block", "leaf"),
        ),
        "another controller": (ITEM, set_(value["state"][0], *governance, "controller")),
        "a path's step dropped": (ITEM, set_([], *governance, "controller", "path")),
        "a consistency path": (ITEM, set_([], ITEM, "consistency")),
        "extension empty": (ITEM, set_([], ITEM, "extension")),
        "extension a hash longer": (
            ITEM,
            insert(own["extension"][0], ITEM, "extension", 0),
        ),
        "extension a hash shorter": (ITEM, remove(ITEM, "extension", 0)),
        "extension of no hash": (ITEM, set_("AA==", ITEM, "extension", 0)),
    }


def _voting(value: Any) -> Table:
    told_ = value["succession"]["statement"]
    names = (ITEM, "signatures")
    made = consortium.makings(value["succession"]["consensus"]["header"]["app_hash"])
    firsts = [one for one, _ in FIRST]
    return {
        "all sign": ("", set_(signed(told_, *firsts), *names)),
        "two of four sign": (ITEM, remove(*names, 2)),
        "strangers sign": (ITEM, set_(signed(told_, *(one for one, _ in STRANGERS)), *names)),
        "a checkpoint of before": (ITEM, set_(value["checkpoint"], ITEM, "checkpoint")),
        "a path of nothing": (ITEM, set_([], ITEM, "consistency")),
        "votes of another log": (
            ITEM,
            set_(made.last(FIRST, members={"app_hash": "ab" * 40}), ITEM, "consensus"),
        ),
        "votes of half a hash": (
            ITEM,
            set_(made.last(FIRST, members={"app_hash": "ab" * 20}), ITEM, "consensus"),
        ),
        "votes of an older height": ("", set_(made.last(FIRST, height=5), ITEM, "consensus")),
        "votes of a later height": (
            "",
            set_(made.last(FIRST, height=LAST_AT + 1), ITEM, "consensus"),
        ),
        "votes of too few": (
            ITEM,
            set_(made.last(FIRST, absent=[1, 2]), ITEM, "consensus"),
        ),
        "a policy's genesis": ("network", set_(NETWORK, "network")),
    }


def _changing(value: Any) -> Table:
    told_ = value["succession"]["statement"]
    names = (ITEM, "signatures")
    made = consortium.makings(value["succession"]["consensus"]["header"]["app_hash"])
    firsts, seconds = ([one for one, _ in named] for named in (FIRST, SECOND))
    both = list({one.kid: one for one in (*firsts, *seconds)}.values())
    return {
        "a change to come, by the set of before": (
            ITEM,
            set_(made.last(SECOND, made.change()), ITEM, "consensus"),
            *_resigned(value, *firsts, height=CHANGED_AT - 1, led=CHANGED_AT - 1),
        ),
        "a change to come, by both": (
            "",
            set_(made.last(SECOND, made.change()), ITEM, "consensus"),
            *_resigned(value, *both, height=CHANGED_AT - 1, led=CHANGED_AT - 1),
        ),
        "a change that came without an entry, by the new set": (
            "",
            set_(made.last(SECOND, made.change()), ITEM, "consensus"),
            *_resigned(value, *seconds, height=CHANGED_AT - 1, led=CHANGED_AT),
        ),
        "a change that came without an entry, by the set of before": (
            ITEM,
            set_(made.last(SECOND, made.change()), ITEM, "consensus"),
            *_resigned(value, *firsts, height=CHANGED_AT - 1, led=CHANGED_AT),
        ),
        "led to before the last header": ("", *_resigned(value, *firsts, height=5)),
        "led to the last header": (ITEM, *_resigned(value, *firsts, led=LAST_AT)),
        "led to less than the last block": (ITEM, *_resigned(value, *firsts, led=LAST_AT - 2)),
        "a change to come, by the new set": (
            ITEM,
            set_(made.last(SECOND, made.change()), ITEM, "consensus"),
            *_resigned(value, *seconds, height=CHANGED_AT - 1, led=CHANGED_AT - 1),
        ),
        "a change that has come, by the set of before": (
            ITEM,
            set_(made.last(SECOND, made.change()), ITEM, "consensus"),
            *_resigned(value, *firsts, height=CHANGED_AT, led=CHANGED_AT),
        ),
        "a change that has come, by the new set": (
            "",
            set_(made.last(SECOND, made.change()), ITEM, "consensus"),
            *_resigned(value, *seconds, height=CHANGED_AT, led=CHANGED_AT),
        ),
        "after a change, by the set of before": (
            ITEM,
            set_(made.last(SECOND, made.change()), ITEM, "consensus"),
        ),
        "after a change, by the new set": (
            "",
            set_(made.last(SECOND, made.change()), ITEM, "consensus"),
            set_(signed(told_, *(one for one, _ in SECOND)), *names),
        ),
    }


def _older() -> Table:
    return {
        "no path": (ITEM, remove(ITEM, "consistency")),
        "an empty path": (ITEM, set_([], ITEM, "consistency")),
        "a path of no hash": (ITEM, set_("AA==", ITEM, "consistency", 0)),
    }


def _unvoted(value: Any) -> Table:
    firsts = [one for one, _ in FIRST]
    return {
        "two of four": (ITEM, remove(ITEM, "signatures", 3), remove(ITEM, "signatures", 2)),
        "three of four": ("", remove(ITEM, "signatures", 3)),
        "led further than the last block": (ITEM, *_resigned(value, *firsts, led=LAST_AT)),
        "a path from nothing": (ITEM, set_([], ITEM, "consistency")),
    }
