# SPDX-License-Identifier: Apache-2.0
"""Headers with their votes, and the hand-overs from one set of validators to the next.

What proves a title to a stranger begins at the genesis: each change of the set is shown by the
header that names the next one, signed by the set before. The hand-overs are kept beside the ledger
(`handovers.json`), since a copy that joined by a snapshot has no older blocks; each proves itself.
"""

import json
import os
import threading
from pathlib import Path
from typing import Any

from ropewalk.engines.cometbft_rpc import CometRpc
from ropewalk.tlog import signed_header_from_rpc, validators_from_rpc

HEADERS_KEPT_MAX = 64


class Handovers:
    """Asks the node's own CometBFT, and remembers."""

    def __init__(self, path: Path, rpc: CometRpc) -> None:
        self._path, self._rpc = path, rpc
        self._lock = threading.Lock()
        self._known: dict[str, Any] = {}
        if path.exists():
            self._known = json.loads(path.read_bytes())
        self._headers: dict[int, dict[str, Any]] = {}

    def proof(self, height: int, handovers: list[int]) -> dict[str, Any]:
        """A header with its votes, and every hand-over up to it.

        Args:
            height: of the header.
            handovers: heights whose headers name another set for the next height.

        Raises:
            EngineAwayError: CometBFT does not answer.
            BatchRefusedError: it has no such height.
        """
        with self._lock:
            changes = [self._handover(at) for at in handovers if at < height]
            return {"changes": changes, **self._header(height)}

    def _header(self, height: int) -> dict[str, Any]:
        found = self._headers.get(height)
        if found is None:
            found = signed_header_from_rpc(self._rpc.commit(height))
            while len(self._headers) >= HEADERS_KEPT_MAX:
                del self._headers[next(iter(self._headers))]
            self._headers[height] = found
        return found

    def _handover(self, height: int) -> dict[str, Any]:
        name = str(height)
        if name not in self._known:
            named = validators_from_rpc(self._rpc.validators(height + 1))
            self._known[name] = {**self._header(height), "next": named}
            self._store()
        found: dict[str, Any] = self._known[name]
        return found

    def _store(self) -> None:
        beside = self._path.with_suffix(".new")
        with beside.open("w", encoding="ascii") as file:
            json.dump(self._known, file, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
