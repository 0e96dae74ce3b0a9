# SPDX-License-Identifier: Apache-2.0
"""Bundles that a dishonest operator could make: the log's own key signs them, every path holds.

They reach the checks that no change to an honest bundle reaches. Log and state are built from
the definitions (tlog/naive.py); nothing of the engine refuses to write them.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from ropewalk.client.replacing import first_record
from ropewalk.client.roles import ChainError, Roles, Setting, Told, follow
from ropewalk.crypto import (
    TRANSACTION_TYPE,
    PrivateKey,
    Value,
    encode,
    sha256_hex,
    to_base64,
    to_base64url,
)
from ropewalk.identity import governance_id
from ropewalk.ledger import act_hash, network_id, read_genesis
from ropewalk.title import title_id
from ropewalk.tlog import Checkpoint, sign_checkpoint
from tlog import naive
from verifier import drive

CARRIER, HOLDER, BUYER, BANK = (name * 16 for name in ("ca", "5e", "b1", "ba"))
TIME_S = drive.GENESIS_TIME_S + 600
NETWORK = network_id(drive.genesis())
GOVERNANCE = governance_id(read_genesis(drive.genesis()))
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
ISSUES = {"order": ORDER, "blank": BLANK, "straight": STRAIGHT, "waybill": WAYBILL}

Act = tuple[str, str, Mapping[str, Value]] | tuple[str, str, Mapping[str, Value], tuple[str, ...]]
"""Name, actor, the members of its body besides the link to the act before, and who else approved
it, where it was proposed."""
BY_OTHERS = ("FREEZE", "UNFREEZE", "LETTER_OF_INDEMNITY")
"""Acts that name a title and no last act."""
Members = dict[str, Any]
Sealing = Callable[[Sequence[bytes]], Members]
"""Gives a bundle's member that vouches for a log of these entries."""
Table = dict[str, tuple[str, Members]]
"""Forged bundles by name, each with the item that must fail, "" for one that is in order."""

HANDED: Act = ("TRANSFER", HOLDER, {"recipient": BUYER})
"""The act that most stories end with."""


@dataclass(slots=True)
class Story:
    """Acts on a title and those whose place it took, each signed, and the record they lead to."""

    title: str
    signed: list[str]
    record: Roles
    last_act: str
    earlier: dict[int, list[str]] = field(default_factory=dict)
    """What proposed and approved an act before, by the act's number."""
    network: str = NETWORK


@dataclass(frozen=True, slots=True)
class Twists:
    """What is written otherwise than an honest operator would."""

    records: Mapping[str, bytes] = field(default_factory=dict)
    leaves: Mapping[int, bytes] = field(default_factory=dict)
    block: Callable[[bytes], bytes] = bytes
    misplaced: str = ""
    """A key whose leaf is put where another key's belongs."""


