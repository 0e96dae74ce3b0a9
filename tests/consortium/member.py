# SPDX-License-Identifier: Apache-2.0
"""A member's node that can be killed at a named point, and be given a bug to carry.

`python -m consortium.member node …` is `ropewalk node …`. It dies by SIGKILL at the point that the
file `ROPEWALK_TRAP` names, once: the file is removed first. `ROPEWALK_PLANT` names a bug of
`plants.py`. Production code knows nothing of either.
"""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from consortium import plants
from ropewalk.cli.main import main
from ropewalk.engines import chain
from ropewalk.engines.replica import Replica
from ropewalk.engines.watermark import WatermarkFile

POINTS = (
    "before executing",
    "executed, not answered",
    "answered, not committed",
    "before the transaction",
    "inside the transaction",
    "after the transaction",
    "after the watermark",
    "committed, not answered",
)
"""Between FinalizeBlock and the answer to Commit, in order."""

TRAP = os.environ.get("ROPEWALK_TRAP", "")


def trap(point: str) -> None:
    """Die here, if that is what was asked for."""
    path = Path(TRAP)
    try:
        is_meant = path.read_text(encoding="ascii") == point
    except FileNotFoundError:
        return
    if is_meant:
        path.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


def between(where: object, name: str, before: str, after: str) -> None:
    """Lay traps before and after a function."""
    inner: Callable[..., Any] = getattr(where, name)

    def laid(*arguments: Any, **named: Any) -> Any:
        trap(before)
        found = inner(*arguments, **named)
        trap(after)
        return found

    setattr(where, name, laid)


def _in_the_middle(store: Any, block: Any) -> None:
    """Write a block as ever, with a trap when half of it is written."""

    class Halfway:
        def __iter__(self) -> Any:
            trap("inside the transaction")
            return iter(block.lookups)

    written(store, _With(block, lookups=Halfway()))


class _With:
    """A block, one of its members replaced."""

    def __init__(self, block: Any, **members: Any) -> None:
        self._block = block
        self.__dict__.update(members)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._block, name)


written: Callable[[Any, Any], None] = chain.write


def lay() -> None:
    """Lay a trap at every point."""
    setattr(chain, "write", _in_the_middle)  # noqa: B010  # mypy knows it as imported
    between(chain, "write", "before the transaction", "after the transaction")
    between(WatermarkFile, "write", "", "after the watermark")
    between(Replica, "finalize", "before executing", "executed, not answered")
    between(Replica, "commit", "answered, not committed", "committed, not answered")


if __name__ == "__main__":
    plants.plant(os.environ.get("ROPEWALK_PLANT", ""))
    if TRAP:
        lay()
    main()
