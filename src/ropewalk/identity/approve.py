# SPDX-License-Identifier: Apache-2.0
"""PROPOSE, APPROVE, WITHDRAW, EXPIRE: one act, several signatures, over days.

The one mechanism for whatever needs more than its sender's signatures: governance, four eyes
inside a party, a pledgee's consent, the carrier's part in a split or amendment. What is proposed
lies on the ledger in full, so everybody approves what he sees; the last approval needed carries
the act out. Source: design, «several signatures, over days»; docs/reference/identity.md.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from ropewalk.crypto import INTEGER_MAX, decode_object, encode, sha256_hex
from ropewalk.identity import mandate, policy, state
from ropewalk.identity.errors import (
    BadUntilError,
    FourEyesError,
    NoMandateError,
    NotApproverError,
    NotAwaitedError,
    NotProposableError,
    ProposalEndedError,
    ProposalRunsError,
    ProposedAlreadyError,
    UnknownProposalError,
)
from ropewalk.ledger import (
    APPROVAL_S_MAX,
    KEYS_TOUCHED_MAX,
    Act,
    ApprovalNeededError,
    Context,
    Effects,
    Event,
    Hash,
    LedgerError,
    Message,
    Record,
    Rule,
    TooManyKeysError,
    UnknownActError,
    View,
    decode_record,
    encode_record,
)

ActHash = Annotated[Hash, msgspec.Meta(description="Act hash of the proposal.")]
Until = Annotated[
    int, msgspec.Meta(ge=0, le=INTEGER_MAX, description="Its end, seconds since 1970.")
]
Acts = Mapping[str, Rule]


class Approval(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """One key's approval; or, where `agent` is there, an agent's under a mandate."""

    agent: str = ""
    controller: str
    kid: str
    transaction: str
    until: int


class Proposal(Record, frozen=True):
    """Record `proposal/<act hash>`: an act that waits for approvals."""

    act: str
    actor: str
    """In whose name it is; the first approval is by who proposed it."""
    approvals: list[Approval]
    body: dict[str, object]
    transaction: str
    """Id of the transaction that proposed it."""
    until: int
    """Block time after which it can only be expired, seconds since 1970-01-01T00:00:00Z."""
    waits_for: list[str]
    """Controllers whose approval is missing, sorted."""


class Propose(Message, frozen=True):
    """Propose an act that others have to approve, or more of the actor's own keys."""

    act: Annotated[str, msgspec.Meta(min_length=1, max_length=64, description="Name of the act.")]
    body: Annotated[dict[str, object], msgspec.Meta(description="The act's body.")]
    until: Until


class Approve(Message, frozen=True):
    """Approve a proposed act; the last approval needed carries it out."""

    act_hash: ActHash
    until: Until


class Withdraw(Message, frozen=True):
    """Take back a proposal, or the actor's own approval of one, before it is carried out."""

    act_hash: ActHash


class Expire(Message, frozen=True):
    """Clear away a proposal whose time is over."""

    act_hash: ActHash


def proposal_key(act_hash: str) -> str:
    """State key of a proposal."""
    return f"proposal/{act_hash}"


def proposed_hash(network: str, actor: str, message: Propose) -> str:
    """The act hash of a proposal: what a transaction of the same members would have."""
    content = {
        "act": message.act,
        "actor": actor,
        "body": message.body,
        "network": network,
        "valid_until": message.until,
    }
    return sha256_hex(encode(content))  # type: ignore[arg-type]  # canonical, as it was decoded


def rules(acts: Acts) -> tuple[Rule, ...]:
    """The four acts, for proposals of these."""

    def propose(view: View, message: Propose, context: Context) -> Effects:
        """Carry the act out, or let it wait for who has to approve it.

        Raises:
            NotProposableError: it is one of these four acts.
            UnknownActError: there is no such act.
            BadUntilError: the end is past, or more than 90 days ahead.
            ProposedAlreadyError: the same act is proposed.
            LedgerError: whatever the act itself is refused for, missing approvals aside.
        """
        return _propose(acts, view, message, context)

    def approve(view: View, message: Approve, context: Context) -> Effects:
        """Add the approvals of the keys that signed, and carry the act out if that is all.

        Raises:
            UnknownProposalError: nothing is proposed under the act hash.
            ProposalEndedError: its time is over.
            NotAwaitedError: it does not wait for the actor.
            BadUntilError: the approval's end is past, or more than 90 days ahead.
            LedgerError: whatever the act itself is refused for by now.
        """
        return _approve(acts, view, message, context)

    return (
        Rule(
            "identity.PROPOSE",
            Propose,
            propose,
            (NotProposableError, UnknownActError, BadUntilError, ProposedAlreadyError),
            needs_one_key=True,
        ),
        Rule(
            "identity.APPROVE",
            Approve,
            approve,
            (UnknownProposalError, ProposalEndedError, NotAwaitedError, BadUntilError),
            needs_one_key=True,
        ),
        Rule(
            "identity.WITHDRAW",
            Withdraw,
            withdraw,
            (UnknownProposalError, NotApproverError),
            needs_one_key=True,
        ),
        Rule(
            "identity.EXPIRE",
            Expire,
            expire,
            (UnknownProposalError, ProposalRunsError),
            needs_one_key=True,
        ),
    )


