# SPDX-License-Identifier: Apache-2.0
"""Hand-overs between validators, asked for while the votes that this node saw are to be had.

CometBFT shows the votes that it saw itself only for its last block. For an older one it shows those
that the next proposer chose, and a proposer may choose so that too few of them hold by our rule.
"""

import threading
from collections.abc import Callable

RETRY_S = 10.0
"""Before what was not to be had is asked for again, should no block come."""


class Seeing:
    """Asks in a thread of its own, at once when a block is decided."""

    def __init__(self, fetch: Callable[[], bool]) -> None:
        """Begin.

        Args:
            fetch: asks for what is not known yet, and tells whether all is known now.
        """
        self._fetch = fetch
        self._changed = threading.Condition()
        self._woken = self._closing = False
        self._thread = threading.Thread(target=self._run, name="seeing", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Say that a block is decided."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def close(self) -> None:
        """Stop."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        all_known = True
        while not self._is_closing(None if all_known else RETRY_S):
            all_known = self._fetch()

    def _is_closing(self, timeout_s: float | None) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._woken or self._closing, timeout_s)
            self._woken = False
            return self._closing