def content(act: str, actor: str, body: Mapping[str, Value], **more: Value) -> dict[str, Value]:
    """The payload of an act."""
    return {
        "act": act,
        "actor": actor,
        "body": dict(body),
        "network": NETWORK,
        "valid_until": TIME_S,
        **more,
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


class Telling:
    """Acts one after another; one that the roles do not allow leaves them as they are."""

    def __init__(self, network: str = NETWORK, governance: str = GOVERNANCE) -> None:
        self.signed: list[str] = []
        self.earlier: dict[int, list[str]] = {}
        self.family: dict[str, Roles] = {}
        self.setting = Setting(network, governance, "", 0)

    def issue(self, body: Mapping[str, Value]) -> str:
        """One more title, whatever its roles."""
        last_act = self.sign("title.ISSUE", CARRIER, body)
        title = title_id(self.setting.network, CARRIER, dict(body))
        self.family[title] = first_record(CARRIER, body, last_act, 0)
        return title

    def on(self, title: str, name: str, actor: str, members: Mapping[str, Value], *by: str) -> str:
        """An act on a title, which is linked to the one before where it names one."""
        link: dict[str, Value] = {"title": title}
        if name not in BY_OTHERS:
            link["last_act"] = self.family[title]["last_act"]
        return self.do(name, actor, {**link, **members}, *by)

    def do(self, name: str, actor: str, body: Mapping[str, Value], *by: str) -> str:
        """An act, proposed where others approve it; the id of what carried it out."""
        act = name if "." in name else f"title.{name}"
        last_act = self.propose(act, actor, body, *by) if by else self.sign(act, actor, body)
        self.follow(Told(act, actor, body, last_act, frozenset(by)))
        return last_act

    def follow(self, told: Told) -> None:
        """Let the act change its titles, if it may."""
        with suppress(ChainError, KeyError):
            self.family.update(follow(self.family, told, self.setting))

    def sign(self, act: str, actor: str, body: Mapping[str, Value], **more: Value) -> str:
        """A transaction of its own."""
        named: dict[str, Value] = {"network": self.setting.network, **more}
        self.signed.append(jws(encode(content(act, actor, body, **named))))
        return identifier(self.signed[-1])

    def propose(self, act: str, actor: str, body: Mapping[str, Value], *by: str) -> str:
        """A proposal and an approval by each of these, the last of which carries it out."""
        hashed = act_hash(content(act, actor, body))
        steps = [proposal(act, actor, body), *(approval(one, hashed) for one in by)]
        return self.log(*(jws(encode(step)) for step in steps))

    def log(self, *steps: str) -> str:
        """Transactions that carried out one act together; the last one's id."""
        *before, last = steps
        if before:
            self.earlier[len(self.signed)] = before
        self.signed.append(last)
        return identifier(last)

    def story(self, title: str) -> Story:
        """All of it, as the bundle of one title has it."""
        record = {**self.family[title], "issued_at": TIME_S}
        network = self.setting.network
        return Story(title, self.signed, record, record["last_act"], self.earlier, network)


def proposal(act: str, actor: str, body: Mapping[str, Value], **more: Value) -> dict[str, Value]:
    """The payload that proposes an act."""
    asked: dict[str, Value] = {"act": act, "body": dict(body), "until": TIME_S}
    return content("identity.PROPOSE", actor, asked, **more)


def approval(actor: str, hashed: str, **more: Value) -> dict[str, Value]:
    """The payload that approves one."""
    body: dict[str, Value] = {"act_hash": hashed, "until": TIME_S}
    return content("identity.APPROVE", actor, body, **more)


def tell(issue: Mapping[str, Value], *acts: Act, telling: Telling | None = None) -> Story:
    """The story of a title; an act that its roles do not allow leaves the record as it is."""
    telling = telling or Telling()
    title = telling.issue(issue)
    for name, actor, members, *by in acts:
        last_act = telling.on(title, name, actor, members, *(by[0] if by else ()))
        telling.family[title]["last_act"] = last_act
    return telling.story(title)


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
    return bundle_and_after(story, (), twists)[0]


def signed_by_log(entries: Sequence[bytes]) -> Members:
    """The member by which an embedded ledger vouches for its log."""
    checkpoint = Checkpoint(drive.ORIGIN, len(entries), naive.tree_hash(entries))
    note = sign_checkpoint(checkpoint, drive.log_key(), drive.key("log").sign)
    return {"checkpoint": to_base64(note.to_bytes())}


def bundle_and_after(
    story: Story,
    after: Sequence[bytes],
    twists: Twists | None = None,
    *,
    first: bool = False,
    sealed: Sealing = signed_by_log,
) -> tuple[Members, list[Members]]:
    """The bundle, and proofs of entries that were logged after its acts, or before the first."""
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
        "sentinel": record({"network": story.network}),
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
    steps = [[*story.earlier.get(at, []), signed] for at, signed in enumerate(story.signed)]
    logged = [entry(signed) for step in steps for signed in step]
    logged = [*after, *logged] if first else [*logged, *after]
    entries = [b"genesis", *logged, twists.block(end)]
    for number, leaf in twists.leaves.items():
        entries[1 + number] = leaf
    proven = [_proven(position, entries) for position in range(1, len(entries))]
    shown = [proven.pop(0 if first else -1 - len(after)) for _ in after]
    members = {
        "acts": _acts(steps, proven),
        "block": proven[-1],
        **sealed(entries),
        "format": "ropewalk-title-bundle/1",
        "network": story.network,
        "state": [_present(key, records[key], leaves, places[key]) for key in keys],
        "title": story.title,
    }
    return members, shown


def _acts(steps: Sequence[Sequence[str]], proven: Sequence[Members]) -> list[Members]:
    """Each act with what proposed and approved it before."""
    waiting = iter(proven)
    acts = []
    for step in steps:
        *before, last = islice(waiting, len(step))
        acts.append({"approvals": before, **last} if before else last)
    return acts


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
