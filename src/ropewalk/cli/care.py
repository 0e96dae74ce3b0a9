# SPDX-License-Identifier: Apache-2.0
"""`ropewalk backup`, `restore`: copies that are verified before anybody relies on them."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ropewalk.audit import Report, audit_directory
from ropewalk.cli.exits import FAILED, ending, report
from ropewalk.cli.options import DATA, Data, Json
from ropewalk.cli.proofs import progress_bar
from ropewalk.cli.setup import vault_folder
from ropewalk.engines.backup import backup as copy_ledger
from ropewalk.engines.opening import DataDirectory
from ropewalk.vault import copy_vault

Verify = Annotated[
    bool, typer.Option("--verify/--no-verify", help="Audit the copy before reporting success.")
]


def backup(
    target: Annotated[Path, typer.Argument(help="Directory to make, or an empty one.")],
    data: Data = DATA,
    verify: Verify = True,
    as_json: Json = False,
) -> None:
    """Copy a ledger, also while its node is at work, and verify the copy.

    The copy holds the log's key, encrypted: keep it as safe as the ledger itself.
    """
    with ending(as_json=as_json):
        _copy(DataDirectory(data), target, verify=verify, as_json=as_json, word="backed up")


def restore(
    archive: Annotated[Path, typer.Argument(help="A backup.")],
    data: Data = DATA,
    verify: Verify = True,
    as_json: Json = False,
) -> None:
    """Make a data directory from a backup, and verify it."""
    with ending(as_json=as_json):
        _copy(DataDirectory(archive), data, verify=verify, as_json=as_json, word="restored")


def _copy(source: DataDirectory, target: Path, *, verify: bool, as_json: bool, word: str) -> None:
    from ropewalk.views import copy_payloads  # noqa: PLC0415  # heavy, and of use here only

    with progress_bar() as bar:
        task = bar.add_task("copying", total=None)
        height = copy_ledger(
            source, target, lambda done, total: bar.update(task, completed=done, total=total)
        )
        payloads = copy_vault(vault_folder(source.path), vault_folder(target))
        claims = copy_payloads(source.path, target)
        found = Report(ok=True, height=height, first_difference="")
        if verify:
            task = bar.add_task("verifying", total=None)
            found = audit_directory(
                target, None, lambda done, total: bar.update(task, completed=done, total=total)
            )
    told = {
        "ok": found.ok,
        "height": height,
        "directory": str(target),
        "claims": claims,
        "payloads": payloads,
        "verified": verify,
        "first_difference": found.first_difference,
    }

    def tell(console: Console) -> None:
        if found.ok:
            console.print(f"[green]{word}[/] to {target} at height {height}", end="")
            console.print(", verified" if verify else "")
        else:
            console.print(f"[red]the copy is not right[/]: {found.first_difference}")

    report(told, as_json=as_json, tell=tell)
    if not found.ok:
        raise typer.Exit(FAILED)
