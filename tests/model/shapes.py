# SPDX-License-Identifier: Apache-2.0
"""The bodies of acts: which members each has, and of what kind (docs/reference)."""

import re
from collections.abc import Mapping
from typing import Any

from model.shapes_of_exchange import OF_EXCHANGE, OneOf, Several
from model.title_model import Body

NUMBER = (0, 2**53 - 1)
KEYS = (1, 16)
"""Numbers are told by the least and the greatest that there may be."""
ON_BOARD: Mapping[str, Any] = {"boxes": [str], "date": str, "items": str, "override?": str}
PACKAGE = re.compile(r"(?:[A-Z0-9]{2})?\Z")
HASH = re.compile(r"[0-9a-f]{64}\Z")

PRINTS: Mapping[str, Any] = {
    "items": [{"item": HASH, "near": [HASH, 0, 4]}, 1, 32],
    "scheme": (1, 1),
}
ISSUE: Mapping[str, Any] = {
    "cargo?": str,
    "carrier_code": str,
    "carrier_code_list_provider": str,
    "commitment": str,
    "consignee?": str,
    "destination?": str,
    "document_type": str,
    "draft?": str,
    "endorsee?": str,
    "fingerprints?": PRINTS,
    "governing_law": str,
    "house_of?": str,
    "is_to_order": bool,
    "issue_to?": str,
    "on_board?": ON_BOARD,
    "shipment?": str,
    "shipper": str,
    "transport_document_reference": str,
}
ITEM = {
    "item": HASH,
    "package_code": PACKAGE,
    "packages": NUMBER,
    "volume_dm3": NUMBER,
    "weight_g": NUMBER,
}
CARGO = {"equipments": [str], "items": [ITEM]}
WITH_CARGO = {"cargo": CARGO, "issue": ISSUE}
OWN = {"last_act": str, "title": str}
TO = {**OWN, "recipient": str}
BOX = {"box": str}
RIGHT = {**BOX, "last_act": str}
WINDOW = {"valid_from": NUMBER, "valid_until": NUMBER}
LOAD = {**BOX, "carrier": str, "date": str, "event": str}
CUSTOMS = re.compile(r"(?:CLEARED|EXAMINATION|HOLD|TRANSIT)\Z")
REGISTERED = {"keys": [str], "salt": str, "threshold": KEYS}
PARTY = {"carrier_codes": [str], "lei": str, "roles": [str]}
RULE = {"act": str, "amount_min": NUMBER, "currency": str, "keys": KEYS, "role": str}

BOOKING = {"booking": str, "last_act": str}
INSTRUCTIONS = {"instructions": str, "last_act": str}
CONSIGNMENT = {"consignment": str, "last_act": str}
CONTENT = {"content": str}
WHY = {"reason": str}
MAYBE_WHY = {"reason?": str}
OPENING = re.compile(r"(?:buyer|carrier|forwarder|seller|shipper)\Z")
PART = re.compile(
    r"(?:bank|buyer|carrier|consignee|customs|forwarder|haulier|insurer|notify_party|seller"
    r"|shipper|terminal)\Z"
)
LINKED = re.compile(r"(?:booking|box|instructions|order|title)\Z")
OF_PAPERS: Mapping[str, Mapping[str, Any]] = {
    "cargo.ADMIT_PARTY": {**CONSIGNMENT, "controller": str, "role": PART},
    "cargo.AMEND_BOOKING": {**BOOKING, **CONTENT},
    "cargo.APPROVE_DRAFT": INSTRUCTIONS,
    "cargo.ASK_BOOKING_AMENDMENT": {**BOOKING, **WHY},
    "cargo.ASK_BOOKING_CANCELLATION": {**BOOKING, **MAYBE_WHY},
    "cargo.ASK_BOOKING_UPDATE": {**BOOKING, **WHY},
    "cargo.ASK_INSTRUCTIONS_UPDATE": {**INSTRUCTIONS, **WHY},
    "cargo.CANCEL_BOOKING": {**BOOKING, **MAYBE_WHY},
    "cargo.CANCEL_BOOKING_AMENDMENT": {**BOOKING, **MAYBE_WHY},
    "cargo.CANCEL_INSTRUCTIONS": {**INSTRUCTIONS, **MAYBE_WHY},
    "cargo.CANCEL_INSTRUCTIONS_UPDATE": {**INSTRUCTIONS, **MAYBE_WHY},
    "cargo.CITE_CUSTOMS": {
        "document": str,
        "kind": re.compile(r"(?:booking|instructions)\Z"),
        "reference": str,
    },
    "cargo.CLOSE_CONSIGNMENT": CONSIGNMENT,
    "cargo.COMMENT_DRAFT": {**INSTRUCTIONS, "comment": str},
    "cargo.COMPLETE_BOOKING": BOOKING,
    "cargo.COMPLETE_INSTRUCTIONS": INSTRUCTIONS,
    "cargo.CONFIRM_BOOKING": {**BOOKING, **CONTENT, "reference?": str},
    "cargo.CONFIRM_BOOKING_AMENDMENT": BOOKING,
    "cargo.CONFIRM_BOOKING_CANCELLATION": BOOKING,
    "cargo.CONFIRM_INSTRUCTIONS_UPDATE": INSTRUCTIONS,
    "cargo.DECLARE_VGM": {**BOX, **CONTENT, "booking": str, "is_retracted?": bool},
    "cargo.DECLINE_BOOKING": {**BOOKING, **WHY},
    "cargo.DECLINE_BOOKING_AMENDMENT": {**BOOKING, **WHY},
    "cargo.DECLINE_BOOKING_CANCELLATION": {**BOOKING, **WHY},
    "cargo.DECLINE_INSTRUCTIONS": {**INSTRUCTIONS, **WHY},
    "cargo.DECLINE_INSTRUCTIONS_UPDATE": {**INSTRUCTIONS, **WHY},
    "cargo.LINK_CONSIGNMENT": {**CONSIGNMENT, "id": str, "kind": LINKED},
    "cargo.OPEN_CONSIGNMENT": {**CONTENT, "role": OPENING},
    "cargo.PLAN_CONSIGNMENT": {**CONSIGNMENT, **CONTENT},
    "cargo.PUBLISH_DRAFT": {**INSTRUCTIONS, "document": str, "reference?": str},
    "cargo.REJECT_BOOKING": {**BOOKING, **WHY},
    "cargo.REQUEST_BOOKING": {**CONTENT, "carrier": str},
    "cargo.SUBMIT_INSTRUCTIONS": {**CONTENT, "bookings": [str], "shipper?": str},
    "cargo.UPDATE_BOOKING": {**BOOKING, **CONTENT},
    "cargo.UPDATE_INSTRUCTIONS": {**INSTRUCTIONS, **CONTENT},
}


