# SPDX-License-Identifier: Apache-2.0
"""What a rebuilt ledger shows with its proofs: the votes of its archive, or its succession."""

from typing import Any

import msgspec

from ropewalk.crypto import to_base64
from ropewalk.engines.chain import Chain
from ropewalk.engines.disk import Disk
from ropewalk.engines.errors import DamageError
from ropewalk.engines.opening import DataDirectory
from ropewalk.engines.port import Proven, TitleHistory
from ropewalk.engines.rebuilt import read_material, read_rebuilt
from ropewalk.engines.signing import succession_of
from ropewalk.tlog import TiledLog


class Showing:
    """Adds to the proofs of one chain; to those of a ledger that was never rebuilt, nothing."""

    def __init__(self, directory: DataDirectory, chain: Chain, disk: Disk) -> None:
        """Read what lies beside the ledger.

        Raises:
            DamageError: it is missing, or of another ledger.
        """
        self._log = TiledLog(chain.store.tile)
        self._votes: dict[str, Any] | None = None
        self._votes_size = self._since = 0
        self._material: dict[str, Any] | None = None
        record = succession_of(chain.store)
        if record is not None:
            material = read_material(directory.succession)
            if (material.statement.log, material.statement.size) != (record.log, record.size):
                raise DamageError(f"{directory.succession.name} is of another succession")
            self._material, self._since = msgspec.to_builtins(material), record.size
        elif disk.exists(directory.archive):
            rebuilt = read_rebuilt(directory.archive)
            if rebuilt.consensus is not None:
                self._votes = msgspec.to_builtins(rebuilt.consensus)
                self._votes_size = rebuilt.proven_size

    def proven(self, found: Proven) -> Proven:
        """A record with what vouches for the checkpoint."""
        more = self._more(found.block.position + 1)
        return msgspec.structs.replace(found, **more) if more else found

    def history(self, found: TitleHistory) -> TitleHistory:
        """A title's history, likewise."""
        more = self._more(found.block.position + 1)
        return msgspec.structs.replace(found, **more) if more else found

    def _more(self, size: int) -> dict[str, Any]:
        if self._material is not None:
            path = self._log.consistency_path(self._since, size)
            extension = [to_base64(one) for one in path]
            return {"succession": {**self._material, "extension": extension}}
        if self._votes is not None and self._votes_size == size:
            return {"consensus": self._votes}
        return {}
