# SPDX-License-Identifier: Apache-2.0
"""Hand-overs between validators, asked for while the votes that this node saw are to be had.

CometBFT shows the votes that it saw itself only for its last block. For an older one it shows those
that the next proposer chose, and a proposer may choose so that too few of them hold by our rule.
"""

from collections.abc import Callable

from ropewalk.engines.waking import Waking

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
        self._thread = Waking("seeing", self._run)
        self._thread.start()

    def wake(self) -> None:
        """Say that a block is decided."""
        self._thread.wake()

    def close(self) -> None:
        """Stop."""
        self._thread.close()

    def _run(self) -> None:
        all_known = True
        while self._thread.await_woken(None if all_known else RETRY_S):
            all_known = self._fetch()
