# SPDX-License-Identifier: Apache-2.0
"""Bundles that a dishonest operator could make: the log's own key signs them, every path holds.

They reach the checks that no change to an honest bundle reaches. Log and state are built from
the definitions (tlog/naive.py); nothing of the engine refuses to write them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ropewalk.client.roles import ChainError, Roles, first_record, follow
from ropewalk.crypto import (
    TRANSACTION_TYPE,
    PrivateKey,
    Value,
    encode,
    sha256_hex,
    to_base64,
    to_base64url,
)
from ropewalk.ledger import network_id
from ropewalk.title import title_id
from ropewalk.tlog import Checkpoint, sign_checkpoint
from tlog import naive
from verifier import drive

CARRIER, HOLDER, BUYER, BANK = (name * 16 for name in ("ca", "5e", "b1", "ba"))
TIME_S = drive.GENESIS_TIME_S + 600
NETWORK = network_id(drive.genesis())
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493

ORDER: dict[str, Value] = {
    "carrier_code": "ARX",
    "carrier_code_list_provider": "SMDG",
    "commitment": "c0" * 32,
    "document_type": "BOL",
    "endorsee": HOLDER,
    "governing_law": "GB",
    "is_to_order": True,
    "issue_to": HOLDER,
    "shipper": HOLDER,
    "transport_document_reference": "ARX-FORGED-1",
}


def without(issue: Mapping[str, Value], name: str) -> dict[str, Value]:
    """An ISSUE's body without one of its members."""
    return {each: value for each, value in issue.items() if each != name}


BLANK = without(ORDER, "endorsee")
STRAIGHT: dict[str, Value] = {**BLANK, "consignee": BUYER, "is_to_order": False}
WAYBILL: dict[str, Value] = {**without(STRAIGHT, "issue_to"), "document_type": "SWB"}

Act = tuple[str, str, Mapping[str, Value]]
"""Name, actor, and the members of its body besides the link to the act before."""
Members = dict[str, Any]
Table = dict[str, tuple[str, Members]]
"""Forged bundles by name, each with the item that must fail, "" for one that is in order."""

HANDED: Act = ("TRANSFER", HOLDER, {"recipient": BUYER})
"""The act that most stories end with."""


@dataclass(slots=True)
class Story:
    """Acts on one title, each signed and linked to the one before, and the record they lead to."""

    title: str
    signed: list[str]
    record: Roles
    last_act: str


@dataclass(frozen=True, slots=True)
class Twists:
    """What is written otherwise than an honest operator would."""

    records: Mapping[str, bytes] = field(default_factory=dict)
    leaves: Mapping[int, bytes] = field(default_factory=dict)
    block: Callable[[bytes], bytes] = bytes
    misplaced: str = ""
    """A key whose leaf is put where another key's belongs."""


def content(act: str, actor: str, body: Mapping[str, Value]) -> dict[str, Value]:
    """The payload of an act."""
    return {
        "act": act,
        "actor": actor,
        "body": dict(body),
        "network": NETWORK,
        "valid_until": TIME_S,
    }


def jws(
    payload: bytes,
    *,
    typ: str = TRANSACTION_TYPE,
    signer: PrivateKey | None = None,
    header: bytes | None = None,
    signature: bytes | None = None,
) -> str:
    """A signed object, header and signature as asked."""
    signer = signer or drive.key("forger")
    if header is None:
        header = encode({"alg": "Ed25519", "kid": signer.kid, "typ": typ})
    signing_input = f"{to_base64url(header)}.{to_base64url(payload)}"
    if signature is None:
        signature = signer.sign(signing_input.encode())
    return f"{signing_input}.{to_base64url(signature)}"


