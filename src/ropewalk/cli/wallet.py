# SPDX-License-Identifier: Apache-2.0
"""Key files by name, and the controllers they speak for.

A party that registers with one key from here gets a salt that follows from the key, so that its
controller id follows from the key as well and nothing else needs to be remembered.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from ropewalk.cli.exits import UsageError
from ropewalk.cli.options import passphrase
from ropewalk.client import Actor, Node
from ropewalk.crypto import PrivateKey, Value, is_hex, read, sha256_hex
from ropewalk.identity import controller_id, governance_id
from ropewalk.ledger import network_id, read_genesis

GOVERNANCE = "governance"
_NAME_MAX = 64


def key_file(keys: Path, name: str) -> Path:
    """Where a named key lies.

    Raises:
        UsageError: not a name.
    """
    if not name or len(name) > _NAME_MAX or not name.replace("-", "").replace("_", "").isalnum():
        raise UsageError(f"{name!r} is no key name: letters, digits, - and _")
    return keys / f"{name}.pem"


def controller_file(keys: Path, name: str) -> Path:
    """Where the id of a named key's private controller lies; others' follow from the key."""
    return key_file(keys, name).with_suffix(".controller")


def salt_of(kid: str) -> str:
    """The salt of a controller that consists of this one key."""
    return sha256_hex(f"ropewalk controller of one key\n{kid}".encode())


def controller_of(key: PrivateKey) -> str:
    """The id of the controller that consists of this one key."""
    return controller_of_kid(key.kid)


def controller_of_kid(kid: str) -> str:
    """The id of the controller that consists of the one key with this id."""
    return controller_id("", [kid], salt_of(kid), 1)


def registration(
    kid: str, roles: Sequence[str], carrier_codes: Sequence[str] = (), lei: str = ""
) -> dict[str, Value]:
    """The body of REGISTER_PARTY for a party that consists of one key, which stays with it."""
    return {
        "carrier_codes": sorted(carrier_codes),
        "keys": [kid],
        "lei": lei,
        "roles": sorted(roles),
        "salt": salt_of(kid),
        "threshold": 1,
    }


class Wallet:
    """A folder of key files and the passphrase they share."""

    def __init__(self, keys: Path, passphrase: str) -> None:
        self._keys = keys
        self._passphrase = passphrase

    def key(self, name: str) -> PrivateKey:
        """A key by name.

        Raises:
            KeyFileError: missing, or another passphrase.
        """
        return read(key_file(self._keys, name), self._passphrase)

    def controller(self, name_or_id: str) -> str:
        """A controller's id, as it is or through a key's name."""
        if is_hex(name_or_id, 32):
            return name_or_id
        if not key_file(self._keys, name_or_id).exists():
            raise UsageError(f"{name_or_id} is neither a controller id nor a key in {self._keys}")
        return self._private(name_or_id) or controller_of(self.key(name_or_id))

    def _private(self, name: str) -> str:
        """The id of a private controller, "" where the name is none's."""
        path = controller_file(self._keys, name)
        return path.read_text(encoding="ascii").strip() if path.exists() else ""

    def actor(
        self,
        node: Node,
        name: str,
        *,
        controller: str = "",
        co_signers: tuple[str, ...] = (),
        represents: str = "",
    ) -> Actor:
        """Who acts by a named key.

        Args:
            node: where to send.
            name: of the key.
            controller: id, where it does not follow from the key.
            co_signers: names of further keys, where the threshold asks for them.
            represents: key name or controller id of the party in whose name it acts.
        """
        key = self.key(name)
        genesis = node.genesis()
        chosen = read_genesis(genesis)
        if controller:
            acting = controller
        elif key.kid in chosen.governance.keys:
            acting = governance_id(chosen)
        else:
            acting = self._private(name) or controller_of(key)
        others = tuple(self.key(other) for other in co_signers)
        represented = self.controller(represents) if represents else ""
        return Actor(node, network_id(genesis), acting, key, others, represents=represented)


def controllers_of(names: Iterable[str], keys: Path, passphrase_file: Path | None) -> list[str]:
    """Controllers by key name or id; "" stays. Only names need the key files' passphrase."""
    listed = list(names)
    by_id = all(not one or is_hex(one, 32) for one in listed)
    wallet = Wallet(keys, "" if by_id else passphrase(passphrase_file))
    return [wallet.controller(one) if one else "" for one in listed]