def _propose(acts: Acts, view: View, message: Propose, context: Context) -> Effects:
    if message.act in OWN:
        raise NotProposableError(message.act)
    rule = acts.get(message.act)
    if rule is None:
        raise UnknownActError(message.act)
    _check_until(message.until, context)
    act_hash = proposed_hash(context.network, context.actor, message)
    if view.get(proposal_key(act_hash)) is not None:
        raise ProposedAlreadyError(act_hash)
    if context.agent:
        for name, body in rule.acts(view, rule.parse(message.body), context.actor):
            mandate.require_mandate(view, context.actor, context.agent, name, context.time_s)
            policy.require_policy(view, context.agent, context.signers, name, body)
    proposal = Proposal(
        act=message.act,
        actor=context.actor,
        approvals=_given(context, message.until),
        body=decode_object(encode(message.body)),  # type: ignore[arg-type]  # sorted at all depths
        transaction=context.transaction,
        until=message.until,
        waits_for=[],
    )
    return _try(rule, view, act_hash, proposal, context)


def _approve(acts: Acts, view: View, message: Approve, context: Context) -> Effects:
    proposal = load(view, message.act_hash)
    if proposal.until < context.time_s:
        raise ProposalEndedError(f"it ended at {proposal.until}")
    _check_not_for_another(context)
    if context.actor not in _awaited(view, proposal, context):
        raise NotAwaitedError(f"it waits for {', '.join(proposal.waits_for)}")
    _check_until(message.until, context)
    rule = acts.get(proposal.act)
    if rule is None:
        raise UnknownActError(proposal.act)
    given = _given(context, message.until)
    again = {(one.controller, one.kid) for one in given}
    kept = [one for one in proposal.approvals if (one.controller, one.kid) not in again]
    changed = msgspec.structs.replace(proposal, approvals=[*kept, *given])
    return _try(rule, view, message.act_hash, changed, context)


def withdraw(view: View, message: Withdraw, context: Context) -> Effects:
    """Take back the whole proposal if it is the actor's, otherwise the actor's approvals.

    Raises:
        UnknownProposalError: nothing is proposed under the act hash.
        NotApproverError: the actor has approved nothing in it.
    """
    proposal = load(view, message.act_hash)
    _check_not_for_another(context)
    told = {"act_hash": message.act_hash, "actor": context.actor}
    if proposal.actor == context.actor:
        event = Event("identity.proposal_withdrawn", told)
        return Effects({proposal_key(message.act_hash): None}, (event,))
    kept = [one for one in proposal.approvals if one.controller != context.actor]
    if len(kept) == len(proposal.approvals):
        raise NotApproverError(context.actor)
    waits_for = sorted({*proposal.waits_for, context.actor})
    changed = msgspec.structs.replace(proposal, approvals=kept, waits_for=waits_for)
    return Effects(
        {proposal_key(message.act_hash): encode_record(changed)},
        (Event("identity.approval_withdrawn", told),),
    )


def expire(view: View, message: Expire, context: Context) -> Effects:
    """Clear a proposal away once its time is over; anybody may.

    Raises:
        UnknownProposalError: nothing is proposed under the act hash.
        ProposalRunsError: its time is not over.
    """
    proposal = load(view, message.act_hash)
    if proposal.until >= context.time_s:
        raise ProposalRunsError(f"it runs until {proposal.until}")
    told = {"act_hash": message.act_hash, "actor": proposal.actor}
    return Effects(
        {proposal_key(message.act_hash): None}, (Event("identity.proposal_expired", told),)
    )


OWN = ("identity.PROPOSE", "identity.APPROVE", "identity.WITHDRAW", "identity.EXPIRE")


def load(view: View, act_hash: str) -> Proposal:
    """A waiting proposal.

    Raises:
        UnknownProposalError: nothing is proposed under the act hash.
    """
    data = view.get(proposal_key(act_hash))
    if data is None:
        raise UnknownProposalError(act_hash)
    return decode_record(data, Proposal)


