# SPDX-License-Identifier: Apache-2.0
"""Bundles that a dishonest operator could make: the log's own key signs them, every path holds.

They reach the checks that no change to an honest bundle reaches. Log and state are built from
the definitions (tlog/naive.py); nothing of the engine refuses to write them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ropewalk.client.roles import ChainError, Roles, follow, issued
from ropewalk.crypto import (
    CONSENT_TYPE,
    TRANSACTION_TYPE,
    PrivateKey,
    Value,
    encode,
    sha256_hex,
    to_base64,
    to_base64url,
)
from ropewalk.ledger import act_hash, network_id
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


@dataclass(slots=True)
class Story:
    """Acts on one title, each signed and linked to the one before, and the record they lead to."""

    title: str
    signed: list[str]
    record: Roles
    last_act: str


@dataclass(frozen=True, slots=True)
class Forgery:
    """A forged bundle and the item that must fail; "" for one that is in order."""

    name: str
    failed_item: str
    bundle: Mapping[str, Any]


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
    story = Story(title, [first], issued(CARRIER, issue, last_act, TIME_S), last_act)
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
                "keys": [{"added": 1, "kid": drive.key("forger").kid, "revoked": 0}],
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


def forgeries() -> list[Forgery]:
    """Every forged bundle."""
    made: list[Forgery] = []
    for group in (_orderly, _signed, _consented, _entries, _blocks, _records, _chains, _titles):
        kind = group.__name__.strip("_")
        made.extend(
            Forgery(f"{kind}: {name}", item, value) for name, (item, value) in group().items()
        )
    return made


Table = dict[str, tuple[str, Members]]
HANDED: Act = ("TRANSFER", HOLDER, {"recipient": BUYER})


def _orderly() -> Table:
    """What these tools make of an honest story is accepted: the rest fails for its own reason."""
    stories: dict[str, Story] = {
        "to order": tell(ORDER, ("ENDORSE_TO_ORDER", HOLDER, {"recipient": BUYER}), HANDED),
        "straight": tell(STRAIGHT, HANDED),
        "waybill": tell(WAYBILL, ("REDIRECT", HOLDER, {"consignee": BANK})),
    }
    return {name: ("", bundle(story)) for name, story in stories.items()}


def _signed() -> Table:
    """One act written in ways that no ledger would take."""
    story = tell(ORDER, HANDED)
    link: dict[str, Value] = {
        "last_act": identifier(story.signed[0]),
        "recipient": BUYER,
        "title": story.title,
    }
    good = content("title.TRANSFER", HOLDER, link)
    payload, kid = encode(good), drive.key("forger").kid
    text = jws(payload)
    parts = text.split(".")
    s = int.from_bytes(drive.key("forger").sign(f"{parts[0]}.{parts[1]}".encode())[32:], "little")
    r = drive.key("forger").sign(f"{parts[0]}.{parts[1]}".encode())[:32]
    identity = b"\x01" + bytes(31)
    minus_one = b"\xec" + b"\xff" * 30 + b"\x7f"

    def header(**members: Value) -> bytes:
        return encode({"alg": "Ed25519", "kid": kid, "typ": TRANSACTION_TYPE, **members})

    def weak(public_key: bytes, signature: bytes) -> str:
        return jws(payload, header=header(kid=to_base64url(public_key)), signature=signature)

    def other(**members: Value) -> str:
        return jws(encode({**good, **members}))

    def lacking(name: str) -> str:
        return jws(encode(without(good, name)))

    loose = parts[2][:-1] + chr(ord(parts[2][-1]) + 1)
    deep: Value = ""
    for _ in range(7):
        deep = [deep]
    texts = {
        "algorithm none": jws(payload, header=header(alg="none"), signature=b""),
        "algorithm none, signed": jws(payload, header=header(alg="none")),
        "algorithm EdDSA": jws(payload, header=header(alg="EdDSA")),
        "header with a member more": jws(payload, header=header(cty="json")),
        "header with a jwk": jws(payload, header=header(jwk={"crv": "Ed25519", "x": kid})),
        "header with crit": jws(payload, header=header(crit=["exp"])),
        "header in another order": jws(
            payload, header=f'{{"kid":"{kid}","alg":"Ed25519","typ":"{TRANSACTION_TYPE}"}}'.encode()
        ),
        "header with a space": jws(payload, header=header().replace(b",", b", ", 1)),
        "header of a consent": jws(payload, typ=CONSENT_TYPE),
        "kid of 42 characters": jws(payload, header=header(kid=kid[:-1])),
        "kid with padding": jws(payload, header=header(kid=kid + "=")),
        "kid with loose bits": jws(payload, header=header(kid=kid[:-1] + chr(ord(kid[-1]) + 1))),
        "key of small order": weak(identity, identity + bytes(32)),
        "key of order two": weak(minus_one, identity + bytes(32)),
        "key of order eight": weak(
            bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
            identity + bytes(32),
        ),
        "key of small order, sign bit set": weak(identity[:31] + b"\x80", identity + bytes(32)),
        "key not canonical": weak(b"\xee" + b"\xff" * 30 + b"\x7f", identity + bytes(32)),
        "key that is no point": weak(b"\x02" + bytes(31), r + s.to_bytes(32, "little")),
        "S plus the group's order": jws(
            payload, signature=r + (s + GROUP_ORDER).to_bytes(32, "little")
        ),
        "R of small order": jws(payload, signature=identity + s.to_bytes(32, "little")),
        "signature of noughts": jws(payload, signature=bytes(64)),
        "signature of 63 bytes": jws(payload, signature=bytes(63)),
        "signature by another key": jws(
            payload, signature=drive.key("log").sign(f"{parts[0]}.{parts[1]}".encode())
        ),
        "signature over the payload": jws(payload, signature=drive.key("forger").sign(payload)),
        "signature with loose bits": ".".join((*parts[:2], loose)),
        "signature with padding": text + "==",
        "two parts": f"{parts[0]}.{parts[1]}",
        "four parts": text + ".",
        "empty": "",
        "a space after": text + " ",
        "payload in standard base64": ".".join((parts[0], "+" + parts[1][1:], parts[2])),
        "payload with a space": jws(payload.replace(b",", b", ", 1)),
        "payload in another order": jws(
            payload.replace(b'"act":"title.TRANSFER",', b"").replace(
                b'"network"', b'"act":"title.TRANSFER","network"'
            )
        ),
        "payload that is a list": jws(encode([good])),
        "payload that is no JSON": jws(b"act"),
        "payload with a fraction": jws(payload.replace(b'valid_until":', b'valid_until":0.')),
        "payload with a letter beyond ASCII": jws(
            payload.replace(b"TRANSFER", "TRÄNSFER".encode())
        ),
        "payload of nine levels": other(body={**link, "deep": [deep]}),
        "payload with a member more": other(nonce="1"),
        "payload without network": lacking("network"),
        "payload without time limit": lacking("valid_until"),
        "time limit as text": other(valid_until="1"),
        "time limit below nought": other(valid_until=-1),
        "body that is a list": other(body=[]),
        "actor of 31 characters": other(actor=HOLDER[:-1]),
        "actor in capitals": other(actor=HOLDER.upper()),
        "act of 65 characters": other(act="a" * 65),
        "no act": other(act=""),
        "another network": other(network="0" * 64),
        "larger than 16,384 bytes": other(body={**link, "note": "x" * 12_300}),
    }
    return {name: ("act:1", _bundle_with(story, text)) for name, text in texts.items()}


def _bundle_with(story: Story, text: str) -> Members:
    """The story's bundle with another text for its act 1."""
    return bundle(story, Twists(leaves={1: entry(text)}))


