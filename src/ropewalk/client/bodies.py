# SPDX-License-Identifier: Apache-2.0
"""What the bodies of acts look like, told from docs/reference/title.md and identity.md."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from ropewalk.client.standing import ChainError
from ropewalk.ledger import ControllerId, Hash, Seconds

B = TypeVar("B", bound=msgspec.Struct)
REPLACEMENTS_MAX = 20
_Currency = Annotated[str, msgspec.Meta(pattern=r"\A(?:[A-Z]{3})?\Z")]
_PackageCode = Annotated[str, msgspec.Meta(pattern=r"\A(?:[0-9A-Z]{2})?\Z")]
_Several = msgspec.Meta(min_length=2, max_length=REPLACEMENTS_MAX)


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Exactly these members, each of this kind."""


class CargoItem(Body, frozen=True):
    """Packages of one kind."""

    item: Hash
    package_code: _PackageCode
    packages: Seconds
    volume_dm3: Seconds
    weight_g: Seconds


class CargoList(Body, frozen=True):
    """What is carried under a title, item by item."""

    equipments: Annotated[list[Hash], msgspec.Meta(max_length=100)]
    items: Annotated[list[CargoItem], msgspec.Meta(min_length=1, max_length=32)]


class OnBoard(Body, frozen=True):
    """On-board date, and the boxes of the cargo list."""

    boxes: Annotated[list[Hash], msgspec.Meta(min_length=1, max_length=100)]
    date: Annotated[str, msgspec.Meta(max_length=10)]
    items: Hash
    override: Hash | None = None


class Fingerprint(Body, frozen=True):
    """One cargo item's."""

    item: Hash
    near: Annotated[list[Hash], msgspec.Meta(max_length=4)]


class Fingerprints(Body, frozen=True):
    """Of all cargo items."""

    items: Annotated[list[Fingerprint], msgspec.Meta(min_length=1, max_length=32)]
    scheme: Literal[1]


class Issue(Body, frozen=True):
    """ISSUE, and every replacement."""

    carrier_code: str
    carrier_code_list_provider: str
    commitment: Hash
    document_type: Literal["BOL", "SWB"]
    governing_law: str
    is_to_order: bool
    shipper: ControllerId
    transport_document_reference: str
    cargo: Hash | None = None
    consignee: ControllerId | None = None
    destination: Hash | None = None
    draft: Hash | None = None
    endorsee: ControllerId | None = None
    fingerprints: Fingerprints | None = None
    house_of: Hash | None = None
    issue_to: ControllerId | None = None
    on_board: OnBoard | None = None
    shipment: Hash | None = None


class OnTitle(Body, frozen=True):
    """Every act but the issue, and those by others than the holder."""

    last_act: Hash
    title: Hash


class ToRecipient(OnTitle, frozen=True):
    """TRANSFER, ENDORSE, ENDORSE_TO_ORDER, ENFORCE_PLEDGE."""

    recipient: ControllerId


class Surrender(OnTitle, frozen=True):
    """SURRENDER_FOR_DELIVERY."""

    addressee: ControllerId


class Amend(Surrender, frozen=True):
    """SURRENDER_FOR_AMENDMENT."""

    reason_code: Literal["SWTP", "COD", "SWI"] | None = None


class Reject(OnTitle, frozen=True):
    """SREJ."""

    comment: Hash | None = None


class Reissue(OnTitle, frozen=True):
    """REISSUE."""

    replacement: Issue


class Share(Body, frozen=True):
    """A replacement with its cargo: a child of SPLIT, the whole of COMBINE."""

    cargo: CargoList
    issue: Issue


class Split(OnTitle, frozen=True):
    """SPLIT."""

    cargo: CargoList
    children: Annotated[list[Share], _Several]


class Parent(OnTitle, frozen=True):
    """A title that is combined with others."""

    cargo: CargoList


class Combine(Body, frozen=True):
    """COMBINE."""

    parents: Annotated[list[Parent], _Several]
    replacement: Share


class ToPaper(OnTitle, frozen=True):
    """SWITCH_TO_PAPER."""

    paper: Hash


