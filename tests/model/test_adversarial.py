# SPDX-License-Identifier: Apache-2.0
"""Random adversarial histories against the independent model (G12).

`ROPEWALK_SEED` and `ROPEWALK_ACTS` choose another game; the seed is printed.
"""

import os
import sys
from collections.abc import Mapping, Sequence

from ledger.world import (
    FIRM_KEYS,
    IDS,
    MINUTE_AHEAD,
    World,
    content,
    inspected,
    key,
    keys_of,
    kid,
    settled,
    signed,
)
from model.adversary import PARTIES, Adversary
from ropewalk.crypto import Value
from ropewalk.ledger import Candidate
from ropewalk.rules import V1

SEED = int(os.environ.get("ROPEWALK_SEED", "20260101"))
ACTS = int(os.environ.get("ROPEWALK_ACTS", "50000"))
SIGNED_ACTS = 1_000


class SigningWorld(World):
    """A world whose candidates are really signed and really inspected."""

    NAMES_BY_KID: Mapping[str, str] = {
        kid(name): name
        for name in (
            *PARTIES,
            *FIRM_KEYS,
            "governance",
            "governance 2",
            "stranger",
            "nobody",
            *(f"spare {number}" for number in range(400)),
        )
    }

    def candidate(
        self,
        actor: str,
        act: str,
        body: Mapping[str, Value],
        signers: Sequence[str] | None = None,
        valid_until: int | None = None,
    ) -> Candidate:
        """An act signed by an actor's own keys, unless told otherwise."""
        until = self.time_s + MINUTE_AHEAD if valid_until is None else valid_until
        names = keys_of(actor) if signers is None else [self.NAMES_BY_KID[one] for one in signers]
        return inspected(signed(content(actor, act, body, until, self.network), names))


def test_machine_and_model_agree_on_every_adversarial_act() -> None:
    sys.stdout.write(f"seed {SEED}, {ACTS} acts\n")
    tally = Adversary(SEED).play(ACTS)
    assert tally.acts >= ACTS
    assert tally.outcomes["committed"] > tally.acts // 5


def test_the_adversary_meets_every_refusal_of_the_titles_acts() -> None:
    """A game that never tried something says nothing about it."""
    tally = Adversary(7).play(8_000)
    refusals = {
        error.code
        for rule in V1.rules.values()
        if rule.name.startswith("title.")
        for error in rule.refusals
    }
    assert refusals - set(tally.outcomes) == set()


def test_machine_and_model_agree_where_every_act_is_really_signed() -> None:
    world = SigningWorld()
    ordinary = settled()
    world.state, world.height = ordinary.state, ordinary.height
    world.replay, world.position = ordinary.replay, ordinary.position
    world.time_s = ordinary.time_s
    tally = Adversary(SEED + 1, world).play(SIGNED_ACTS)
    assert tally.outcomes["committed"] > SIGNED_ACTS // 5


def test_one_seed_is_one_game() -> None:
    games = [Adversary(11) for _ in range(2)]
    assert games[0].play(600) == games[1].play(600)
    assert games[0].world.state == games[1].world.state


def test_keys_are_those_of_their_names() -> None:
    assert key("shipper").kid == kid("shipper")
    assert len({IDS[name] for name in PARTIES}) == len(PARTIES)
