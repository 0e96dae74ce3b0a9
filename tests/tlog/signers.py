# SPDX-License-Identifier: Apache-2.0
"""Signing keys of the tests and vectors; their seeds are public, they sign nothing else."""

from collections.abc import Callable

from nacl.signing import SigningKey

from ropewalk.tlog import COSIGNATURE, VerifierKey


def signer(seed: bytes) -> Callable[[bytes], bytes]:
    return lambda message: SigningKey(seed).sign(message).signature


def public_key(seed: bytes) -> bytes:
    return bytes(SigningKey(seed).verify_key)


LOG_SEED, WITNESS_SEED, STRANGER_SEED = bytes(range(32)), bytes(range(32, 64)), bytes([7] * 32)
LOG = VerifierKey("log.example/ropewalk", public_key(LOG_SEED))
LOG_SIGN = signer(LOG_SEED)
WITNESS = VerifierKey("witness.example", public_key(WITNESS_SEED), COSIGNATURE)
WITNESS_SIGN = signer(WITNESS_SEED)
STRANGER = VerifierKey("stranger.example", public_key(STRANGER_SEED), COSIGNATURE)
STRANGER_SIGN = signer(STRANGER_SEED)