def _consented() -> Table:
    """Consents that are no consents."""
    story = tell(ORDER, HANDED)
    body: dict[str, Value] = {
        "last_act": identifier(story.signed[0]),
        "recipient": BUYER,
        "title": story.title,
    }
    good = content("title.TRANSFER", HOLDER, body)
    claims: dict[str, Value] = {
        "act_hash": act_hash(good),
        "network": NETWORK,
        "until": TIME_S + 60,
    }
    second = drive.key("second forger")

    def consent(typ: str = CONSENT_TYPE, **members: Value) -> str:
        return jws(encode({**claims, **members}), typ=typ, signer=second)

    fine = consent()
    unsigned = jws(encode(claims), typ=CONSENT_TYPE, signer=second, signature=bytes(64))
    lists: dict[str, Value] = {
        "none": [],
        "sixteen": [fine] * 16,
        "no list": fine,
        "not text": [1],
        "of another act": [consent(act_hash="0" * 64)],
        "of another network": [consent(network="0" * 64)],
        "until below nought": [consent(until=-1)],
        "a member more": [consent(kid="")],
        "not signed": [unsigned],
        "the second not signed": [fine, unsigned],
        "of a transaction's type": [consent(typ=TRANSACTION_TYPE)],
        "not canonical": [
            jws(encode(claims).replace(b",", b", ", 1), typ=CONSENT_TYPE, signer=second)
        ],
    }
    table = {
        name: ("act:1", _bundle_with(story, jws(encode({**good, "consents": consents}))))
        for name, consents in lists.items()
    }
    signed = jws(encode({**good, "consents": [fine]}))
    told = Story(story.title, [story.signed[0], signed], dict(story.record), identifier(signed))
    told.record["last_act"] = told.last_act
    return {**table, "in order": ("", bundle(told))}


