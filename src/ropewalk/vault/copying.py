# SPDX-License-Identifier: Apache-2.0
"""A copy of a vault for a backup, also while its node is at work.

Records are copied first, as of one moment; then what they name. What is erased meanwhile is
missing in the copy, which only then fits the list of what was erased (`Vault.reapply_shreds`).
Payloads in an object store are that store's to keep.
"""

import shutil
from pathlib import Path

from ropewalk.vault.records import Records

RECORDS = "vault.db"
OBJECTS = "objects"
KEYS = "keys"


def copy_vault(folder: Path, target: Path) -> int:
    """Copy a vault; how many payloads it names. A folder that holds none is no vault: 0.

    Args:
        folder: of the vault.
        target: a folder that does not exist yet, or is empty.

    Raises:
        VaultError: the records can't be read or written.
    """
    if not (folder / RECORDS).exists():
        return 0
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    records = Records(folder / RECORDS)
    try:
        names = records.copy(target / RECORDS)
    finally:
        records.close()
    for name in names:
        for path in (f"{KEYS}/{name[:2]}/{name}.json", f"{OBJECTS}/{name[:2]}/{name}"):
            _copy(folder / path, target / path)
    return len(names)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        shutil.copyfile(source, target)
    except FileNotFoundError:
        target.unlink(missing_ok=True)
        return
    target.chmod(0o600)
