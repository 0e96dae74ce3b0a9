# SPDX-License-Identifier: Apache-2.0
"""Why a node does not start: each says where and what to do."""

from ropewalk.engines.port import EngineError


class DamageError(EngineError):
    """The data directory is damaged; restore a backup, or ask `ropewalk audit` for details."""

    code = "engine.damaged"
    number = 7810


class BehindWatermarkError(EngineError):
    """The ledger is older than what was acknowledged from this directory; it was put back."""

    code = "engine.behind_watermark"
    number = 7811


class NotInitialisedError(EngineError):
    """The directory holds no ledger; run `ropewalk init`."""

    code = "engine.not_initialised"
    number = 7813


class UnsupportedFormatError(EngineError):
    """The ledger was written in a format that this program does not know."""

    code = "engine.unsupported_format"
    number = 7815


class ClockError(EngineError):
    """The system clock is more than five minutes before the last block."""

    code = "engine.clock"
    number = 7816


class ConsensusError(EngineError):
    """The consensus engine asks for what can't be: another network's, or out of its turn."""

    code = "engine.consensus"
    number = 7817


class EngineAwayError(EngineError):
    """CometBFT does not answer, or is not what it should be; see its log, or start it."""

    code = "engine.away"
    number = 7818


class RpcRefusedError(EngineError):
    """CometBFT refused what it was asked: it took no batch in, or has no such height."""

    code = "engine.rpc_refused"
    number = 7819


class ArchiveError(EngineError):
    """An archive is damaged, cut short or forged: the text names the line and what is wrong."""

    code = "engine.archive"
    number = 7822


class SuccessionError(EngineError):
    """A succession can't be proposed, signed or adopted here: the text says why."""

    code = "engine.succession"
    number = 7823


class WrongPassphraseError(EngineError):
    """The node's key does not open with this passphrase; give the right one, nothing is damaged."""

    code = "engine.passphrase"
    number = 7824


class SnapshotError(EngineError):
    """A snapshot, or a chunk of one, is not what consensus has bound."""

    code = "engine.snapshot"
    number = 7821
