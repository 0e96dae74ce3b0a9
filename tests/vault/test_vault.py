# SPDX-License-Identifier: Apache-2.0
"""The vault keeps what was put, for whom it was put, and ends at no moment with half of it."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ropewalk.crypto import SEALED_MAX, encrypt, sha256, to_base64
from ropewalk.vault import (
    GRANTER,
    PUTTER,
    READER,
    Box,
    DamagedError,
    DigestError,
    ErasedError,
    FullError,
    LockedError,
    MalformedKeysError,
    NotSealedError,
    Payload,
    Shred,
    TakenError,
    TooLargeError,
    TooManyReadersError,
    UnavailableError,
    UnknownPayloadError,
    Vault,
    copy_vault,
)

CARRIER, BANK, SHIPPER = "ca" * 16, "ba" * 16, "5a" * 16
KID = "K" * 43
NOW = 1_790_000_000


def clock() -> int:
    return NOW


def payload_of(content: bytes) -> bytes:
    return b"".join(encrypt([content], sha256(content)))


def box(reader: str, fill: bytes = b"w", kid: str = KID) -> Box:
    return Box(controller=reader, kid=kid, wrapped=to_base64(fill * 80))


def put(vault: Vault, payload: bytes, *readers: str, putter: str = CARRIER) -> Payload:
    arrival = vault.arrive(putter, len(payload))
    try:
        for at in range(0, len(payload), 1_000):
            arrival.write(payload[at : at + 1_000])
        boxes = [box(one) for one in (putter, *readers)]
        return vault.keep(arrival, sha256(payload), putter, boxes)
    finally:
        arrival.abandon()


def files(folder: Path) -> list[str]:
    """Everything that could hold a payload or a key."""
    names = ("objects", "keys", "incoming")
    return sorted(
        path.name for name in names for path in (folder / name).rglob("*") if path.is_file()
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def vault(folder: Path) -> Iterator[Vault]:
    found = Vault(folder, clock)
    yield found
    found.close()


@pytest.fixture
def reopen(vault: Vault, folder: Path) -> Iterator[Callable[[], Vault]]:
    opened: list[Vault] = []

    def again() -> Vault:
        vault.close()
        opened.append(Vault(folder, clock))
        return opened[-1]

    yield again
    for one in opened:
        one.close()


def test_what_was_put_is_read_and_the_reading_noted(vault: Vault) -> None:
    payload = payload_of(b"a bill of lading" * 50_000)
    kept = put(vault, payload, BANK)
    assert kept == (hashlib.sha256(payload).hexdigest(), CARRIER, len(payload), NOW, 1)
    found, pieces = vault.read(kept.hash, BANK, KID)
    assert found == kept
    assert b"".join(pieces) == payload
    assert vault.keys(kept.hash, BANK, KID) == {KID: to_base64(b"w" * 80)}
    assert vault.keys(kept.hash, SHIPPER, KID) == {}
    told = [one[1:] for one in vault.readings(kept.hash, 0, 10)]
    assert told == [
        (BANK, KID, "payload", NOW),
        (BANK, KID, "key", NOW),
        (SHIPPER, KID, "key", NOW),
    ]
    first = vault.readings(kept.hash, 0, 1)
    assert vault.readings(kept.hash, first[0].number, 1)[0].what == "key"


def test_everything_is_there_after_a_restart(vault: Vault, reopen: Callable[[], Vault]) -> None:
    payload = payload_of(b"kept")
    kept = put(vault, payload, BANK)
    again = reopen()
    assert b"".join(again.read(kept.hash, BANK, KID)[1]) == payload
    assert again.standings(BANK, kept.hash) == {READER}
    assert again.standings(CARRIER, kept.hash) == {PUTTER, READER, GRANTER}
    assert again.standings(SHIPPER, kept.hash) == frozenset()


def test_readers_are_let_in_and_out(vault: Vault) -> None:
    name = put(vault, payload_of(b"shown")).hash
    assert vault.grant(name, CARRIER, [box(BANK)], may_grant=False) == sorted([BANK, CARRIER])
    assert vault.standings(BANK, name) == {READER}
    vault.grant(name, CARRIER, [box(BANK)], may_grant=True)
    vault.grant(name, CARRIER, [box(BANK, b"v")], may_grant=False)
    assert vault.standings(BANK, name) == {READER, GRANTER}, "a later grant takes nothing away"
    assert vault.keys(name, BANK, KID) == {KID: to_base64(b"v" * 80)}
    assert vault.revoke(name, BANK) == [CARRIER]
    assert vault.standings(BANK, name) == frozenset()
    assert vault.keyring.of(name, BANK) == {}
    with pytest.raises(MalformedKeysError):
        vault.revoke(name, CARRIER)


def test_who_may_grant_puts_nobodys_key_out_of_its_hands(vault: Vault) -> None:
    name = put(vault, payload_of(b"wrapped")).hash
    vault.grant(name, CARRIER, [box(BANK), box(SHIPPER)], may_grant=True)

    def kept(reader: str, by: str, mark: bytes) -> bool:
        """Whether what a reader has is still the same after somebody brought another one."""
        before = vault.keyring.of(name, reader)
        vault.grant(name, by, [box(reader, mark), box(reader, mark, kid="z" * 43)], may_grant=False)
        after = vault.keyring.of(name, reader)
        assert after["z" * 43]
        return before[KID] == after[KID]

    assert kept(CARRIER, BANK, b"1")
    assert kept(SHIPPER, BANK, b"2")
    assert not kept(BANK, BANK, b"3")
    assert not kept(BANK, CARRIER, b"4")
    assert kept(BANK, SHIPPER, b"5")


def test_a_list_has_what_one_may_read_in_pages(vault: Vault) -> None:
    names = sorted(put(vault, payload_of(b"%d" % n), BANK).hash for n in range(5))
    put(vault, payload_of(b"another's"), putter=SHIPPER)
    assert [one.hash for one in vault.listed(BANK, "", 3)] == names[:3]
    rest = vault.listed(BANK, names[2], 3)
    assert [one.hash for one in rest] == names[3:]
    assert not any(one.may_grant for one in rest)
    assert all(one.may_grant for one in vault.listed(CARRIER, "", 9))
    vault.revoke(names[0], BANK)
    vault.erase(names[1])
    assert [one.hash for one in vault.listed(BANK, "", 9)] == names[2:]


def test_to_put_the_same_again_changes_nothing(vault: Vault, folder: Path) -> None:
    payload = payload_of(b"twice")
    kept, before = put(vault, payload), files(folder)
    assert put(vault, payload, BANK) == kept
    assert files(folder) == before
    assert vault.readers(kept.hash) == sorted([BANK, CARRIER])
    with pytest.raises(TakenError):
        put(vault, payload, putter=SHIPPER)
    assert vault.standings(SHIPPER, kept.hash) == frozenset()


def test_what_is_not_as_promised_leaves_nothing(vault: Vault, folder: Path) -> None:
    payload = payload_of(b"promised")
    arrival = vault.arrive(CARRIER, 0)
    arrival.write(payload)
    for digest in (sha256(b"another"), b""):
        with pytest.raises(DigestError):
            vault.keep(arrival, digest, CARRIER, [box(CARRIER)])
    with pytest.raises(MalformedKeysError):
        vault.keep(arrival, sha256(payload), CARRIER, [box(BANK)])
    crowd = [box(CARRIER), *(box(f"{n:032x}") for n in range(256))]
    with pytest.raises(TooManyReadersError):
        vault.keep(arrival, sha256(payload), CARRIER, crowd)
    arrival.abandon()
    assert files(folder) == []
    assert vault.records.payload(sha256(payload).hex()) is None


@pytest.mark.parametrize("payload", [b"%PDF-1.7 in clear" * 99, b"RWVAULT\x02" + bytes(400)])
def test_nothing_in_clear_is_taken(vault: Vault, folder: Path, payload: bytes) -> None:
    with pytest.raises(NotSealedError):
        put(vault, payload)
    assert files(folder) == []


def test_a_payload_too_short_to_be_one_is_not_taken(vault: Vault) -> None:
    for size in (0, 3, 8, 279):
        with pytest.raises(NotSealedError):
            put(vault, payload_of(b"")[:size])
    assert put(vault, payload_of(b"")).size == 280


def test_a_payload_that_never_ends_is_given_up_at_the_limit(vault: Vault, folder: Path) -> None:
    with pytest.raises(TooLargeError):
        vault.arrive(CARRIER, SEALED_MAX + 1)
    arrival, written = vault.arrive(CARRIER, 0), 0
    piece = payload_of(b"x") + bytes(1 << 20)
    try:
        for _ in range(1_000):
            arrival.write(piece)
            written += len(piece)
        pytest.fail("it took a thousand mebibytes")
    except TooLargeError:
        pass
    assert written <= SEALED_MAX
    assert arrival.path.stat().st_size == written
    arrival.abandon()
    assert files(folder) == []


def test_a_putter_has_so_much_room(folder: Path) -> None:
    vault = Vault(folder, clock, bytes_a_putter_max=600)
    try:
        first = put(vault, payload_of(b"1"))
        put(vault, payload_of(b"2"))
        with pytest.raises(FullError):
            put(vault, payload_of(b"3"))
        put(vault, payload_of(b"4"), putter=BANK)
        vault.erase(first.hash)
        put(vault, payload_of(b"3"))
    finally:
        vault.close()


def test_readers_and_their_keys_are_bounded(vault: Vault) -> None:
    name = put(vault, payload_of(b"crowd")).hash
    crowd = [f"{n:032x}" for n in range(255)]
    vault.grant(name, CARRIER, [box(one) for one in crowd], may_grant=False)
    with pytest.raises(TooManyReadersError):
        vault.grant(name, CARRIER, [box("f" * 32)], may_grant=False)
    keys = [box(crowd[0], kid=f"{n:043d}") for n in range(16)]
    with pytest.raises(TooManyReadersError):
        vault.grant(name, CARRIER, keys, may_grant=False)
    assert len(vault.readers(name)) == 256
    assert vault.keyring.of(name, crowd[0]) == {KID: to_base64(b"w" * 80)}


def test_what_was_erased_is_gone_and_does_not_come_back(vault: Vault, folder: Path) -> None:
    payload = payload_of(b"forget me")
    name = put(vault, payload, BANK).hash
    vault.keys(name, BANK, KID)
    shred = vault.erase(name)
    assert shred == Shred(name, CARRIER, NOW)
    assert files(folder) == []
    for ask in (
        lambda: vault.read(name, CARRIER, KID),
        lambda: vault.keys(name, CARRIER, KID),
        lambda: vault.grant(name, CARRIER, [box(BANK)], may_grant=False),
        lambda: vault.revoke(name, BANK),
        lambda: vault.readers(name),
        lambda: put(vault, payload),
    ):
        with pytest.raises(ErasedError):
            ask()
    assert files(folder) == []
    assert vault.standings(CARRIER, name) == {PUTTER}, "it may see who had read it"
    assert vault.standings(BANK, name) == frozenset()
    assert [one.reader for one in vault.readings(name, 0, 9)] == [BANK]
    assert vault.erase(name) == shred, "to erase again is fine"


def test_what_never_was_there_is_unknown(vault: Vault) -> None:
    name = "0" * 64
    for ask in (
        lambda: vault.read(name, CARRIER, KID),
        lambda: vault.erase(name),
        lambda: vault.revoke(name, BANK),
        lambda: vault.grant(name, CARRIER, [box(BANK)], may_grant=False),
    ):
        with pytest.raises(UnknownPayloadError):
            ask()


def test_a_vault_is_one_processs(vault: Vault, folder: Path) -> None:
    with pytest.raises(LockedError):
        Vault(folder, clock)
    put(vault, payload_of(b"and goes on"))


def test_records_of_another_release_are_not_guessed_at(
    vault: Vault, folder: Path, reopen: Callable[[], Vault]
) -> None:
    vault.records._rows("UPDATE meta SET value = 2")
    with pytest.raises(DamagedError):
        reopen()
    (folder / "vault.db").write_bytes(b"no database" * 999)


@pytest.mark.parametrize("readers", [2, 8])
def test_grants_at_once_lose_none(vault: Vault, readers: int) -> None:
    name = put(vault, payload_of(b"busy")).hash
    crowd = [f"{n:032x}" for n in range(64)]
    with ThreadPoolExecutor(readers) as pool:
        list(pool.map(lambda one: vault.grant(name, CARRIER, [box(one)], may_grant=False), crowd))
    assert vault.readers(name) == sorted([*crowd, CARRIER])
    assert all(vault.keyring.of(name, one) for one in crowd)


def test_erasing_among_grants_leaves_no_key(vault: Vault, folder: Path) -> None:
    name = put(vault, payload_of(b"race")).hash

    def let(n: int) -> None:
        try:
            vault.grant(name, CARRIER, [box(f"{n:032x}")], may_grant=False)
        except ErasedError:
            return

    with ThreadPoolExecutor(4) as pool:
        granting = [pool.submit(let, n) for n in range(60)]
        erasing = pool.submit(vault.erase, name)
        for one in granting:
            one.result()
        assert erasing.result().hash == name
    assert files(folder) == []


def test_a_store_that_refuses_leaves_nothing(vault: Vault, folder: Path) -> None:
    payload = payload_of(b"no room")
    (folder / "objects").rmdir()
    (folder / "objects").write_bytes(b"in the way")
    with pytest.raises(UnavailableError):
        put(vault, payload)
    assert vault.records.arriving() == [sha256(payload).hex()], "the store may have it: at start"
    (folder / "objects").unlink()
    (folder / "objects").mkdir()


POINTS = {
    "begun": "keyring.add",
    "keys": "objects.keep",
    "stored": "records.grant",
    "granted": "records.finish",
    "noted": "keyring.discard",
    "unkeyed": "objects.discard",
    "unstored": "records.shredded",
}
"""The call before which the process dies."""
DYING = """
import os, sys
from pathlib import Path
sys.path[:0] = {paths!r}
from vault.test_vault import clock, put, payload_of
from ropewalk.vault import Vault
vault = Vault(Path({folder!r}), clock)
erased = put(vault, payload_of(b"erased"))
part, _, name = {point!r}.partition(".")
setattr(getattr(vault, part), name, lambda *a, **k: os.kill(os.getpid(), 9))
vault.erase(erased.hash) if {erases} else put(vault, payload_of(b"cut off"))
"""


@pytest.mark.parametrize("point", list(POINTS))
def test_a_kill_at_any_moment_leaves_all_or_nothing(folder: Path, point: str) -> None:
    erases = list(POINTS).index(point) > 3
    root = Path(__file__).parents[2]
    program = DYING.format(
        paths=[str(root / "src"), str(root / "tests")],
        folder=str(folder),
        point=POINTS[point],
        erases=erases,
    )
    died = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert died.returncode == -9, died.stderr.decode()
    first, second = (sha256(payload_of(one)).hex() for one in (b"erased", b"cut off"))
    vault = Vault(folder, clock)
    try:
        if erases:
            assert files(folder) == []
            assert vault.shreds() == [Shred(first, CARRIER, NOW)]
            assert vault.records.unfinished_shreds() == []
        else:
            assert files(folder) == sorted([first, f"{first}.json"])
            assert vault.records.payload(second) is None
            put(vault, payload_of(b"cut off"))
    finally:
        vault.close()


def test_orphans_are_swept_at_the_start(
    vault: Vault, folder: Path, reopen: Callable[[], Vault]
) -> None:
    """What a kill leaves: a payload and its keys without an end, a staged part, a spool file."""
    kept = put(vault, payload_of(b"stays")).hash
    orphan = sha256(b"an orphan").hex()
    vault.records.begin(orphan, CARRIER, 300, NOW)
    vault.keyring.add(orphan, [box(CARRIER)], by=CARRIER, putter=CARRIER)
    place = folder / "objects" / orphan[:2]
    place.mkdir(exist_ok=True)
    (place / orphan).write_bytes(b"half")
    (place / f"{orphan}#1").write_bytes(b"a part")
    (folder / "incoming" / "spool").write_bytes(b"cut off")
    again = reopen()
    assert files(folder) == sorted([kept, f"{kept}.json"])
    assert again.kept_bytes_of(CARRIER) == len(payload_of(b"stays"))


def test_a_restored_backup_is_shredded_again(vault: Vault, folder: Path, tmp_path: Path) -> None:
    stays, goes = (put(vault, payload_of(one)).hash for one in (b"stays", b"goes"))
    copy = tmp_path / "restored"
    assert copy_vault(folder, copy) == 2
    vault.erase(goes)
    kept = vault.shreds()
    restored = Vault(copy, clock)
    try:
        assert b"".join(restored.read(goes, CARRIER, KID)[1]) == payload_of(b"goes")
        assert restored.reapply_shreds(kept) == 1
        assert files(copy) == sorted([stays, f"{stays}.json"])
        with pytest.raises(ErasedError):
            restored.read(goes, CARRIER, KID)
        assert restored.reapply_shreds(kept) == 0
        assert restored.shreds() == kept
        assert b"".join(restored.read(stays, CARRIER, KID)[1]) == payload_of(b"stays")
    finally:
        restored.close()


def test_a_damaged_payload_is_handed_out_to_no_end(vault: Vault, folder: Path) -> None:
    payload = payload_of(os.urandom(700_000))
    name = put(vault, payload).hash
    path = folder / "objects" / name[:2] / name
    for wrong in (payload[:-1], payload + b"\0", payload[:9] + b"x" + payload[10:]):
        path.write_bytes(wrong)
        got = b""
        _, pieces = vault.read(name, CARRIER, KID)
        with pytest.raises(DamagedError):
            got += b"".join(pieces)
        assert len(got) < len(payload)
    path.unlink()
    with pytest.raises(UnavailableError):
        vault.read(name, CARRIER, KID)


def test_payloads_may_lie_in_an_object_store(folder: Path) -> None:
    """One in memory, spoken to as S3 is; wrapped keys and records stay here."""
    vault = Vault(folder, clock, url="memory:///")
    try:
        payload = payload_of(os.urandom(6 << 20))
        name = put(vault, payload, BANK).hash
        assert files(folder) == [f"{name}.json"]
        assert b"".join(vault.read(name, BANK, KID)[1]) == payload
        vault.erase(name)
        assert files(folder) == []
        with pytest.raises(FileNotFoundError):
            vault.objects.read(name)
    finally:
        vault.close()
    with pytest.raises(UnavailableError):
        Vault(folder, clock, url="gopher://nowhere")


def test_files_are_for_the_node_alone(vault: Vault, folder: Path) -> None:
    put(vault, payload_of(b"private"))
    assert folder.stat().st_mode & 0o077 == 0
    for path in folder.rglob("*.json"):
        assert path.stat().st_mode & 0o077 == 0
    assert os.access(folder, os.W_OK)