def _entries() -> Table:
    """Entries that are no committed transaction."""
    story = tell(ORDER, HANDED)
    good = entry(story.signed[1])
    leaves = {
        "refused": entry(story.signed[1], "title.stale", 7321),
        "refused, number nought": entry(story.signed[1], "title.stale"),
        "committed with a number": entry(story.signed[1], number=1),
        "codec version 2": b"[2" + good[2:],
        "codec version as text": b'["1"' + good[2:],
        "three elements": good[:-1] + b",0]",
        "no list": good[3:-1],
        "a member more": record(
            {"code": "committed", "number": 0, "time": 0, "transaction": story.signed[1]}
        ),
        "a member less": record({"code": "committed", "transaction": story.signed[1]}),
        "number as text": good.replace(b'"number":0', b'"number":"0"'),
        "number as fraction": good.replace(b'"number":0', b'"number":0.0'),
        "a space inside": good.replace(b",", b", ", 1),
        "a space after": good + b" ",
        "another order": good.replace(b'"code":"committed",', b"").replace(
            b',"transaction"', b',"code":"committed","transaction"'
        ),
        "the end of a block": record(
            {"height": 1, "protocol": 1, "state_root": "0" * 64, "time": TIME_S}
        ),
    }
    return {
        name: ("act:1", bundle(story, Twists(leaves={1: leaf}))) for name, leaf in leaves.items()
    }


def _blocks() -> Table:
    """Ends of blocks that are none."""
    story = tell(ORDER, HANDED)
    changes: dict[str, Callable[[bytes], bytes]] = {
        "a transaction": lambda _: entry(story.signed[1]),
        "codec version 2": lambda end: b"[2" + end[2:],
        "a member more": lambda end: end.replace(b'"time"', b'"size":0,"time"'),
        "a member less": lambda end: end.replace(b'"protocol":1,', b""),
        "time as text": lambda end: end.replace(b'"time":', b'"time":"').replace(b"}", b'"}'),
        "height as truth": lambda end: end.replace(b'"height":1', b'"height":true'),
        "height beyond 2**53": lambda end: end.replace(b'"height":1', b'"height":9007199254740993'),
        "time before 1970": lambda end: end.replace(b'"time":', b'"time":-'),
        "state root in capitals": lambda end: end.replace(end[-88:-24], end[-88:-24].upper()),
        "state root with a space": lambda end: end.replace(end[-88:-24], b" " + end[-88:-24]),
        "a space inside": lambda end: end.replace(b",", b", ", 1),
        "empty": lambda _: b"",
    }
    return {
        name: ("block", bundle(story, Twists(block=change))) for name, change in changes.items()
    }


def _records() -> Table:
    """Records that are none, under a state root that holds them."""
    story = tell(ORDER, HANDED)
    honest = bundle(story)
    keys = [proof["key"] for proof in honest["state"]]
    controller, party, title = (proof["value"].encode() for proof in honest["state"])
    changed = {
        "title with codec version 2": (2, b"[2" + title[2:]),
        "title with a member more": (2, title.replace(b'"version"', b'"value":1,"version"')),
        "title with a member less": (2, title.replace(b'"surrendered_by":"",', b"")),
        "title with a version as text": (2, title.replace(b'"version":2', b'"version":"2"')),
        "title with a truth as number": (2, title.replace(b"true", b"1", 1)),
        "title with a space": (2, title.replace(b",", b", ", 1)),
        "title in another order": (
            2,
            title.replace(b',"version":2', b"").replace(b"{", b'{"version":2,', 1),
        ),
        "title that is a list": (2, encode([1, []])),
        "controller with a member more": (0, controller.replace(b'"keys"', b'"frozen":0,"keys"')),
        "controller with a key's member more": (0, controller.replace(b'"kid"', b'"alg":"","kid"')),
        "controller without recovery's delay": (0, controller.replace(b'"delay":0,', b"")),
        "party with a member less": (1, party.replace(b'"lei":"",', b"")),
        "party with roles as text": (1, party.replace(b'["carrier"]', b'"carrier"')),
        "party that is a controller": (1, controller),
    }
    table = {
        name: (f"state:{keys[at]}", bundle(story, Twists(records={keys[at]: value})))
        for name, (at, value) in changed.items()
    }
    for name, key in zip(("controller", "party", "title"), keys, strict=True):
        table[f"{name} in another's place"] = (f"state:{key}", bundle(story, Twists(misplaced=key)))
    return table