class ToElectronic(Body, frozen=True):
    """SWITCH_TO_ELECTRONIC."""

    paper: Hash
    replacement: Issue
    title: Hash | None = None


class Pledge(OnTitle, frozen=True):
    """PLEDGE."""

    amount: Seconds
    currency: _Currency
    due: Seconds
    pledgee: ControllerId


class TrustReceipt(OnTitle, frozen=True):
    """TRUST_RECEIPT."""

    purpose: Literal["SURRENDER_FOR_AMENDMENT", "SURRENDER_FOR_DELIVERY"]
    until: Seconds


class Lease(OnTitle, frozen=True):
    """LEASE."""

    until: Seconds


class Order(Body, frozen=True):
    """FREEZE, UNFREEZE."""

    order: Hash
    title: Hash


class Indemnity(Body, frozen=True):
    """LETTER_OF_INDEMNITY."""

    receiver: ControllerId
    title: Hash
    bank: ControllerId | None = None


class Redirect(OnTitle, frozen=True):
    """REDIRECT."""

    consignee: ControllerId


class Demonstrate(OnTitle, frozen=True):
    """DEMONSTRATE_CONTROL."""

    challenge: Hash


class EscrowTitle(OnTitle, frozen=True):
    """exchange.ESCROW_TITLE."""

    exchange: Hash
    how: Literal["ENDORSE_TO_ORDER", "SURRENDER", "TRANSFER"]
    leg: Annotated[int, msgspec.Meta(ge=0, lt=16)]
    to: ControllerId


class Decide(Body, frozen=True):
    """exchange.SETTLE, exchange.RETURN."""

    exchange: Hash
    titles: Annotated[list[OnTitle], msgspec.Meta(max_length=16)]


class Pay(Decide, frozen=True):
    """exchange.ESCROW_DEPOSIT that settles."""

    leg: Annotated[int, msgspec.Meta(ge=0, lt=16)]


class Propose(Body, frozen=True):
    """identity.PROPOSE."""

    act: str
    body: dict[str, Any]
    until: Seconds


class Approve(Body, frozen=True):
    """identity.APPROVE."""

    act_hash: Hash
    until: Seconds


SHAPES: Mapping[str, type[Body]] = {
    "exchange.ESCROW_DEPOSIT": Pay,
    "exchange.ESCROW_TITLE": EscrowTitle,
    "exchange.RETURN": Decide,
    "exchange.SETTLE": Decide,
    "title.BLANK_ENDORSE": OnTitle,
    "title.COMBINE": Combine,
    "title.DELIVER": OnTitle,
    "title.ENDORSE": ToRecipient,
    "title.ENDORSE_TO_ORDER": ToRecipient,
    "title.ENFORCE_PLEDGE": ToRecipient,
    "title.FREEZE": Order,
    "title.ISSUE": Issue,
    "title.LEASE": Lease,
    "title.LETTER_OF_INDEMNITY": Indemnity,
    "title.PLEDGE": Pledge,
    "title.RECLAIM": OnTitle,
    "title.REDIRECT": Redirect,
    "title.REFUSE_TRANSFER": OnTitle,
    "title.REISSUE": Reissue,
    "title.RELEASE_PLEDGE": OnTitle,
    "title.SACC": OnTitle,
    "title.SIGN": OnTitle,
    "title.SPLIT": Split,
    "title.SREJ": Reject,
    "title.SURRENDER_FOR_AMENDMENT": Amend,
    "title.SURRENDER_FOR_DELIVERY": Surrender,
    "title.SWITCH_TO_ELECTRONIC": ToElectronic,
    "title.SWITCH_TO_PAPER": ToPaper,
    "title.TRANSFER": ToRecipient,
    "title.TRUST_RECEIPT": TrustReceipt,
    "title.UNFREEZE": Order,
    "title.VOID": OnTitle,
}
"""Every act that a bundle may hold."""


def read_body(body: Mapping[str, object], shape: type[B]) -> B:
    """A body of this shape.

    Raises:
        ChainError: a member is missing, surplus or of another kind.
    """
    try:
        return msgspec.convert(body, shape, strict=True)
    except msgspec.ValidationError as error:
        raise ChainError(str(error)) from error
