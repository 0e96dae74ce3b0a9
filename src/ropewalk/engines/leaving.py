# SPDX-License-Identifier: Apache-2.0
"""What validators signed last, left beside the ledger while its node runs (`consensus.json`).

CometBFT may be gone when somebody has to prove what was there, and it ends before its node does. So
the proof is written as soon as a block with entries is bound by the next header, at most every few
seconds, and once more at the end where that is still to be had.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ropewalk.crypto import encode
from ropewalk.engines.disk import replace_durably
from ropewalk.engines.errors import EngineAwayError, RpcRefusedError
from ropewalk.engines.waking import Waking
from ropewalk.tlog import ProofError

PAUSE_S = 2.0
"""Between two proofs, and before another attempt."""

Show = Callable[[], tuple[int, Callable[[], dict[str, Any]]] | None]
"""A height, and how to make the proof for it; None while it is not to be had."""


class Leaving:
    """Leaves proofs, in a thread of its own."""

    def __init__(self, path: Path, show: Show) -> None:
        self._path, self._show = path, show
        self._left = -1
        self._thread = Waking("leaving", self._run)
        self._thread.start()

    def wake(self) -> None:
        """Say that there may be something new."""
        self._thread.wake()

    def close(self) -> None:
        """Leave the last proof, where it is to be had at once, and stop."""
        self._thread.close()

    def _run(self) -> None:
        while self._thread.await_woken():
            self._leave()
            self._thread.pause(PAUSE_S)
        self._leave()

    def _leave(self) -> None:
        shown = self._show()
        if shown is None or shown[0] <= self._left:
            return
        height, prove = shown
        try:
            proof = prove()
            replace_durably(self._path, encode(proof))
        except (EngineAwayError, RpcRefusedError, ProofError, OSError):
            return  # the next block wakes it again; the one before is still there
        self._left = height
