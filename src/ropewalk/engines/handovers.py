# SPDX-License-Identifier: Apache-2.0
"""Headers with their votes, and the hand-overs from one set of validators to the next.

What proves a title to a stranger begins at the genesis: each change of the set is shown by the
header that names the next one, signed by the set before. The hand-overs are kept beside the ledger
(`handovers.json`), since a copy that joined by a snapshot has no older blocks; each proves itself.

Only what holds is remembered or shown. A commit may hold for CometBFT and not by our rule; another
one for the same block may then be had: at first the votes that this node saw, then those that
everybody keeps.
"""

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from ropewalk.crypto import from_base64url
from ropewalk.engines.cometbft_rpc import CometRpc
from ropewalk.engines.disk import replace_durably
from ropewalk.engines.errors import EngineAwayError, RpcRefusedError
from ropewalk.ledger import Genesis
from ropewalk.tlog import (
    Change,
    ConsensusProof,
    ProofError,
    SignedHeader,
    Validator,
    ValidatorsError,
    ValidatorSet,
    consensus_to_json,
    holding,
    named_set,
    named_validators,
    signed_header_from_rpc,
    validators_from_rpc,
    verify_commit,
)

HEADERS_KEPT_MAX = 64
_KNOWN = msgspec.json.Decoder(dict[int, Change])


class Handovers:
    """Asks the node's own CometBFT, and remembers."""

    def __init__(self, path: Path, rpc: CometRpc, chain_id: str, first: ValidatorSet) -> None:
        """Remember what is on the disk; `first` are the genesis' validators."""
        self._path, self._rpc, self._chain_id = path, rpc, chain_id
        self._asking = threading.Lock()
        """Held while CometBFT is asked, which may take long."""
        self._keeping = threading.Lock()
        """Held while a new `_known` is put in the old one's place and stored."""
        self._headers: dict[int, SignedHeader] = {}
        self._known = _holding(chain_id, first, _remembered(path))

    def proof(self, height: int, handovers: Sequence[int]) -> dict[str, Any]:
        """A header with its votes, and every hand-over up to it, as JSON.

        Args:
            height: of the header.
            handovers: heights whose headers name another set for the next height.

        Raises:
            EngineAwayError: CometBFT does not answer.
            RpcRefusedError: it has no such height.
            ProofError: too few of the votes that it shows hold.
        """
        with self._asking:
            changes = [self._change(at) for at in handovers if at < height]
            signed = self._header(height)
        proof = ConsensusProof(commit=signed.commit, header=signed.header, changes=changes)
        return consensus_to_json(proof)

    def known(self, heights: Sequence[int]) -> list[Change] | None:
        """The hand-overs at these heights; None where one is not known. Waits for nobody."""
        known = self._known
        if any(height not in known for height in heights):
            return None
        return [known[height] for height in heights]

    def fetch(self, heights: Sequence[int]) -> bool:
        """Ask for the hand-overs at these heights that are not known; whether all are known now."""
        missing = [height for height in heights if height not in self._known]
        for height in missing:
            try:
                with self._asking:
                    self._change(height)
            except EngineAwayError:
                return False
            except (RpcRefusedError, ProofError):
                continue
        return all(height in self._known for height in heights)

    def adopt(self, changes: Sequence[Change]) -> None:
        """Keep hand-overs that another member showed, once they are checked.

        Raises:
            OSError: they are not on the disk; nobody may show them again.
        """
        with self._keeping:
            self._known = {**self._known, **{change.header.height: change for change in changes}}
            self._store()

    def _change(self, height: int) -> Change:
        """A hand-over, asked for where it is not known."""
        found = self._known.get(height)
        if found is None:
            found = self._handover(height)
            with suppress(OSError):  # it is shown without, and stored with the next one
                self.adopt([found])
        return found

    def _header(self, height: int) -> SignedHeader:
        found = self._headers.get(height)
        if found is None:
            signed = signed_header_from_rpc(self._rpc.commit(height))
            validators = validators_from_rpc(self._rpc.validators(height))
            found = holding(self._chain_id, validators, signed)
            verify_commit(self._chain_id, validators, found)
            while len(self._headers) >= HEADERS_KEPT_MAX:
                del self._headers[next(iter(self._headers))]
            self._headers[height] = found
        return found

    def _handover(self, height: int) -> Change:
        signed = self._header(height)
        following = validators_from_rpc(self._rpc.validators(height + 1))
        if following.hash.hex() != signed.header.next_validators_hash:
            raise ValidatorsError(f"the header at {height} names another next set")
        return Change(commit=signed.commit, header=signed.header, next=named_validators(following))

    def _store(self) -> None:
        known = {height: self._known[height] for height in sorted(self._known)}
        replace_durably(self._path, msgspec.json.encode(known))


def first_set(genesis: Genesis) -> ValidatorSet:
    """The validators of the genesis, as consensus counts them."""
    return ValidatorSet.of(
        Validator(from_base64url(one.key), one.power) for one in genesis.validators
    )


def _remembered(path: Path) -> dict[int, Change]:
    """What is kept on the disk; nothing where it is damaged, for all of it can be asked again."""
    try:
        known = _KNOWN.decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError):
        return {}
    return {height: change for height, change in known.items() if change.header.height == height}


def _holding(chain_id: str, first: ValidatorSet, known: Mapping[int, Change]) -> dict[int, Change]:
    """Those that hold, as far as the one before tells who had to sign: a bit may have turned."""
    found, validators = dict[int, Change](), first
    for height in sorted(known):
        change = known[height]
        try:
            following = named_set(change.next)
            if following.hash.hex() != change.header.next_validators_hash:
                continue
            if validators.hash.hex() == change.header.validators_hash:
                verify_commit(chain_id, validators, change)
        except ProofError:
            continue
        found[height] = change
        validators = following
    return found