def _check_until(until: int, context: Context) -> None:
    if not context.time_s <= until <= context.time_s + APPROVAL_S_MAX:
        raise BadUntilError(f"from {context.time_s} to {context.time_s + APPROVAL_S_MAX}")


def _check_not_for_another(context: Context) -> None:
    if context.agent:
        raise NoMandateError("approvals are given and withdrawn by the party itself")


def _given(context: Context, until: int) -> list[Approval]:
    """What the transaction's signatures approve: key by key, or whole where an agent signed."""
    kids = sorted(set(context.signers))
    if context.agent:
        kids = kids[:1]
    return [
        Approval(
            agent=context.agent,
            controller=context.actor,
            kid=kid,
            transaction=context.transaction,
            until=until,
        )
        for kid in kids
    ]


def _awaited(view: View, proposal: Proposal, context: Context) -> list[str]:
    """Whom it waits for now: also whoever approved, but whose approval has ended meanwhile."""
    lapsed = {one.controller for one in proposal.approvals if one.until < context.time_s}
    short = {
        one.controller
        for one in proposal.approvals
        if not _has_approved(view, one.controller, proposal, (), context)
    }
    return sorted({*proposal.waits_for, *lapsed, *short})


def _try(rule: Rule, view: View, act_hash: str, proposal: Proposal, context: Context) -> Effects:
    """Carry the act out as it stands now, or keep it with whom it waits for."""
    message = rule.parse(proposal.body)
    givers = sorted({one.controller for one in proposal.approvals})
    whole = rule.acts(view, message, proposal.actor)
    asked = {one: whole if one == proposal.actor else whole[:1] for one in givers}
    approved = [one for one in givers if _has_approved(view, one, proposal, asked[one], context)]
    missing = [] if proposal.actor in approved else [proposal.actor]
    inner = msgspec.structs.replace(
        context,
        actor=proposal.actor,
        approvals=tuple(one for one in approved if one != proposal.actor),
        agent="",
    )
    try:
        effects = rule.apply(view, message, inner)
    except ApprovalNeededError as needed:
        return _waiting(act_hash, proposal, [*missing, *needed.controllers], context)
    if missing:
        return _waiting(act_hash, proposal, missing, context)
    if len(effects.writes) >= KEYS_TOUCHED_MAX:
        raise TooManyKeysError(f"{len(effects.writes)}; at most {KEYS_TOUCHED_MAX - 1}")
    return _carried_out(act_hash, proposal, effects, inner)


def _has_approved(
    view: View,
    controller: str,
    proposal: Proposal,
    acts: Sequence[Act],
    context: Context,
) -> bool:
    """Whether the approvals a controller gave are enough, as its keys and policy stand now."""
    given = [
        one
        for one in proposal.approvals
        if one.controller == controller and one.until >= context.time_s
    ]
    if any(one.agent and _holds(view, one, proposal, acts, context) for one in given):
        return True
    record = state.load_controller(view, controller)
    active = state.active_keys(record)
    kids = [one.kid for one in given if one.kid in active and not one.agent]
    if len(set(kids)) < record.threshold:
        return False
    try:
        for name, message in acts:
            policy.require_policy(view, controller, kids, name, message)
    except FourEyesError:
        return False
    return True


def _holds(
    view: View, given: Approval, proposal: Proposal, acts: Sequence[Act], context: Context
) -> bool:
    names = {proposal.act, *(name for name, _ in acts)}
    try:
        for name in sorted(names):
            mandate.require_mandate(view, given.controller, given.agent, name, context.time_s)
    except LedgerError:
        return False
    return True


def _waiting(act_hash: str, proposal: Proposal, missing: list[str], context: Context) -> Effects:
    waits_for = sorted(set(missing))
    kept = msgspec.structs.replace(proposal, waits_for=waits_for)
    told = {
        "act": proposal.act,
        "act_hash": act_hash,
        "actor": proposal.actor,
        "by": context.actor,
        "waits_for": " ".join(waits_for),
    }
    return Effects(
        {proposal_key(act_hash): encode_record(kept)}, (Event("identity.act_waits", told),)
    )


def _carried_out(act_hash: str, proposal: Proposal, effects: Effects, context: Context) -> Effects:
    transactions = [proposal.transaction]
    for one in proposal.approvals:
        if one.transaction not in transactions:
            transactions.append(one.transaction)
    told = {
        "act": proposal.act,
        "act_hash": act_hash,
        "actor": proposal.actor,
        "transactions": " ".join(transactions),
    }
    return Effects(
        {**effects.writes, proposal_key(act_hash): None},
        (Event("identity.act_carried_out", told), *effects.events),
        made_as=context,
    )
