# SPDX-License-Identifier: Apache-2.0
"""Key files: encrypted, private, readable with openssl."""

import base64
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ropewalk.crypto import (
    KeyFileError,
    PassphraseError,
    PrivateKey,
    from_base64url,
    generate,
    keys,
    random_bytes,
    read,
    verify_signature,
)

PASSPHRASE = "correct horse battery staple"
KEY = PrivateKey(bytes(range(32)))
COST = keys.SCRYPT_N, keys.SCRYPT_P


@pytest.fixture(autouse=True)
def dear_key_files(quick_key_files: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here, and only here, key files cost what they cost in earnest."""
    assert quick_key_files is None
    monkeypatch.setattr(keys, "SCRYPT_N", COST[0])
    monkeypatch.setattr(keys, "SCRYPT_P", COST[1])


def written(folder: Path) -> Path:
    path = folder / "key.pem"
    KEY.write(path, PASSPHRASE)
    return path


def test_a_key_file_gives_the_key_back(tmp_path: Path) -> None:
    key = read(written(tmp_path), PASSPHRASE)
    assert key.kid == KEY.kid
    assert key.sign(b"message") == KEY.sign(b"message")


def test_a_key_file_is_as_hard_to_guess_as_said(tmp_path: Path) -> None:
    """The parameters of scrypt stand in the file: N 2**14, r 8, p 5, and 32 bytes of key."""
    assert COST == (1 << 14, 5)
    data = b"".join(written(tmp_path).read_bytes().splitlines()[1:-1])
    assert bytes.fromhex("02024000" + "020108" + "020105" + "020120") in base64.b64decode(data)


def test_a_key_file_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        path = written(tmp_path)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o644, 0o666])
def test_a_key_file_that_others_reach_is_refused(tmp_path: Path, mode: int) -> None:
    path = written(tmp_path)
    path.chmod(mode)
    with pytest.raises(KeyFileError, match="chmod 600"):
        read(path, PASSPHRASE)


def test_a_wrong_passphrase_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    for wrong in ("", PASSPHRASE + " ", PASSPHRASE.upper()):
        with pytest.raises(PassphraseError):
            read(path, wrong)


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    path = written(tmp_path)
    before = path.read_bytes()
    with pytest.raises(KeyFileError, match="never overwritten"):
        generate().write(path, PASSPHRASE)
    assert path.read_bytes() == before


def test_a_key_is_not_written_without_a_passphrase(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError):
        KEY.write(tmp_path / "key.pem", "")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_is_refused_by_name_and_not_by_path(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError) as refused:
        read(tmp_path / "absent.pem", PASSPHRASE)
    assert "absent.pem" in str(refused.value)
    assert str(tmp_path) not in str(refused.value)


@pytest.mark.parametrize("data", [b"", b"key", b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"])
def test_what_is_no_key_file_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(data)
    path.chmod(0o600)
    with pytest.raises(KeyFileError):
        read(path, PASSPHRASE)


def test_a_damaged_key_file_is_met_with_our_own_error_only(tmp_path: Path) -> None:
    """CBC carries no tag, so a flipped bit may give another key; its key id tells it apart."""
    path = written(tmp_path)
    good = path.read_bytes()
    refused = 0
    for place in range(60, len(good) - 60, 23):
        path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        try:
            read(path, PASSPHRASE)
        except KeyFileError:
            refused += 1
    assert refused


def test_another_kind_of_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    sealed = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path.write_bytes(generate_ec(SECP256R1()).private_bytes(*pem, sealed))
    path.chmod(0o600)
    with pytest.raises(KeyFileError, match="Ed25519"):
        read(path, PASSPHRASE)


def test_a_key_that_lies_open_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path.write_bytes(key.private_bytes(*pem, serialization.NoEncryption()))
    path.chmod(0o600)
    with pytest.raises(KeyFileError):
        read(path, PASSPHRASE)


def test_openssl_reads_a_key_file(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not on PATH")
    path = written(tmp_path)
    done = subprocess.run(
        [openssl, "pkey", "-in", str(path), "-passin", "stdin", "-pubout", "-outform", "DER"],
        input=PASSPHRASE.encode() + b"\n",
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout[-32:] == KEY.public_key


def test_a_key_shows_nothing_of_itself() -> None:
    seed = bytes(range(32))
    shown = repr(KEY) + str(KEY)
    assert seed.hex() not in shown
    assert not hasattr(KEY, "__dict__")


def test_new_keys_and_salts_differ() -> None:
    assert len({generate().kid for _ in range(20)}) == 20
    assert len({random_bytes(32) for _ in range(20)}) == 20
    assert {len(random_bytes(size)) for size in (16, 32)} == {16, 32}


def test_a_key_signs_as_its_key_id_says() -> None:
    key = generate()
    assert verify_signature(from_base64url(key.kid), b"message", key.sign(b"message"))
