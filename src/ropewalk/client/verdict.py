# SPDX-License-Identifier: Apache-2.0
"""The verdict on a bundle, in plain words: what is proven, trusting whom, and what is not."""

import msgspec

from ropewalk.client.bundle import Bundle
from ropewalk.client.errors import VerificationError
from ropewalk.client.trust import Trust
from ropewalk.codes import UtcInstant
from ropewalk.identity import Party
from ropewalk.ledger import BlockEntry, Transaction
from ropewalk.title import DELIVERED, SURRENDER_REQUESTED, SURRENDERED, Title


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a bundle proves, and what it does not."""

    ok: bool
    failed_item: str
    """Which check failed, "" when none did."""
    proven: list[str]
    not_proven: list[str]
    detail: str = ""
    """Why it failed."""


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the checks established."""

    bundle: Bundle
    trust: Trust
    block: BlockEntry
    title: Title
    issuer: Party
    acts: list[Transaction]
    cosigned: int
    disclosed: bool
    judged_fresh: bool


def refusal(error: VerificationError) -> Verdict:
    """The verdict on something that failed a check: nothing is proven."""
    return Verdict(
        ok=False,
        failed_item=error.item,
        proven=[],
        not_proven=["anything: the file was not accepted"],
        detail=error.detail,
    )


def told(found: Findings) -> Verdict:
    """The verdict on a bundle that passed every check."""
    return Verdict(ok=True, failed_item="", proven=_proven(found), not_proven=_not_proven(found))


def _proven(found: Findings) -> list[str]:
    title, when = found.title, str(UtcInstant(found.block.time))
    name = "bill of lading" if title.document_type == "BOL" else "sea waybill"
    sentences = [
        f"whole: {len(found.acts)} acts, each signed, in the log and linked to the one before",
        (
            f"one record: copy of title {found.bundle.title} at height {found.block.height}, "
            f"the only one under {title.reference}"
        ),
        (
            f"issued by {title.issuer}, registered as {' '.join(found.issuer.carrier_codes)}, "
            f"as a {name} under the law of {title.governing_law}, at {UtcInstant(title.issued_at)}"
        ),
        "passed through: "
        + "; ".join(
            f"{act.payload.act.removeprefix('title.')} by {act.payload.actor}" for act in found.acts
        ),
        f"{_holding(title)}, as of {when}",
    ]
    if found.disclosed:
        sentences.append("the document in this file is, byte for byte, the one that was issued")
    if found.cosigned:
        sentences.append(f"seen alike by {found.cosigned} witnesses")
    return sentences


def _holding(title: Title) -> str:
    if title.status == SURRENDERED:
        return (
            f"surrendered to the carrier {title.issuer}, which accepted; nobody holds it any more"
        )
    if title.status == DELIVERED:
        return f"delivered to the consignee {title.consignee}; it has ended"
    if title.status == SURRENDER_REQUESTED:
        return f"held by the carrier {title.issuer}, to which {title.surrendered_by} surrendered it"
    if title.document_type == "SWB":
        return f"controlled by the shipper {title.shipper}, consigned to {title.consignee}"
    if not title.is_to_order:
        return f"held by {title.possessor}, consigned to {title.consignee}"
    order = f"to the order of {title.endorsee}" if title.endorsee else "endorsed in blank"
    return f"held by {title.possessor}, {order}"


def _not_proven(found: Findings) -> list[str]:
    sentences = [
        "that the goods exist, or are as described: the ledger shows who signed that they are",
        "that the holder is entitled: control is not entitlement",
        (
            "that keys which signed for others than the issuer were theirs: the ledger checked it, "
            "an audit does again, this file can't"
        ),
        f"what happened after {UtcInstant(found.block.time)}",
    ]
    if not found.disclosed:
        sentences.append("what the document says: it is not in this file")
    if not found.judged_fresh:
        sentences.append("that this is recent: no time was given to judge it by")
    if found.trust.quorum:
        sentences.append("anything that the operator and the witnesses agreed to hide together")
    else:
        sentences.append(
            "that everybody is shown the same log: trusts the operator, "
            "since no quorum of witnesses is required"
        )
    return sentences
