# SPDX-License-Identifier: Apache-2.0
"""Planted bugs of the rules: each must be caught by a harness, or the harness is no good.

`python tests/planted/rules.py` runs every mutant in a process of its own, prints a line for each
and ends with 0 only if all were caught and the unchanged program was not. With a mutant's name it
runs that one: 0 when caught, 3 when it survived.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from ledger.vectors import VECTORS, outcome  # noqa: E402
from ledger.world import settled  # noqa: E402
from model.adversary import Adversary  # noqa: E402
from model.small_world import SmallWorld  # noqa: E402
from planted.hall import EXCHANGE_BUGS  # noqa: E402
from planted.life import PLAYED_BUGS, TITLE_BUGS  # noqa: E402
from planted.market import CAPITAL_BUGS  # noqa: E402
from planted.planting import after, put, put_book, put_rule  # noqa: E402
from planted.quay import CARGO_BUGS  # noqa: E402
from ropewalk import crypto, identity, ledger, rules, tlog  # noqa: E402
from ropewalk.crypto import jws, signature  # noqa: E402
from ropewalk.identity.errors import (  # noqa: E402
    RevokedKeyError,
    ThresholdNotMetError,
    UnknownKeyError,
)
from ropewalk.ledger import (  # noqa: E402
    Context,
    Effects,
    LedgerError,
    StopError,
    View,
    replay,
)
from ropewalk.title import endorse, errors, state, transfer  # noqa: E402
from ropewalk.tlog import tree  # noqa: E402
from title.bills import ISSUE, issue_body  # noqa: E402

CAUGHT, SURVIVED = 0, 3
ADVERSARIAL_ACTS = 10_000
LONG_ACTS = 30_000
SMALL_DEPTH = 4
Plant = Callable[[], None]
Harness = Callable[[], None]


# the harnesses


def adversary() -> None:
    """Random adversarial acts against the independent model."""
    Adversary(5).play(ADVERSARIAL_ACTS)


def long_game() -> None:
    """The same for longer: some bugs need a rare history."""
    for seed in (5, 6, 7, 8):
        Adversary(seed).play(LONG_ACTS)


def small_world() -> None:
    """Everything that can happen to one title in a few acts."""
    for kind in ("to_order", "straight"):
        SmallWorld(kind).walk(SMALL_DEPTH)


def vectors() -> None:
    """Golden vectors of every act."""
    for path in sorted(VECTORS.glob("title/*/*/tx.json")):
        before = json.loads((path.parent / "pre.json").read_text(encoding="utf-8"))
        view = {key: text.encode() for key, text in before.items()}
        result = outcome(view, json.loads(path.read_text(encoding="utf-8")))
        refused = path.parent / "refused.json"
        expected = json.loads(refused.read_text(encoding="utf-8")) if refused.exists() else {}
        found = result.code if isinstance(result, LedgerError) else None
        assert found == expected.get("code"), path.parent


def transactions() -> None:
    """Whole signed transactions, forged and honest."""
    path = VECTORS / "ledger" / "transactions.json"
    for case in json.loads(path.read_text(encoding="utf-8"))["cases"]:
        refusal = ledger.refusal_of(case["transaction"])
        found = None if refusal is None else refusal.code
        assert found == case.get("code"), case["name"]


def signatures() -> None:
    """Edge cases of Ed25519."""
    for name in ("ed25519.json", "ed25519_speccheck.json"):
        text = (VECTORS / "crypto" / name).read_text(encoding="utf-8")
        for case in json.loads(text)["cases"]:
            parts = [bytes.fromhex(case[part]) for part in ("key", "message", "signature")]
            assert crypto.verify_signature(*parts) == case["accepted"], case


def tree_vectors() -> None:
    """Roots of the log, as RFC 9162 has them."""
    text = (VECTORS / "tlog" / "tree.json").read_text(encoding="utf-8")
    for case in json.loads(text)["cases"]:
        frontier = tlog.Frontier()
        for entry in case["entries"]:
            frontier.append(tree.leaf_hash(bytes.fromhex(entry)))
        assert frontier.root().hex() == case["root"], case["name"]


def hash_seeds() -> None:
    """The same history in processes with other hash seeds has the same state."""
    seen = set()
    for seed in ("1", "2", "3", "4"):
        done = subprocess.run(
            [sys.executable, __file__, "--state", sys.argv[1]],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        seen.add(done.stdout)
    assert len(seen) == 1, "the state depends on the hash seed"


def commitments() -> None:
    """A document's commitment must not follow from the document alone."""
    salts = (bytes(32), b"\x01" * 32)
    found = {crypto.document_commitment(salt, b"document", bytes(32)) for salt in salts}
    assert len(found) == len(salts), "two salts, one commitment"


