# SPDX-License-Identifier: Apache-2.0
"""Private keys, and the only place that draws random numbers.

A key rests as PKCS#8 in a PEM file, encrypted by scrypt and AES-256-CBC (PBES2), readable with
`openssl pkey`, mode 0600. Source: RFC 5958, RFC 8018 §6.2, RFC 7914 §7, RFC 8410.
"""

import base64
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives import padding, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from nacl import bindings

from ropewalk.crypto.encoding import to_base64url

SCRYPT_N, SCRYPT_R, SCRYPT_P = 1 << 14, 8, 5
"""16 MiB, five times over: as hard as 2**17 once, and below OpenSSL's own limit of 32 MiB."""
_BEGIN = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"
_END = b"-----END ENCRYPTED PRIVATE KEY-----"
_OID_PBES2 = bytes.fromhex("06092a864886f70d01050d")
_OID_SCRYPT = bytes.fromhex("06092b06010401da47040b")
_OID_AES256_CBC = bytes.fromhex("060960864801650304012a")


class KeyFileError(Exception):
    """A key file can't be used: wrong passphrase, no key, or readable by others."""

    code = "crypto.key_file"
    number = 7155


class PassphraseError(KeyFileError):
    """A key file does not open with this passphrase."""

    code = "crypto.passphrase"
    number = 7156


class PrivateKey:
    """An Ed25519 private key in memory; it signs, and shows itself to a consensus home only."""

    __slots__ = ("_secret", "kid", "public_key")

    def __init__(self, seed: bytes) -> None:
        self.public_key, self._secret = bindings.crypto_sign_seed_keypair(seed)
        self.kid = to_base64url(self.public_key)

    def sign(self, message: bytes) -> bytes:
        """Ed25519 signature, 64 bytes."""
        signed: bytes = bindings.crypto_sign(message, self._secret)
        return signed[:64]

    def exchange_keys(self) -> tuple[bytes, bytes]:
        """The X25519 pair that corresponds to this key, for sealed messages only."""
        public: bytes = bindings.crypto_sign_ed25519_pk_to_curve25519(self.public_key)
        secret: bytes = bindings.crypto_sign_ed25519_sk_to_curve25519(self._secret)
        return public, secret

    def seed_and_public(self) -> bytes:
        """Seed and public key, 64 bytes: what CometBFT's key files hold, unencrypted."""
        return bytes(self._secret)

    def write(self, path: Path, passphrase: str) -> None:
        """Write the key, encrypted, to a new file of mode 0600.

        Raises:
            KeyFileError: the file exists, or the passphrase is empty.
        """
        if not passphrase:
            raise KeyFileError("a key file needs a passphrase")
        data = _encrypt(self._secret[:32], passphrase.encode())
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise KeyFileError(f"{path.name} exists; keys are never overwritten") from error
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())


def generate() -> PrivateKey:
    """A new key from the system's random numbers."""
    return PrivateKey(secrets.token_bytes(32))


def random_bytes(size: int) -> bytes:
    """Random bytes for salts."""
    return secrets.token_bytes(size)


def read(path: Path, passphrase: str) -> PrivateKey:
    """Read a key file.

    Raises:
        KeyFileError: missing, readable by others, or no Ed25519 key.
        PassphraseError: it does not open with this passphrase.
    """
    data = b""
    try:
        if path.stat().st_mode & 0o077:
            raise KeyFileError(f"{path.name} is readable by others; run chmod 600 on it")
        data = path.read_bytes()
        loaded = serialization.load_pem_private_key(data, passphrase.encode())
    except OSError as error:
        raise KeyFileError(f"{path.name} can't be read: {error.strerror}") from error
    except (ValueError, TypeError, UnsupportedAlgorithm, InternalError) as error:
        if data.strip().startswith(_BEGIN) and data.strip().endswith(_END):
            raise PassphraseError(
                f"{path.name}: wrong passphrase, or the file is damaged"
            ) from error
        raise KeyFileError(f"{path.name}: not an encrypted key") from error
    if not isinstance(loaded, Ed25519PrivateKey):
        raise KeyFileError(f"{path.name} holds another kind of key than Ed25519")
    return PrivateKey(loaded.private_bytes_raw())


def _encrypt(seed: bytes, passphrase: bytes) -> bytes:
    salt, vector = secrets.token_bytes(16), secrets.token_bytes(16)
    key = Scrypt(salt=salt, length=32, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P).derive(passphrase)
    plain = Ed25519PrivateKey.from_private_bytes(seed).private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES256(key), modes.CBC(vector)).encryptor()
    sealed = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    numbers = b"".join(_der(0x02, _integer(n)) for n in (SCRYPT_N, SCRYPT_R, SCRYPT_P, 32))
    kdf = _der(0x30, _OID_SCRYPT + _der(0x30, _der(0x04, salt) + numbers))
    cipher = _der(0x30, _OID_AES256_CBC + _der(0x04, vector))
    algorithm = _der(0x30, _OID_PBES2 + _der(0x30, kdf + cipher))
    body = base64.encodebytes(_der(0x30, algorithm + _der(0x04, sealed)))
    return _BEGIN + b"\n" + body + _END + b"\n"


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size >= 128:
        return bytes((tag, 0x81, size)) + content
    return bytes((tag, size)) + content


def _integer(number: int) -> bytes:
    return number.to_bytes(number.bit_length() // 8 + 1, "big")
