# SPDX-License-Identifier: Apache-2.0
"""Private payloads: encrypted by the client, kept under their hash, read by whom they were told."""

from ropewalk.vault.copying import copy_vault
from ropewalk.vault.errors import (
    DamagedError,
    DigestError,
    ErasedError,
    FullError,
    LockedError,
    MalformedKeysError,
    NotSealedError,
    TakenError,
    TooLargeError,
    TooManyReadersError,
    UnavailableError,
    UnknownPayloadError,
    UnknownReaderError,
    VaultError,
)
from ropewalk.vault.keyring import BOXES_MAX, READERS_MAX, Box, read_boxes
from ropewalk.vault.records import Listed, Payload, Reading, Shred
from ropewalk.vault.vault import GRANTER, PUTTER, READER, Arrival, Vault

__all__ = [
    "BOXES_MAX",
    "GRANTER",
    "PUTTER",
    "READER",
    "READERS_MAX",
    "Arrival",
    "Box",
    "DamagedError",
    "DigestError",
    "ErasedError",
    "FullError",
    "Listed",
    "LockedError",
    "MalformedKeysError",
    "NotSealedError",
    "Payload",
    "Reading",
    "Shred",
    "TakenError",
    "TooLargeError",
    "TooManyReadersError",
    "UnavailableError",
    "UnknownPayloadError",
    "UnknownReaderError",
    "Vault",
    "VaultError",
    "copy_vault",
    "read_boxes",
]
