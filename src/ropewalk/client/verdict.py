# SPDX-License-Identifier: Apache-2.0
"""The verdict on a bundle, in plain words: what is proven, trusting whom, and what is not."""

from collections.abc import Iterable

import msgspec

from ropewalk.client.acts import Act, Log
from ropewalk.client.bundle import Bundle
from ropewalk.client.chain import Chain
from ropewalk.client.errors import VerificationError
from ropewalk.client.standing import Roles
from ropewalk.client.trust import Trust
from ropewalk.client.wording import burdens, holding, place
from ropewalk.codes import UtcInstant
from ropewalk.identity import Party
from ropewalk.ledger import BlockEntry


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
    title: Roles
    """The title's record."""
    issuer: Party
    log: Log
    acts: list[Act]
    chain: Chain
    cosigned: int
    disclosed: bool
    now_s: int | None
    """The verifier's own time; None where it gave none."""


def refusal(error: VerificationError) -> Verdict:
    """The verdict on something that failed a check: nothing is proven."""
    return Verdict(
        ok=False,
        failed_item=error.item,
        proven=[],
        not_proven=["anything: the file was not accepted"],
        detail=error.detail,
    )


def told(found: Findings, demonstrated: str = "") -> Verdict:
    """The verdict on a bundle that passed every check.

    Args:
        found: what the checks established.
        demonstrated: what a proof of control adds.
    """
    proven = [*_proven(found), *([demonstrated] if demonstrated else [])]
    return Verdict(ok=True, failed_item="", proven=proven, not_proven=_not_proven(found))


def _proven(found: Findings) -> list[str]:
    title, when = found.title, str(UtcInstant(found.block.time))
    name = "bill of lading" if title["document_type"] == "BOL" else "sea waybill"
    sentences = [
        f"whole: {len(found.acts)} acts, each signed, in the log and linked to the one before",
        (
            f"one record: copy of title {found.bundle.title} at height {found.block.height}, "
            f"the only one under {title['reference']}"
        ),
        (
            f"issued by {title['issuer']}, registered as {' '.join(found.issuer.carrier_codes)}, "
            f"as a {name} under the law of {title['governing_law']}, "
            f"at {UtcInstant(title['issued_at'])}"
        ),
        *(f"before it, title {one}: {_story(found, one)}" for one in found.chain.ancestors),
        f"passed through: {_story(found, found.bundle.title)}",
        f"{holding(title)}, as of {when}",
        *place(title),
        *burdens(title),
    ]
    leased = _leased_until(found)
    if leased is not None:
        sentences.append(f"leased: nobody can have moved it before {UtcInstant(leased)}")
    if found.disclosed:
        sentences.append("the document in this file is, byte for byte, the one that was issued")
    if found.cosigned:
        sentences.append(f"seen alike by {found.cosigned} witnesses")
    return sentences


def _story(found: Findings, title: str) -> str:
    return "; ".join(_line(found.acts[number]) for number in found.chain.of(title))


def _line(act: Act) -> str:
    told_ = act.told
    through = f" through {act.agent}" if act.agent else ""
    others = sorted(told_.approved - {told_.actor})
    approved = f", approved by {_joined(others)}" if others else ""
    return f"{told_.act.removeprefix('title.')} by {told_.actor}{through}{approved}"


def _joined(names: Iterable[str]) -> str:
    return " and ".join(names)


def _leased_until(found: Findings) -> int | None:
    """Until when a lease holds by the verifier's own clock, less what it may be off by."""
    until: int = found.title.get("lease_until", 0)
    skew_s = found.trust.clock_skew_s
    if found.now_s is None or until <= found.now_s + skew_s:
        return None
    return until - skew_s


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
    if any(act.agent for act in found.acts):
        sentences.append(
            "that whoever acted through another had given a mandate: the ledger checked it, "
            "an audit does again, this file can't"
        )
    if found.chain.others:
        sentences.append(
            f"how {_joined(found.chain.others)} stood, combined with it: their acts are not in "
            "this file"
        )
    if not found.disclosed:
        sentences.append("what the document says: it is not in this file")
    if found.now_s is None:
        sentences.append("that this is recent: no time was given to judge it by")
    if found.trust.quorum:
        sentences.append("anything that the operator and the witnesses agreed to hide together")
    else:
        sentences.append(
            "that everybody is shown the same log: trusts the operator, "
            "since no quorum of witnesses is required"
        )
    return sentences