# the bugs


def no_compare_and_set() -> None:
    """A stale act is taken for a fresh one."""

    def load(view: View, message: state.ActOnTitle) -> state.Title:
        return state.load_any(view, message.title)

    put(state, "load_seen", load)


def set_order() -> None:
    """A record is written in the order of a set."""
    old = rules.V1.rules[ISSUE].apply

    def issue(view: View, message: Any, context: Context) -> Effects:
        effects = old(view, message, context)
        writes = {one: effects.writes[one] for one in set(effects.writes)}
        first = next(iter(writes))
        return Effects({**writes, "first": first.encode()}, effects.events)

    put_rule(ISSUE, issue)


def unsalted_commitment() -> None:
    """The salt is forgotten."""

    def commitment(_salt: bytes, data: bytes, checksum: bytes) -> str:
        return crypto.sha256_hex(crypto.sha256(data) + checksum)

    put(crypto, "document_commitment", commitment)


def no_node_prefix() -> None:
    """Inner nodes are hashed without their prefix."""

    def sha256(data: bytes) -> Any:
        inner = len(data) == 65 and data.startswith(b"\x01")
        return hashlib.sha256(data[1:] if inner else data)

    put(tree, "sha256", sha256)


def no_leaf_prefix() -> None:
    """Leaves are hashed without their prefix."""
    put(tree, "leaf_hash", crypto.sha256)


def algorithm_of_the_header() -> None:
    """`alg` is believed: `none` asks for no signature."""
    old = jws.take_apart

    def take_apart(text: str, typ: str) -> jws.Signed:
        header, _, rest = text.partition(".")
        if b'"alg":"none"' in crypto.from_base64url(header):
            good = crypto.from_base64url(header).replace(b'"none"', b'"Ed25519"')
            signed = old(f"{crypto.to_base64url(good)}.{rest}", typ)
            signing_input = text.rpartition(".")[0].encode()
            return jws.Signed(signed.kid, signed.payload, signing_input, signed.signature)
        return old(text, typ)

    put(ledger.transaction, "take_apart", take_apart)


def type_is_ignored() -> None:
    """A consent serves as a transaction, and the other way round."""
    old = jws.take_apart

    def take_apart(text: str, typ: str) -> jws.Signed:
        try:
            return old(text, typ)
        except jws.HeaderError:
            other = jws.CONSENT_TYPE if typ == jws.TRANSACTION_TYPE else jws.TRANSACTION_TYPE
            return old(text, other)

    put(ledger.transaction, "take_apart", take_apart)