SUM = re.compile(r"(?s:.){0,24}\Z")
DAY = re.compile(r"(?s:.){0,10}\Z")
CODE = re.compile(r"(?s:.){0,3}\Z")
UNITS = (1, 100_000)
MONEY = {"amount": SUM, "currency": CODE}
AT_A_BANK = {**MONEY, "bank": str}
PAYABLE = {"last_act": str, "payable": str}
SHARE = {"last_act": str, "receivable": str}
SOME_SHARES = {"receivables": Several(str, 1, 1_000)}
BUSINESS_DAYS = {
    "convention": re.compile(r"(?:MODIFIED_)?FOLLOWING\Z"),
    "holidays": Several(DAY, 0, 64),
    "weekends": bool,
}
CHARGE = {
    "answer": str,
    "kind": re.compile(r"(?:DEMURRAGE|DETENTION|FREIGHT|STORAGE)\Z"),
    "tiers": Several({"rate": SUM, "units": UNITS}, 1, 8),
    "units": UNITS,
}
OF_CAPITAL: Mapping[str, Mapping[str, Any]] = {
    "capital.BUY_BACK": {**SHARE, "bank": str},
    "capital.CONFIRM_INVOICE": PAYABLE,
    "capital.CREDIT_NOTE": {**PAYABLE, **SOME_SHARES, "amount": SUM, "content": str},
    "capital.DECLARE_DEFAULT": {**PAYABLE, "receivable": str},
    "capital.DECLINE_INVOICE": PAYABLE,
    "capital.DISCOUNT": {
        **SHARE,
        "bank": str,
        "day_count": re.compile(r"(?:30E/360|ACT/360|ACT/365F)\Z"),
        "price": SUM,
        "rate": (0, 1_000_000),
        "to": str,
        "value_date": DAY,
        "with_recourse": bool,
    },
    "capital.DISPUTE_PAYABLE": {**PAYABLE, "reason": str},
    "capital.INVOICE": {
        **MONEY,
        "business_days?": BUSINESS_DAYS,
        "charge?": CHARGE,
        "content": str,
        "debtor": str,
        "due": DAY,
        "invoice": str,
        "profile?": re.compile(r"(?s:.){0,8}\Z"),
        "registration?": str,
        "title?": str,
    },
    "capital.MERGE_RECEIVABLES": {"receivables": Several(str, 2, 1_000)},
    "capital.MOVE_DEPOSIT": {**AT_A_BANK, "to": str},
    "capital.OPEN_ACCOUNT": {"currency": CODE, "customer": str},
    "capital.PLACE_DEPOSIT": {**MONEY, "customer": str, "entry": str},
    "capital.PLEDGE_RECEIVABLE": {**SHARE, "amount?": SUM, "pledgee": str},
    "capital.REDEEM": {**SOME_SHARES, "amount": SUM, "bank": str, "payable": str},
    "capital.REFUND_SUSPENSE": AT_A_BANK,
    "capital.RELEASE_RECEIVABLE": SHARE,
    "capital.SETTLE_DISPUTE": PAYABLE,
    "capital.SPLIT_RECEIVABLE": {
        **SHARE,
        "parts": Several({"amount": SUM, "to": str}, 2, 1_000),
        "with_recourse": bool,
    },
    "capital.TRANSFER_RECEIVABLE": {**SHARE, "to": str, "with_recourse": bool},
    "capital.WITHDRAW_DEPOSIT": {**AT_A_BANK, "entry": str},
}

