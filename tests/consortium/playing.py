# SPDX-License-Identifier: Apache-2.0
"""The adversary of tests/model, playing for a consortium that runs: real signatures, real time.

What it plays is judged by the model as ever; the transactions, replays and refused ones among them,
are kept for real nodes. It leaves the validators alone, or the network would stand still.
"""

from collections.abc import Sequence

from ledger.world import inspected, settled, signed
from model.adversary import Adversary
from model.cast import NAMES_BY_KID, Move, port_registrations
from model.title_model import Body
from ropewalk.crypto import encode
from ropewalk.ledger import TRANSACTION_SIZE_MAX, Candidate

LEFT_ALONE = frozenset({"identity.ACTIVATE_PROTOCOL", "identity.SET_VALIDATOR"})


class Player(Adversary):
    """One game whose transactions are kept."""

    def __init__(self, seed: int, genesis: bytes, now_s: int) -> None:
        world = settled(genesis)
        world.time_s = now_s - len(port_registrations())  # a second and a block each
        super().__init__(seed, world)
        self.keys.validators.misbehaviour = lambda: ()  # type: ignore[method-assign]  # nobody is convicted
        self.played: list[str] = []

    def seal(self, told: Body, signers: Sequence[str]) -> Candidate:
        """A transaction signed by these keys, as far as it fits into one."""
        text = signed(told, [NAMES_BY_KID[one] for one in signers])
        if len(text) > TRANSACTION_SIZE_MAX:
            text = signed({**told, "body": {}}, [NAMES_BY_KID[signers[0]]])
        return inspected(text)

    def _candidate(self) -> Candidate:
        found = super()._candidate()
        self.played.append(found.text)
        return found

    def _seconds(self) -> int:
        return 0

    def _move(self) -> Move:
        while (found := super()._move()).act in LEFT_ALONE:
            pass
        return found

    def _agree_on(self, _key: str) -> None:
        """Model and machine differ by the genesis' time, which is not the model's here."""

    def _agree_on_everything(self) -> None:
        """As above."""


def played(seed: int, genesis: bytes, now_s: int, acts: int) -> list[str]:
    """Transactions of a game."""
    player = Player(seed, genesis, now_s)
    player.play(acts)
    assert all(len(encode({"t": one})) for one in player.played[:1])
    return player.played