def loose_signature_rule() -> None:
    """Another library decides, which reduces S and takes keys of small order."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PublicKey,
    )

    def verify(public_key: bytes, message: bytes, signed: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(signed, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    put(crypto, "verify_signature", verify)
    put(signature, "verify_signature", verify)


def replay_not_remembered() -> None:
    """A transaction is forgotten as soon as it was logged."""
    put(replay.ReplayLists, "contains", lambda *_: False)


def revoked_key_accepted() -> None:
    """Revocation is not looked at."""

    def require_valid(controller: identity.Controller, kid: str, position: int) -> None:
        if not any(key.kid == kid and key.added < position for key in controller.keys):
            raise UnknownKeyError(kid)

    put(sys.modules["ropewalk.identity.authorise"], "_require_valid", require_valid)


def _authorising(refusal: type[LedgerError], back: int) -> None:
    """Authorise all the same where it is refused for this, as if so many positions earlier."""

    def authorise(
        view: View, actor: str, signers: Sequence[str], position: int, *, one_key: bool = False
    ) -> None:
        try:
            identity.authorise(view, actor, signers, position, one_key=one_key)
        except refusal:
            if back:
                identity.authorise(view, actor, signers, position - back, one_key=one_key)

    put_book(authorise=authorise)


def threshold_not_counted() -> None:
    """One key of a joint controller is enough."""
    _authorising(ThresholdNotMetError, 0)


def key_counts_too_early() -> None:
    """A key authorises at the very position that revokes it."""
    _authorising(RevokedKeyError, 2)


def rejection_to_the_shipper() -> None:
    """SREJ gives the bill to the shipper, whoever surrendered it."""
    after("title.SREJ", lambda _, now: {"possessor": now.shipper})


def refusal_keeps_the_endorsement() -> None:
    """A refused transfer gives back possession and not the endorsement."""
    after("title.REFUSE_TRANSFER", lambda was, _: {"endorsee": was.endorsee if was else ""})


def mere_possessor_endorses() -> None:
    """Whoever possesses the bill may endorse it in blank."""

    def blank(view: View, message: endorse.BlankEndorse, context: Context) -> Effects:
        found = state.held(view, message, context)
        if not found.is_to_order:
            raise errors.NotNegotiableError(found.reference)
        return endorse._endorsed(found, message, context, "", may_endorse=True)

    put_rule("title.BLANK_ENDORSE", blank)


def straight_bill_endorsed() -> None:
    """Nobody asks whether the bill is to order."""

    def endorsable(view: View, message: state.ActOnTitle, context: Context) -> state.Title:
        found = state.held(view, message, context)
        if found.endorsee not in {context.actor, ""}:
            raise errors.NotEndorseeError(context.actor)
        if not found.endorsee_may_endorse:
            raise errors.MayNotEndorseError(context.actor)
        return found

    put(endorse, "_endorsable", endorsable)


def anybody_surrenders() -> None:
    """Possession is enough to claim under the bill."""
    put(state, "may_claim", lambda *_: True)


def straight_bill_to_anybody() -> None:
    """A straight bill moves to whomever."""
    put(transfer, "check_recipient", lambda *_: None)


def anybody_transfers() -> None:
    """Possession is not asked for."""
    put(state, "require_possessor", lambda *_: None)


def nothing() -> None:
    """No bug: every harness must pass."""


def everything() -> None:
    """All harnesses, one after the other."""
    for harness in (
        adversary,
        small_world,
        vectors,
        transactions,
        signatures,
        tree_vectors,
        commitments,
    ):
        harness()
    hash_seeds()


@dataclass(frozen=True, slots=True)
class Mutant:
    """A bug and the harness that must catch it."""

    plant: Plant
    harness: Harness


MUTANTS: Mapping[str, Mutant] = {
    mutant.plant.__name__: mutant
    for mutant in (
        Mutant(no_compare_and_set, adversary),
        Mutant(anybody_transfers, adversary),
        Mutant(replay_not_remembered, adversary),
        Mutant(revoked_key_accepted, adversary),
        Mutant(threshold_not_counted, adversary),
        Mutant(key_counts_too_early, adversary),
        Mutant(rejection_to_the_shipper, adversary),
        Mutant(refusal_keeps_the_endorsement, adversary),
        Mutant(mere_possessor_endorses, adversary),
        Mutant(straight_bill_endorsed, adversary),
        Mutant(straight_bill_to_anybody, adversary),
        Mutant(anybody_surrenders, adversary),
        Mutant(set_order, hash_seeds),
        Mutant(unsalted_commitment, commitments),
        Mutant(no_node_prefix, tree_vectors),
        Mutant(no_leaf_prefix, tree_vectors),
        Mutant(algorithm_of_the_header, transactions),
        Mutant(type_is_ignored, transactions),
        Mutant(loose_signature_rule, signatures),
        *(Mutant(bug, small_world) for bug in TITLE_BUGS),
        *(Mutant(bug, long_game) for bug in PLAYED_BUGS),
        *(Mutant(bug, long_game) for bug in CARGO_BUGS),
        *(Mutant(bug, long_game) for bug in CAPITAL_BUGS),
        *(Mutant(bug, long_game) for bug in EXCHANGE_BUGS),
    )
}


def state_of_a_history(name: str) -> None:
    """Print every record that a short history leaves, in the order in which it is kept."""
    if name in MUTANTS:
        MUTANTS[name].plant()
    world = settled()
    for number in range(12):
        world.act("carrier", ISSUE, issue_body("waybill", number))
        sys.stdout.write(f"{world.state}\n")


def run_one(name: str) -> int:
    """Plant one bug, or none, and see whether its harness notices."""
    mutant = MUTANTS.get(name) or Mutant(nothing, everything)
    mutant.plant()
    try:
        mutant.harness()
    except (AssertionError, StopError) as caught:  # a DisagreementError is one
        sys.stdout.write(f"{type(caught).__name__}: {str(caught).rpartition(chr(10))[2]}\n")
        return CAUGHT
    return SURVIVED


def run_all() -> int:
    """Every mutant in a process of its own, and the program as it is."""
    failures = 0
    for name in (*MUTANTS, "unchanged"):
        done = subprocess.run(
            [sys.executable, __file__, name], capture_output=True, text=True, check=False
        )
        expected = SURVIVED if name == "unchanged" else CAUGHT
        good = done.returncode == expected
        failures += not good
        told = (done.stdout.strip() or done.stderr.strip().rpartition("\n")[2])[:90]
        verdict = "passes" if name == "unchanged" and good else "caught" if good else "FAILED"
        sys.stdout.write(f"{verdict:7} {name.replace('_', ' '):32} {told}" + "\n")
        sys.stdout.flush()
    return 1 if failures else 0


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--state", chosen]:
            state_of_a_history(chosen)
        case [chosen]:
            raise SystemExit(run_one(chosen))
        case _:
            raise SystemExit(run_all())
