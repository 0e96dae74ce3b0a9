# SPDX-License-Identifier: Apache-2.0
"""What the vault refuses, numbers 7550 to 7579."""


class VaultError(Exception):
    """The vault could not do as asked; base of this room's errors."""

    code = "vault.error"
    number = 7550


class UnknownPayloadError(VaultError):
    """There is no such payload, or none that is shown to whoever asks."""

    code = "vault.unknown_payload"
    number = 7551


class ErasedError(VaultError):
    """The payload was erased; what is left is that it was, and who had read it."""

    code = "vault.erased"
    number = 7552


class NotSealedError(VaultError):
    """The payload is not encrypted as the vault's format has it; it takes no others."""

    code = "vault.not_sealed"
    number = 7553


class TooLargeError(VaultError):
    """The payload is larger than a document may be."""

    code = "vault.too_large"
    number = 7554


class DigestError(VaultError):
    """The payload is not the one whose hash was signed."""

    code = "vault.digest"
    number = 7555


class TakenError(VaultError):
    """Somebody else put the same encrypted payload already."""

    code = "vault.taken"
    number = 7556


class TooManyReadersError(VaultError):
    """A payload has as many readers, or keys of them, as it may have."""

    code = "vault.too_many_readers"
    number = 7557


class UnknownReaderError(VaultError):
    """A wrapped key is for a key that is not an active one of its reader."""

    code = "vault.unknown_reader"
    number = 7558


class FullError(VaultError):
    """Whoever puts it keeps as much here as one may."""

    code = "vault.full"
    number = 7559


class UnavailableError(VaultError):
    """The vault's disk or object store does not do as asked; try again later."""

    code = "vault.unavailable"
    number = 7560


class MalformedKeysError(VaultError):
    """The wrapped keys are not in the form that the reference gives."""

    code = "vault.malformed_keys"
    number = 7561


class LockedError(VaultError):
    """Another process works in this vault."""

    code = "vault.locked"
    number = 7562


class DamagedError(VaultError):
    """The vault's own records, or a payload in it, are not what was written."""

    code = "vault.damaged"
    number = 7563