SHAPES: Mapping[str, Mapping[str, Any]] = {
    **OF_CAPITAL,
    **OF_EXCHANGE,
    **OF_PAPERS,
    "cargo.ACCEPT_PICK_UP": RIGHT,
    "cargo.ANNOUNCE_ARRIVAL": {
        **BOX,
        "customs": str,
        "depot?": str,
        "terminal": str,
        "titles": [str],
    },
    "cargo.ATTACH_DEVICE": {"boxes": [str, 0, 8], "device": str},
    "cargo.BLOCK": {**BOX, "reason": str},
    "cargo.CHANGE_VALIDITY": {**RIGHT, **WINDOW},
    "cargo.CLAIM": {"boxes?": [str, 1, 8], "count": NUMBER, "loads?": [LOAD], "root": str},
    "cargo.DECLINE_PICK_UP": RIGHT,
    "cargo.ENROL_DEVICE": {"device": str},
    "cargo.GATE_OUT": {
        **BOX,
        "challenge": str,
        "collector": str,
        "gate": str,
        "presentation": str,
    },
    "cargo.GRANT_PICK_UP": {**BOX, **WINDOW, "to": str},
    "cargo.NAME_DRIVER": {**RIGHT, "driver?": str, "until?": NUMBER, "vehicle?": str},
    "cargo.ORDER_DELIVERY": {"boxes": [str], "release_to": str, "title": str},
    "cargo.RAISE_ALARM": {**BOX, "event": str, "gate": str},
    "cargo.RETRACT_LOAD": BOX,
    "cargo.RETURN_EMPTY": {**BOX, "date": str, "place": str},
    "cargo.REVOKE_PICK_UP": RIGHT,
    "cargo.SET_CUSTOMS_STATUS": {**BOX, "reason?": str, "status": CUSTOMS},
    "cargo.SET_READINESS": {**BOX, "ready": bool},
    "cargo.TRANSFER_PICK_UP": {**RIGHT, "to": str},
    "cargo.UNBLOCK": BOX,
    "cargo.WITHDRAW_DEVICE": {"device": str},
    "identity.ACTIVATE_PROTOCOL": {"height": NUMBER, "version": NUMBER},
    "identity.ADD_KEY": {"key": str},
    "identity.ADMIT_MEMBER": {"key": str, "party": str, "threshold": KEYS},
    "identity.APPROVE": {"act_hash": str, "until": NUMBER},
    "identity.CANCEL_RECOVERY": {},
    "identity.CHANGE_PARTY": {**PARTY, "party": str},
    "identity.CHANGE_THRESHOLD": {"threshold": KEYS},
    "identity.COMPLETE_RECOVERY": {"controller": str},
    "identity.EXCLUDE_MEMBER": {"party": str, "threshold": KEYS},
    "identity.EXPIRE": {"act_hash": str},
    "identity.GRANT_MANDATE": {"acts": [str], "agent": str, "until": NUMBER},
    "identity.PROPOSE": {"act": str, "body": dict, "until": NUMBER},
    "identity.RECOGNISE_LAW": {"law": str},
    "identity.REGISTER_CONTROLLER": {**REGISTERED, "commitment": str},
    "identity.REGISTER_PARTY": {**REGISTERED, **PARTY},
    "identity.RESIGN_MEMBER": {},
    "identity.REVOKE_KEY": {"key": str},
    "identity.REVOKE_MANDATE": {"agent": str},
    "identity.ROTATE_KEY": {"key": str, "successor": str},
    "identity.SET_POLICY": {"roles": [{"kid": str, "roles": [str]}], "rules": [RULE]},
    "identity.SET_RECOVERY": {
        "controllers": [str],
        "delay": (0, 90 * 86_400),
        "threshold": (0, 16),
    },
    "identity.SET_VALIDATOR": {
        "height": (1, 2**53 - 1),
        "key": str,
        "node": str,
        "power": (0, 1_000_000),
    },
    "identity.START_RECOVERY": {"controller": str, "keys": [str], "threshold": KEYS},
    "identity.WITHDRAW_LAW": {"law": str},
    "identity.WITHDRAW": {"act_hash": str},
    "title.BLANK_ENDORSE": OWN,
    "title.COMBINE": {"parents": [{**OWN, "cargo": CARGO}], "replacement": WITH_CARGO},
    "title.DELIVER": OWN,
    "title.DEMONSTRATE_CONTROL": {**OWN, "challenge": str},
    "title.ENDORSE": TO,
    "title.ENDORSE_TO_ORDER": TO,
    "title.ENFORCE_PLEDGE": TO,
    "title.FREEZE": {"order": str, "title": str},
    "title.ISSUE": ISSUE,
    "title.LEASE": {**OWN, "until": NUMBER},
    "title.LETTER_OF_INDEMNITY": {"bank?": str, "receiver": str, "title": str},
    "title.PLEDGE": {**OWN, "amount": NUMBER, "currency": str, "due": NUMBER, "pledgee": str},
    "title.RECLAIM": OWN,
    "title.REDIRECT": {**OWN, "consignee": str},
    "title.REFUSE_TRANSFER": OWN,
    "title.REISSUE": {**OWN, "replacement": ISSUE},
    "title.RELEASE_PLEDGE": OWN,
    "title.SACC": OWN,
    "title.SIGN": OWN,
    "title.SPLIT": {**OWN, "cargo": CARGO, "children": [WITH_CARGO]},
    "title.SREJ": {**OWN, "comment?": HASH},
    "title.SURRENDER_FOR_AMENDMENT": {**OWN, "addressee": str, "reason_code?": str},
    "title.SURRENDER_FOR_DELIVERY": {**OWN, "addressee": str},
    "title.SWITCH_TO_ELECTRONIC": {"paper": str, "replacement": ISSUE, "title?": str},
    "title.SWITCH_TO_PAPER": {**OWN, "paper": str},
    "title.TRANSFER": TO,
    "title.TRUST_RECEIPT": {**OWN, "purpose": str, "until": NUMBER},
    "title.UNFREEZE": {"order": str, "title": str},
    "title.VOID": OWN,
}
"""A `?` marks what may be left out."""
SEVERAL = {
    "acts": (1, 32),
    "bookings": (1, 8),
    "boxes": (1, 100),
    "children": (2, 20),
    "items": (1, 32),
    "keys": KEYS,
    "parents": (2, 20),
    "loads": (1, 100),
    "rules": (0, 32),
    "titles": (1, 32),
}
"""How many there may be of what there are several of, where the shape does not tell."""


