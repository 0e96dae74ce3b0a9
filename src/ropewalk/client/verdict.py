# SPDX-License-Identifier: Apache-2.0
"""The verdict on a bundle, in plain words: what is proven, trusting whom, and what is not."""

from collections.abc import Iterable

import msgspec

from ropewalk.client.acts import Act, Log
from ropewalk.client.bundle import Bundle
from ropewalk.client.chain import Chain
from ropewalk.client.errors import VerificationError
from ropewalk.client.proofs import Sealed, Succeeded
from ropewalk.client.standing import Roles
from ropewalk.client.trust import Trust
from ropewalk.client.wording import burdens, holding, place
from ropewalk.codes import UtcInstant
from ropewalk.identity import Party
from ropewalk.ledger import BlockEntry
from ropewalk.tlog import Followed


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
    sealed: Sealed
    """Who vouches for the log."""
    disclosed: bool
    now_s: int | None
    """The verifier's own time; None where it gave none."""

    @property
    def as_of_s(self) -> int:
        """As of when the title is known, seconds since 1970-01-01T00:00:00Z.

        The last block's time; in a consortium the last header's, since an empty block certifies
        that nothing changed.
        """
        followed = self.sealed.followed
        return self.block.time if followed is None else followed.header.time_s


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
    title, when = found.title, UtcInstant(found.as_of_s)
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
    if found.sealed.cosigned:
        sentences.append(f"seen alike by {found.sealed.cosigned} witnesses")
    if found.sealed.followed is not None:
        sentences.append(_signed(found.sealed.followed))
    if found.sealed.succeeded is not None:
        sentences.append(_succeeded(found.sealed.succeeded))
    return sentences


def _succeeded(by: Succeeded) -> str:
    """Who let a successor carry on."""
    if by.by_votes:
        who = f"{by.signers} of {by.deciding} validators with {by.power} of {by.total} votes"
    else:
        who = f"{by.signers} of {by.deciding} keys of who governed"
    return f"carried on since entry {by.size} by a successor, as signed by {who}"


def _signed(followed: Followed) -> str:
    """Who signed the last header, and how the verifier came to know them."""
    tally, validators = followed.tally, followed.validators
    times = "1 change" if followed.changes == 1 else f"{followed.changes} changes"
    known = (
        f"after {times} of the set since the genesis" if followed.changes else "the genesis' own"
    )
    return (
        f"signed at height {followed.header.height} by {tally.validators} of "
        f"{len(validators.validators)} validators with {tally.power} of "
        f"{validators.total_power} votes, {known}"
    )


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
        _after(found),
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
    return [*sentences, *_trusted(found)]


def _after(found: Findings) -> str:
    """From where on the bundle says nothing."""
    followed = found.sealed.followed
    if followed is None:
        return f"what happened after {UtcInstant(found.block.time)}"
    when = UtcInstant(found.as_of_s)
    return f"what happened from height {followed.header.height} on, at {when} and after"


def _trusted(found: Findings) -> list[str]:
    """Who could together have shown something else."""
    if found.sealed.succeeded is None:
        return _trusted_to_sign(found)
    return [
        *_trusted_to_sign(found),
        (
            "that those who decided on the successor let no other carry on too, and that none of "
            "their keys leaked: two statements that one key has signed show it"
        ),
    ]


def _trusted_to_sign(found: Findings) -> list[str]:
    """Who could have shown something else by what they sign."""
    if found.sealed.followed is not None:
        return [
            (
                "anything that validators with more than two thirds of the votes agreed to hide, "
                "or to show otherwise, together"
            ),
            (
                "that no keys of validators leaked: whoever has those of more than two thirds of "
                "the votes of a set of long ago could have signed another story since"
            ),
        ]
    if found.trust.quorum:
        return ["anything that the operator and the witnesses agreed to hide together"]
    return [
        (
            "that everybody is shown the same log: trusts the operator, "
            "since no quorum of witnesses is required"
        )
    ]
