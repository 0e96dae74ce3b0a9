# SPDX-License-Identifier: Apache-2.0
"""A process that projects the story, to be killed: `python -m views.victim FOLDER`."""

import sys
from pathlib import Path

from ropewalk.views import Views
from views.test_projector import story


def main(folder: Path) -> None:
    """Say `ready`, then project."""
    ledger, batches = story()
    views = Views(folder, ledger)
    for batch in batches:
        views.payloads.put(batch)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    views.projector.catch_up()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
