# SPDX-License-Identifier: Apache-2.0
"""Headers with their votes, and the hand-overs from one set of validators to the next.

What proves a title to a stranger begins at the genesis: each change of the set is shown by the
header that names the next one, signed by the set before. The hand-overs are kept beside the ledger
(`handovers.json`), since a copy that joined by a snapshot has no older blocks; each proves itself.
"""

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from ropewalk.crypto import to_base64url
from ropewalk.engines.cometbft_rpc import CometRpc
from ropewalk.tlog import (
    Change,
    ConsensusProof,
    NamedValidator,
    SignedHeader,
    consensus_to_json,
    holding,
    signed_header_from_rpc,
    validators_from_rpc,
)

HEADERS_KEPT_MAX = 64
_KNOWN = msgspec.json.Decoder(dict[int, Change])


class Handovers:
    """Asks the node's own CometBFT, and remembers."""

    def __init__(self, path: Path, rpc: CometRpc, chain_id: str) -> None:
        self._path, self._rpc, self._chain_id = path, rpc, chain_id
        self._lock = threading.Lock()
        self._headers: dict[int, SignedHeader] = {}
        self._known = _remembered(path)

    def proof(self, height: int, handovers: Sequence[int]) -> dict[str, Any]:
        """A header with its votes, and every hand-over up to it, as JSON.

        Args:
            height: of the header.
            handovers: heights whose headers name another set for the next height.

        Raises:
            EngineAwayError: CometBFT does not answer.
            RpcRefusedError: it has no such height.
        """
        with self._lock:
            changes = self.changes([at for at in handovers if at < height])
            signed = self._header(height)
        proof = ConsensusProof(commit=signed.commit, header=signed.header, changes=changes)
        return consensus_to_json(proof)

    def changes(self, heights: Sequence[int]) -> list[Change]:
        """The hand-overs at these heights; what is new among them is kept on the disk."""
        new = [height for height in heights if height not in self._known]
        for height in new:
            self._known[height] = self._handover(height)
        if new:
            self._store()
        return [self._known[height] for height in heights]

    def adopt(self, changes: Sequence[Change]) -> None:
        """Keep hand-overs that another member showed, once they are checked."""
        with self._lock:
            self._known.update({change.header.height: change for change in changes})
            self._store()

    def _header(self, height: int) -> SignedHeader:
        found = self._headers.get(height)
        if found is None:
            signed = signed_header_from_rpc(self._rpc.commit(height))
            validators = validators_from_rpc(self._rpc.validators(height))
            found = holding(self._chain_id, validators, signed)
            while len(self._headers) >= HEADERS_KEPT_MAX:
                del self._headers[next(iter(self._headers))]
            self._headers[height] = found
        return found

    def _handover(self, height: int) -> Change:
        signed = self._header(height)
        following = validators_from_rpc(self._rpc.validators(height + 1))
        named = [
            NamedValidator(key=to_base64url(one.public_key), power=one.power)
            for one in following.validators
        ]
        return Change(commit=signed.commit, header=signed.header, next=named)

    def _store(self) -> None:
        beside = self._path.with_suffix(".new")
        with beside.open("wb") as file:
            file.write(msgspec.json.encode({at: self._known[at] for at in sorted(self._known)}))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)


def _remembered(path: Path) -> dict[int, Change]:
    """What is kept on the disk; nothing where it is damaged, for all of it can be asked again."""
    try:
        known = _KNOWN.decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError):
        return {}
    return {height: change for height, change in known.items() if change.header.height == height}