def tell(issue: Mapping[str, Value], *acts: Act) -> Story:
    """The story of a title; an act that its roles do not allow leaves the record as it is."""
    title = title_id(NETWORK, CARRIER, dict(issue))
    first = jws(encode(content("title.ISSUE", CARRIER, issue)))
    last_act = identifier(first)
    story = Story(title, [first], first_record(CARRIER, issue, last_act, TIME_S), last_act)
    for name, actor, members in acts:
        body = {"last_act": story.last_act, "title": title, **members}
        signed = jws(encode(content(f"title.{name}", actor, body)))
        story.signed.append(signed)
        story.last_act = identifier(signed)
        try:
            story.record = follow(story.record, f"title.{name}", actor, body, story.last_act)
        except (ChainError, KeyError):
            continue
    return story


def identifier(signed: str) -> str:
    """The id of a transaction."""
    return sha256_hex(signed.rpartition(".")[0].encode())


def entry(signed: str, code: str = "committed", number: int = 0) -> bytes:
    """The log's entry of a transaction."""
    return record({"code": code, "number": number, "transaction": signed})


def record(fields: Mapping[str, Any]) -> bytes:
    """A record's bytes."""
    return encode([1, dict(fields)])


def bundle(story: Story, twists: Twists | None = None) -> Members:
    """A bundle of the story, in which every signature of the log and every path holds."""
    twists = twists or Twists()
    records = {
        f"controller/{CARRIER}": record(
            {
                "commitment": "",
                "keys": [{"added": 0, "kid": drive.key("forger").kid, "revoked": 0}],
                "recovery": {"controllers": [], "delay": 0, "threshold": 0},
                "threshold": 1,
            }
        ),
        f"party/{CARRIER}": record(
            {"carrier_codes": ["SMDG:ARX"], "lei": "", "roles": ["carrier"]}
        ),
        "sentinel": record({"network": NETWORK}),
        f"title/{story.title}": record(story.record),
        **twists.records,
    }
    issuer = str(story.record["issuer"])
    keys = [f"controller/{issuer}", f"party/{issuer}", f"title/{story.title}"]
    leaves = naive.placed({key.encode(): value for key, value in records.items()})
    places = {key: naive.bits(key.encode()) for key in records}
    if twists.misplaced:
        places = _misplace(leaves, places, twists.misplaced)
    end = record(
        {"height": 1, "protocol": 1, "state_root": naive.map_hash(leaves).hex(), "time": TIME_S}
    )
    entries = [b"genesis", *(entry(signed) for signed in story.signed), twists.block(end)]
    for number, leaf in twists.leaves.items():
        entries[1 + number] = leaf
    checkpoint = Checkpoint(drive.ORIGIN, len(entries), naive.tree_hash(entries))
    note = sign_checkpoint(checkpoint, drive.log_key(), drive.key("log").sign)
    proven = [_proven(position, entries) for position in range(1, len(entries))]
    return {
        "acts": proven[:-1],
        "block": proven[-1],
        "checkpoint": to_base64(note.to_bytes()),
        "format": "ropewalk-title-bundle/1",
        "network": NETWORK,
        "state": [_present(key, records[key], leaves, places[key]) for key in keys],
        "title": story.title,
    }


def _misplace(leaves: dict[str, bytes], places: Mapping[str, str], key: str) -> dict[str, str]:
    """Put a key's leaf where its hash with the first bit turned would put it."""
    right = places[key]
    wrong = ("1" if right[0] == "0" else "0") + right[1:]
    leaves[wrong] = leaves.pop(right)
    return {**places, key: wrong}


def _proven(position: int, entries: Sequence[bytes]) -> Members:
    path = [to_base64(each) for each in naive.audit_path(position, entries)]
    return {"inclusion": path, "leaf": entries[position].decode(), "position": position}


def _present(key: str, value: bytes, leaves: Mapping[str, bytes], place: str) -> Members:
    path = [
        {"prefix": to_base64(b"\x01" + sibling), "suffix": ""}
        if is_left
        else {"prefix": to_base64(b"\x01"), "suffix": to_base64(sibling)}
        for is_left, sibling in naive.map_path(leaves, place)
    ]
    return {"key": key, "path": path, "value": value.decode()}
