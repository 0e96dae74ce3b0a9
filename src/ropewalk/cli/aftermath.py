# SPDX-License-Identifier: Apache-2.0
"""What is left when the operator's node is gone: a bundle on a laptop, and an archive.

The bundle says who held the bill, and asks nobody; from the archive alone the ledger is rebuilt.
"""

from pathlib import Path
from typing import Any

from ropewalk.cli.archives import commitment
from ropewalk.cli.exits import errors, plain
from ropewalk.client import read_trust, verify_bundle
from ropewalk.engines.exporting import export
from ropewalk.engines.opening import DataDirectory
from ropewalk.engines.rebuilding import Terms, rebuild

TOLD = ("surrendered", "held by", "passed through")
"""How the sentences begin by which a verdict says in whose hands a bill was."""


def look_back(folder: Path, bundle: str) -> dict[str, Any]:
    """Verify the voyage's bundle with no node, then rebuild the ledger from its archive.

    Args:
        folder: the demo's, whose node has stopped.
        bundle: name of the bundle in it.
    """
    genesis = (folder / "genesis.json").read_bytes()
    errors.print("  the operator's node is stopped; a laptop has the bundle and the genesis alone")
    verdict = verify_bundle((folder / bundle).read_bytes(), read_trust(genesis), None)
    held = [line for line in verdict.proven if line.startswith(TOLD)]
    for line in held:
        errors.print(plain(f"         {line}"), soft_wrap=True)
    archive, target = folder / "archive.ropewalk", folder / "rebuilt"
    export(DataDirectory(folder / "data"), archive, documents=True, progress=_quietly)
    terms = Terms(commitment=commitment, trust=genesis, verifiers=0)
    found = rebuild(archive, target, terms, _quietly)
    errors.print(
        f"  [green]rebuilt[/] from {archive.stat().st_size:,} bytes: {found.titles} titles "
        f"verified, {found.transactions} transactions in {found.seconds:.1f} s"
    )
    return {
        "verified": verdict.ok,
        "held": held,
        "archive": archive.name,
        "rebuilt": target.name,
        "root": found.root,
        "titles": found.titles,
        "transactions": found.transactions,
    }


def _quietly(_done: int, _total: int) -> None:
    pass