def _chains() -> Table:
    """Acts that do not follow; the last of each story is the one that must fail."""
    to_buyer, to_bank, to_holder = ({"recipient": each} for each in (BUYER, BANK, HOLDER))
    to_carrier = {"addressee": CARRIER}
    asked: Act = ("SURRENDER_FOR_DELIVERY", HOLDER, to_carrier)
    endorsed: Act = ("ENDORSE", HOLDER, to_bank)
    handed_to_bank: Act = ("TRANSFER", HOLDER, to_bank)
    delivered: Act = ("DELIVER", CARRIER, {})
    issues = {"order": ORDER, "blank": BLANK, "straight": STRAIGHT, "waybill": WAYBILL}
    stories: dict[str, tuple[str, tuple[Act, ...]]] = {
        "an unknown act": ("order", (("SEIZE", CARRIER, {}),)),
        "an act called constructor": ("order", (("constructor", HOLDER, {}),)),
        "a second issue": ("order", (("ISSUE", CARRIER, {}),)),
        "to nobody's id": ("order", (("TRANSFER", HOLDER, {"recipient": "buyer"}),)),
        "without its recipient": ("order", (("TRANSFER", HOLDER, {}),)),
        "with a member more": ("order", (("SIGN", HOLDER, {"note": ""}),)),
        "with another's member": ("order", (("SIGN", HOLDER, to_buyer),)),
        "on another title": ("order", (("SIGN", HOLDER, {"title": "0" * 64}),)),
        "after another act": ("order", (("SIGN", HOLDER, {"last_act": "0" * 64}),)),
        "transfer by a stranger": ("order", (("TRANSFER", BANK, to_buyer),)),
        "transfer by the carrier": ("order", (("TRANSFER", CARRIER, to_buyer),)),
        "transfer by who gave it away": ("order", (HANDED, HANDED)),
        "transfer to oneself": ("order", (("TRANSFER", HOLDER, to_holder),)),
        "sign by a stranger": ("order", (("SIGN", BANK, {}),)),
        "endorse by a stranger": ("order", (("ENDORSE", BANK, to_buyer),)),
        "endorse by a mere possessor": ("order", (HANDED, ("ENDORSE", BUYER, to_bank))),
        "endorse in blank by a mere possessor": ("order", (HANDED, ("BLANK_ENDORSE", BUYER, {}))),
        "endorse on where one may not": (
            "order",
            (endorsed, handed_to_bank, ("ENDORSE", BANK, to_buyer)),
        ),
        "endorse a second time": ("order", (endorsed, ("ENDORSE", HOLDER, to_buyer))),
        "endorse a straight bill": ("straight", (("ENDORSE", HOLDER, to_buyer),)),
        "endorse a waybill": ("waybill", (("BLANK_ENDORSE", HOLDER, {}),)),
        "refuse what was issued": ("order", (("REFUSE_TRANSFER", HOLDER, {}),)),
        "refuse after signing": (
            "order",
            (HANDED, ("SIGN", BUYER, {}), ("REFUSE_TRANSFER", BUYER, {})),
        ),
        "refuse by the giver": ("order", (HANDED, ("REFUSE_TRANSFER", HOLDER, {}))),
        "surrender to another": (
            "order",
            (("SURRENDER_FOR_DELIVERY", HOLDER, {"addressee": BANK}),),
        ),
        "surrender by a stranger": ("blank", (("SURRENDER_FOR_DELIVERY", BANK, to_carrier),)),
        "surrender by a mere possessor": (
            "order",
            (HANDED, ("SURRENDER_FOR_DELIVERY", BUYER, to_carrier)),
        ),
        "surrender of a straight bill by a bank": (
            "straight",
            (handed_to_bank, ("SURRENDER_FOR_DELIVERY", BANK, to_carrier)),
        ),
        "surrender of a waybill": ("waybill", (asked,)),
        "surrender twice": ("order", (asked, ("SURRENDER_FOR_DELIVERY", CARRIER, to_carrier))),
        "accept what was not asked": ("order", (("SACC", CARRIER, {}),)),
        "accept by a stranger": ("order", (asked, ("SACC", BANK, {}))),
        "accept after the end": ("order", (asked, ("SACC", CARRIER, {}), ("SACC", CARRIER, {}))),
        "reject what was not asked": ("order", (("SREJ", CARRIER, {}),)),
        "reject by who asked": ("order", (asked, ("SREJ", HOLDER, {}))),
        "transfer while asked": ("order", (asked, HANDED)),
        "transfer by the carrier while asked": ("order", (asked, ("TRANSFER", CARRIER, to_buyer))),
        "transfer after the end": (
            "order",
            (asked, ("SACC", CARRIER, {}), ("TRANSFER", CARRIER, to_buyer)),
        ),
        "straight from bank to bank": (
            "straight",
            (handed_to_bank, ("TRANSFER", BANK, {"recipient": "bb" * 16})),
        ),
        "redirect a bill": ("straight", (("REDIRECT", HOLDER, {"consignee": BANK}),)),
        "redirect by the consignee": ("waybill", (("REDIRECT", BUYER, {"consignee": BANK}),)),
        "redirect to the same": ("waybill", (("REDIRECT", HOLDER, {"consignee": BUYER}),)),
        "redirect after delivery": (
            "waybill",
            (delivered, ("REDIRECT", HOLDER, {"consignee": BANK})),
        ),
        "deliver by the shipper": ("waybill", (("DELIVER", HOLDER, {}),)),
        "deliver twice": ("waybill", (delivered, delivered)),
        "deliver a bill": ("straight", (delivered,)),
        "transfer a waybill": ("waybill", (HANDED,)),
    }
    table = {
        name: (f"chain:{len(acts)}", bundle(tell(issues[kind], *acts)))
        for name, (kind, acts) in stories.items()
    }
    return {**table, **_issues()}


