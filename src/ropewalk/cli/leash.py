# SPDX-License-Identifier: Apache-2.0
"""Run a command that does not outlive its parent.

python -I -S leash.py PARENT COMMAND…
The kernel sends SIGTERM when the thread that started us ends, whatever ended it (prctl(2),
PR_SET_PDEATHSIG); this holds across exec. A program of its own, since code between fork and exec
is unsafe where there are threads.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> None:
    """Become the command, on the leash of its parent."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it ended before we could ask
        sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606  # no shell is what we want


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
