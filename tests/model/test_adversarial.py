# SPDX-License-Identifier: Apache-2.0
"""Random adversarial histories against the independent model (G12).

`ROPEWALK_SEED` and `ROPEWALK_ACTS` choose another game; the seed is printed.
"""

import os
import sys
from collections.abc import Sequence

import pytest

from ledger.world import IDS, content, genesis, inspected, key, kid, settled, signed
from model.adversary import Adversary, DisagreementError, Tally
from model.cast import NAMES_BY_KID, PARTIES
from model.shapes import SHAPES
from model.title_model import Body
from ropewalk.crypto import encode
from ropewalk.ledger import Candidate
from ropewalk.ledger.limits import TRANSACTION_SIZE_MAX
from ropewalk.rules import V1

SEED = int(os.environ.get("ROPEWALK_SEED", "20260101"))
ACTS = int(os.environ.get("ROPEWALK_ACTS", "100000"))
GAME = 50_000
"""Acts of one game at most."""
OTHER_GAME = 14_000
SIGNED_ACTS = 1_500
ACCEPTED_IN_1000 = 0.2
"""At least so often is each act accepted, of a thousand tried."""
SELDOM = {"identity.ACTIVATE_PROTOCOL", "identity.EXCLUDE_MEMBER", "identity.RESIGN_MEMBER"}
NEVER_MET = {
    "identity.already_registered",
    "ledger.too_many_keys",
}
"""Refusals for which there is no cheap game: their own tests meet them."""


UNREACHABLE = {
    ("cargo.GATE_OUT", "identity.unknown_controller"),
    ("capital.REFUND_SUSPENSE", "capital.not_customer"),
}
"""A collector is the right's holder or its driver, who are known; an account is never closed."""
RARE = {
    ("capital.DISCOUNT", "capital.too_many_recourses"),
    ("exchange.ESCROW_DEPOSIT", "capital.bad_amount"),
    ("exchange.ESCROW_DEPOSIT", "capital.too_many_recourses"),
    ("exchange.ESCROW_DEPOSIT", "exchange.leg_broken"),
    ("exchange.ESCROW_TITLE", "title.may_not_endorse"),
    ("exchange.SETTLE", "capital.bad_amount"),
    ("exchange.SETTLE", "capital.too_many_recourses"),
    *(
        (f"exchange.{act}", "exchange.unknown")
        for act in ("CONFIRM_PAYMENT", "ESCROW_RECEIVABLE", "ESCROW_TITLE", "RETURN", "SETTLE")
    ),
}
"""For which chance is too seldom right: their vectors meet them."""
BASES = {"INDEMNITY", "SURRENDER", "WAYBILL"}


class SigningAdversary(Adversary):
    """An adversary whose transactions are really signed and really inspected."""

    def seal(self, told: Body, signers: Sequence[str]) -> Candidate:
        """A transaction signed by these keys, as far as it fits into one."""
        if len(encode(dict(told))) * 4 // 3 > TRANSACTION_SIZE_MAX - 2_000:
            told = content("shipper", "title.SIGN", {}, told["valid_until"], told["network"])
        return inspected(signed(told, [NAMES_BY_KID[one] for one in signers]))


@pytest.fixture(scope="module")
def tally() -> Tally:
    """Games one after the other: in a game that is too long every key was used up.

    Short ones on an embedded ledger, and on a consortium that is full.
    """
    sys.stdout.write(f"seed {SEED}, {ACTS} acts\n")
    found = Tally()
    for number in range(0, ACTS, GAME):
        found.add(Adversary(SEED + number // GAME).play(min(GAME, ACTS - number)))
    for data in (genesis(), genesis(validators={str(number): 10 for number in range(64)})):
        found.add(Adversary(SEED, settled(data)).play(min(OTHER_GAME, ACTS)))
    return found


def test_machine_and_model_agree_on_every_adversarial_act(tally: Tally) -> None:
    assert tally.acts >= ACTS
    assert tally.outcomes["committed"] > tally.acts // 5


def test_the_model_knows_every_act_and_no_other() -> None:
    assert set(SHAPES) == set(V1.rules)


WHOLE_GAME = pytest.mark.skipif(ACTS < 2 * GAME, reason="a short game does not meet everything")


@WHOLE_GAME
@pytest.mark.parametrize("act", sorted(SHAPES))
def test_every_act_is_accepted_and_refused_often_enough(act: str, tally: Tally) -> None:
    """A game that never tried something says nothing about it."""
    often = tally.acts * ACCEPTED_IN_1000 / 1_000 / (3 if act in SELDOM else 1)
    assert tally.accepted.get(act, 0) >= often
    assert tally.refused.get(act, 0) >= often / 2


@WHOLE_GAME
def test_the_adversary_meets_every_refusal(tally: Tally) -> None:
    refusals = {error.code for rule in V1.rules.values() for error in rule.refusals}
    assert refusals - set(tally.outcomes) - NEVER_MET == set()


@WHOLE_GAME
@pytest.mark.parametrize(
    "act", [one for one in sorted(SHAPES) if one.startswith(("capital.", "cargo.", "exchange."))]
)
def test_every_act_of_these_rooms_is_refused_for_every_reason(act: str, tally: Tally) -> None:
    refusals = {(act, error.code) for error in V1.rules[act].refusals}
    assert refusals - tally.met - UNREACHABLE - RARE == set()


@WHOLE_GAME
@pytest.mark.parametrize("act", ["title.ISSUE", "title.SPLIT"])
def test_bills_are_refused_for_every_reason_of_cargo(act: str, tally: Tally) -> None:
    refusals = {(act, one.code) for one in V1.rules[act].refusals if one.code.startswith("cargo.")}
    assert refusals - tally.met == set()


@WHOLE_GAME
def test_boxes_leave_once_and_on_every_basis(tally: Tally) -> None:
    """A second exit, or one that a title's release did not carry, ends the game (`exits.py`)."""
    assert sum(tally.exits.values()) > tally.acts / 1_000
    assert {basis for bases in tally.exits for basis in bases.split()} == BASES


@WHOLE_GAME
def test_the_adversary_convicts_validators(tally: Tally) -> None:
    assert set(tally.convicted) == {"identity.validator_kept", "identity.validator_removed"}


def test_machine_and_model_agree_where_every_act_is_really_signed() -> None:
    found = SigningAdversary(SEED + 1).play(SIGNED_ACTS)
    assert found.outcomes["committed"] > SIGNED_ACTS // 5


def test_a_disagreement_ends_the_game() -> None:
    adversary = Adversary(13)
    adversary.play(200)
    adversary.ledger.people[IDS["bank"]].threshold = 16
    with pytest.raises(DisagreementError):
        adversary.play(5_000)


def test_one_seed_is_one_game() -> None:
    games = [Adversary(11) for _ in range(2)]
    assert games[0].play(1_000) == games[1].play(1_000)
    assert games[0].world.state == games[1].world.state


def test_keys_are_those_of_their_names() -> None:
    assert key("shipper").kid == kid("shipper")
    assert len({IDS[name] for name in PARTIES}) == len(PARTIES)
