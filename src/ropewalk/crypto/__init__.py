# SPDX-License-Identifier: Apache-2.0
"""Canonical bytes, hashes, signatures and keys: the ground everything signed stands on."""

from ropewalk.crypto.canonical import (
    DEPTH_MAX,
    INTEGER_MAX,
    CanonicalError,
    Value,
    decode,
    decode_object,
    encode,
    is_printable_ascii,
)
from ropewalk.crypto.encoding import (
    EncodingError,
    from_base64,
    from_base64url,
    from_hex,
    is_hex,
    to_base64,
    to_base64url,
)
from ropewalk.crypto.hashes import SALT_SIZE, document_commitment, sha256, sha256_hex
from ropewalk.crypto.jws import (
    CONSENT_TYPE,
    SUCCESSION_TYPE,
    TRANSACTION_TYPE,
    HeaderError,
    JwsError,
    SignatureError,
    Signed,
    Signer,
    is_kid,
    sign,
    take_apart,
)
from ropewalk.crypto.keys import (
    KeyFileError,
    PassphraseError,
    PrivateKey,
    generate,
    random_bytes,
    read,
)
from ropewalk.crypto.sealing import SealError, seal, unseal
from ropewalk.crypto.signature import verify_signature
from ropewalk.crypto.strict_json import parse_json_strict

__all__ = [
    "CONSENT_TYPE",
    "DEPTH_MAX",
    "INTEGER_MAX",
    "SALT_SIZE",
    "SUCCESSION_TYPE",
    "TRANSACTION_TYPE",
    "CanonicalError",
    "EncodingError",
    "HeaderError",
    "JwsError",
    "KeyFileError",
    "PassphraseError",
    "PrivateKey",
    "SealError",
    "SignatureError",
    "Signed",
    "Signer",
    "Value",
    "decode",
    "decode_object",
    "document_commitment",
    "encode",
    "from_base64",
    "from_base64url",
    "from_hex",
    "generate",
    "is_hex",
    "is_kid",
    "is_printable_ascii",
    "parse_json_strict",
    "random_bytes",
    "read",
    "seal",
    "sha256",
    "sha256_hex",
    "sign",
    "take_apart",
    "to_base64",
    "to_base64url",
    "unseal",
    "verify_signature",
]