def _issues() -> Table:
    """Issues that are none, or of another title."""
    changes: dict[str, dict[str, Value]] = {
        "issue with a member more": {"note": ""},
        "issue of a charter party": {"document_type": "CPB"},
        "issue with a short commitment": {"commitment": "c0"},
        "issue to nobody's id": {"issue_to": ""},
    }
    unfit: dict[str, dict[str, Value]] = {
        "issue of a bill to nobody": without(ORDER, "issue_to"),
        "issue of a straight bill to a stranger": {**STRAIGHT, "issue_to": BANK},
        "issue of a straight bill with an endorsee": {**STRAIGHT, "endorsee": BANK},
        "issue of a straight bill without consignee": without(STRAIGHT, "consignee"),
        "issue of a waybill to order": {**WAYBILL, "is_to_order": True},
        "issue of a waybill to a possessor": {**WAYBILL, "issue_to": HOLDER},
        "issue of a waybill with an endorsee": {**WAYBILL, "endorsee": BANK},
        "issue of a waybill without consignee": without(WAYBILL, "consignee"),
        **{name: {**ORDER, **members} for name, members in changes.items()},
    }
    table = {name: ("chain:0", bundle(tell(issue))) for name, issue in unfit.items()}
    less = without(ORDER, "governing_law")
    story = tell(ORDER)
    unlike = bundle(Story("ab" * 32, story.signed, story.record, story.last_act))
    table["issue of another title"] = ("chain:0", unlike)
    unclear = {**ORDER, "is_to_order": "true"}
    firsts = {
        "issue without governing law": content("title.ISSUE", CARRIER, less),
        "issue with a truth as text": content("title.ISSUE", CARRIER, unclear),
        "issue by another carrier": content("title.ISSUE", BANK, ORDER),
    }
    for name, first in firsts.items():
        told = Story(story.title, [jws(encode(first))], story.record, story.last_act)
        table[name] = ("chain:0", bundle(told))
    return table


def _titles() -> Table:
    """A record of the right form that is not what the acts lead to, field by field."""
    story = tell(ORDER, ("ENDORSE_TO_ORDER", HOLDER, {"recipient": BANK}), HANDED)
    table: Table = {}
    for name, value in sorted(story.record.items()):
        if name in ("issued_at", "issuer"):  # one is told by the record alone, one names the proofs
            continue
        other: Any = not value if isinstance(value, bool) else f"{value}0"
        if name == "version":
            other = 4
        told = Story(story.title, story.signed, {**story.record, name: other}, story.last_act)
        table[name] = ("title", bundle(told))
    return table
