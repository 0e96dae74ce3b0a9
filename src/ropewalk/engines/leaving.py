# SPDX-License-Identifier: Apache-2.0
"""What validators signed last, left beside the ledger while its node runs (`consensus.json`).

CometBFT may be gone when somebody has to prove what was there, and it ends before its node does. So
the proof is written as soon as a block with entries is bound by the next header, at most every few
seconds, and once more at the end where that is still to be had.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ropewalk.crypto import encode
from ropewalk.engines.disk import replace_durably
from ropewalk.engines.errors import EngineAwayError, RpcRefusedError
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
        self._changed = threading.Condition()
        self._woken = self._closing = False
        self._thread = threading.Thread(target=self._run, name="leaving", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Say that there may be something new."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def close(self) -> None:
        """Leave the last proof, where it is to be had at once, and stop."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while not self._is_closing():
            self._leave()
            with self._changed:
                self._changed.wait_for(lambda: self._closing, PAUSE_S)
        self._leave()

    def _is_closing(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._woken or self._closing)
            self._woken = False
            return self._closing

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