def well_formed(act: str, body: Body) -> bool:
    """Whether a body has its act's members and no others, each of its kind."""
    return _is(SHAPES[act], body)


def _is(shape: Any, value: Any) -> bool:
    if isinstance(shape, Mapping):
        return isinstance(value, Mapping) and _has_members(shape, value)
    if isinstance(shape, OneOf | Several):
        return _is_several(shape, value) if isinstance(shape, Several) else _is_one(shape, value)
    if isinstance(shape, list):
        kind, *bounds = shape
        several = isinstance(value, list | tuple) and all(_is(kind, one) for one in value)
        return several and (not bounds or bounds[0] <= len(value) <= bounds[1])
    if isinstance(shape, tuple):
        return isinstance(value, int) and shape[0] <= value <= shape[1]
    if isinstance(shape, re.Pattern):
        return isinstance(value, str) and bool(shape.match(value))
    return isinstance(value, shape) and (shape is bool or not isinstance(value, bool))


def _is_several(shape: Several, value: Any) -> bool:
    is_list = isinstance(value, list | tuple) and shape.least <= len(value) <= shape.most
    return is_list and all(_is(shape.kind, one) for one in value)


def _is_one(shape: OneOf, value: Any) -> bool:
    kind = value.get(shape.tag) if isinstance(value, Mapping) else None
    return kind in shape.kinds and _has_members({shape.tag: str, **shape.kinds[kind]}, value)


def _has_members(shape: Mapping[str, Any], value: Body) -> bool:
    kinds = {name.rstrip("?"): kind for name, kind in shape.items()}
    needed = {name for name in shape if not name.endswith("?")}
    if not needed <= set(value) <= set(kinds):
        return False
    if not all(_is(kinds[name], value[name]) for name in value):
        return False
    return all(
        low <= len(value[name]) <= high
        for name, (low, high) in SEVERAL.items()
        if name in value and isinstance(kinds[name], list) and kinds[name][1:] == []
    )
