# SPDX-License-Identifier: Apache-2.0
"""The client's way to a vault: in clear only here, whole or not at all."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ropewalk.client import (
    NotFoundError,
    RefusedError,
    UnreachableError,
    Vaulting,
    VerificationError,
)
from ropewalk.client.signing import authority_of
from ropewalk.crypto import PLAINTEXT_MAX, PrivateKey, sha256
from vaults import World, world


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("vaulting")) as found:
        yield found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "bill.pdf"
    path.write_bytes(b"%PDF-1.7 " + os.urandom(300_000))
    return path


def object_of(here: World, name: str) -> Path:
    return here.network.folder / "vault" / "objects" / name[:2] / name


def test_a_reader_gets_what_was_put(here: World, file: Path, tmp_path: Path) -> None:
    bank, told = here.party("bank").controller, []
    put = here.vaulting("carrier").put(
        file, readers=[bank], progress=lambda done, total: told.append((done, total))
    )
    assert told[-1] == (put.size, put.size)
    got = here.vaulting("bank").get(put.hash, tmp_path / "copy")
    assert (got.size, got.media_type) == (file.stat().st_size, "application/pdf")
    assert got.path.read_bytes() == file.read_bytes()
    assert got.path.stat().st_mode & 0o077 == 0
    assert [one.hash for one in here.vaulting("bank").listed()] == [put.hash]
    assert [one.what for one in here.vaulting("carrier").reads(put.hash)] == ["key", "payload"]
    with pytest.raises(NotFoundError):
        here.vaulting("shipper").get(put.hash, tmp_path / "stolen")


def test_lists_and_readings_come_whole_over_pages(
    here: World, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ropewalk.client.vaulting.PAGE", 2)
    consignee = here.vaulting("consignee")
    names = sorted(consignee.put(file).hash for _ in range(5))
    assert [one.hash for one in consignee.listed()] == names
    for _ in range(5):
        consignee.key(names[0])
    assert len(list(consignee.reads(names[0]))) == 5


def changed(right: bytes, foreign: bytes) -> list[bytes]:
    """A bit flipped, another payload in its place, segments shifted, none at all, the end cut."""
    flipped = bytearray(right)
    flipped[70_000] ^= 1
    size = len(right)
    none = b"RWVAULT\x01".ljust(size, b"\0")
    return [bytes(flipped), foreign, right[8:] + right[:8], none, right[:70_000], right[:-1]]


@pytest.mark.parametrize("lies", [False, True])
def test_what_the_store_changed_is_not_opened(
    here: World, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, lies: bool
) -> None:
    """The node hands it out to no end; of one that lies the client finds out."""
    carrier, output = here.vaulting("carrier"), tmp_path / "copy"
    put, other = carrier.put(file), carrier.put(file)
    path = object_of(here, put.hash)
    right = path.read_bytes()
    if lies:
        monkeypatch.setattr("ropewalk.vault.vault._whole", lambda pieces, _name: pieces)
    refusals = (VerificationError,) if lies else (VerificationError, UnreachableError)
    for wrong in changed(right, object_of(here, other.hash).read_bytes()):
        if lies and len(wrong) != len(right):
            continue  # it can't lie about a length that HTTP names
        path.write_bytes(wrong)
        with pytest.raises(refusals):
            carrier.get(put.hash, output)
        assert list(tmp_path.iterdir()) == [file]
    path.write_bytes(right)
    assert carrier.get(put.hash, output).size == file.stat().st_size


def test_a_file_that_exists_is_not_overwritten(here: World, file: Path, tmp_path: Path) -> None:
    put = here.vaulting("carrier").put(file)
    before = file.read_bytes()
    with pytest.raises(VerificationError):
        here.vaulting("carrier").get(put.hash, file)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_a_document_too_large_is_not_even_begun(here: World, tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(PLAINTEXT_MAX + 1)
    with pytest.raises(VerificationError):
        here.vaulting("carrier").put(path)


def test_readers_are_let_in_out_and_erased(here: World, file: Path, tmp_path: Path) -> None:
    carrier, bank = here.vaulting("carrier"), here.vaulting("bank")
    shipper, to = here.party("shipper").controller, here.party("bank").controller
    name = carrier.put(file).hash
    assert to in carrier.grant(name, [to], may_grant=True)
    assert shipper in bank.grant(name, [shipper])
    assert here.vaulting("shipper").get(name, tmp_path / "copy").size == file.stat().st_size
    assert carrier.revoke(name, shipper) == carrier.readers(name)
    with pytest.raises(RefusedError) as refused:
        bank.erase(name)
    assert refused.value.refusal_code == "api.forbidden"
    assert carrier.erase(name) > 1_790_000_000
    with pytest.raises(RefusedError) as refused:
        carrier.get(name, tmp_path / "gone")
    assert refused.value.refusal_code in ("vault.erased", "api.forbidden")


def test_a_new_key_reads_what_the_old_one_was_told_once_it_is_wrapped_anew(
    here: World, file: Path, tmp_path: Path
) -> None:
    carrier, party = here.vaulting("carrier"), here.party("shipper")
    name = carrier.put(file, readers=[party.controller]).hash
    new = PrivateKey(sha256(b"the shipper's next key"))
    for act, key in (("identity.ADD_KEY", new), ("identity.REVOKE_KEY", party.key)):
        body = {"key": key.kid}
        assert here.network.send(here.network.by("shipper", act, dict(body))).status == "committed"
    actor = here.sender("shipper", signer=new)
    with pytest.raises(NotFoundError):
        Vaulting(actor).get(name, tmp_path / "one")
    both = Vaulting(actor, own_keys=(party.key,))
    assert both.get(name, tmp_path / "two").size == file.stat().st_size
    both.grant(name, [party.controller])
    assert Vaulting(actor).get(name, tmp_path / "three").size == file.stat().st_size


def test_another_networks_sender_is_refused(here: World) -> None:
    sender = replace(here.sender("bank"), network="0" * 64)
    with pytest.raises(RefusedError) as refused:
        list(Vaulting(sender).listed())
    assert refused.value.refusal_code == "api.malformed_signature"


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("http://Node.Example", "node.example"),
        ("http://node.example:80", "node.example"),
        ("https://node.example:443/", "node.example"),
        ("https://node.example:80", "node.example:80"),
        ("http://127.0.0.1:8460", "127.0.0.1:8460"),
        ("http://[::1]:8460", "[::1]:8460"),
    ],
)
def test_an_authority_is_what_the_request_will_name(url: str, authority: str) -> None:
    assert authority_of(url) == authority
