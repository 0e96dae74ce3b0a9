# SPDX-License-Identifier: Apache-2.0
"""A process that projects a story, to be killed: `python -m views.victim FOLDER TALE`."""

import sys
from pathlib import Path

from ropewalk.views import Views
from views.test_projector import story


def main(folder: Path, tale: str) -> None:
    """Say `ready`, then project, of capital and desks a few events at a time."""
    views = {"capital": _of_capital, "desks": _of_desks}.get(tale, _of_claims)(folder)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    views.projector.catch_up()


def _of_claims(folder: Path) -> Views:
    ledger, batches = story()
    views = Views(folder, ledger)
    for batch in batches:
        views.payloads.put(batch)
    return views


def _of_capital(folder: Path) -> Views:
    from views.test_capital import bourse  # noqa: PLC0415 - it starts this process

    views = Views(folder, bourse())
    views.projector.page = 5
    return views


def _of_desks(folder: Path) -> Views:
    from views.onlooker import game  # noqa: PLC0415 - it needs this process's tales

    views = Views(folder, game(5, 600))
    views.projector.page = 5
    return views


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
