# SPDX-License-Identifier: Apache-2.0
"""Archives: what was written is rebuilt to the byte, and nothing else is."""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from engines.archives import (
    TERMS,
    consortium_ledger,
    exported,
    ignore,
    lived,
    rebuilt,
    refused,
    sealed,
)
from network import PASSPHRASE, Network
from ropewalk.audit import audit_directory
from ropewalk.crypto import (
    PrivateKey,
    encode,
    from_base64,
    sha256,
    sha256_hex,
    to_base64,
    to_base64url,
)
from ropewalk.engines import archive as archiving
from ropewalk.engines.archive import consensus_of, encoded
from ropewalk.engines.backup import backup
from ropewalk.engines.consortium import ConsortiumEngine
from ropewalk.engines.consortium import Settings as ConsortiumSettings
from ropewalk.engines.embedded import EmbeddedEngine, Settings
from ropewalk.engines.errors import ArchiveError, DamageError, NotInitialisedError
from ropewalk.engines.opening import DataDirectory, DirectoryLock
from ropewalk.engines.port import (
    AlreadyInitialisedError,
    InUseError,
    ReadOnlyError,
    StoppedError,
)
from ropewalk.engines.rebuilding import Terms
from ropewalk.tlog import Checkpoint, VerifierKey, sign_checkpoint
from verifier import consortium

Lines = list[bytes]
MANIFEST, GENESIS, NOTE, FIRST = range(4)
"""Lines of an embedded ledger's archive; `FIRST` is the first entry's."""


@pytest.fixture
def lines(network: Network, tmp_path: Path) -> Lines:
    """An honest archive's lines."""
    lived(network)
    return exported(network.folder, tmp_path / "honest")


def test_a_rebuilt_ledger_is_the_same_ledger(network: Network, tmp_path: Path) -> None:
    """Every answer, every record, every root; exported again, the same bytes."""
    lived(network)
    honest = exported(network.folder, tmp_path / "honest")
    found = rebuilt(tmp_path / "honest", tmp_path / "again")
    condition = network.engine.condition()
    assert (found.size, found.height) == (condition.size, condition.height)
    assert (found.titles, found.proof, found.signed_by) == (3, "checkpoint", "the log's key")
    assert exported(tmp_path / "again", tmp_path / "second") == honest
    report = audit_directory(tmp_path / "again", None, ignore)
    assert report.ok, report.first_difference
    engine = EmbeddedEngine(tmp_path / "again", Settings("", verifiers=0))
    for key in ("sentinel", "governance", "no/such"):
        assert engine.prove(key) == network.engine.prove(key)
    assert engine.entries(0, 500) == network.engine.entries(0, 500)
    assert engine.events(0, 500) == network.engine.events(0, 500)
    assert engine.checkpoint() == network.engine.checkpoint()
    engine.close()
    report = audit_directory(tmp_path / "again", None, ignore)
    assert report.ok, report.first_difference


def test_a_rebuilt_ledger_is_read_only(network: Network, lines: Lines, tmp_path: Path) -> None:
    assert lines
    rebuilt(tmp_path / "honest", tmp_path / "again")
    engine = EmbeddedEngine(tmp_path / "again", Settings("", verifiers=0))
    condition = engine.condition()
    assert (condition.ready, condition.size) == (False, network.engine.condition().size)
    assert condition.reason == "rebuilt from an archive; a succession makes it live"
    with pytest.raises(ReadOnlyError, match="a succession makes it live"):
        engine.submit([network.by("carrier", "title.ISSUE", network.issue_body("X"))])
    engine.close()
    with pytest.raises(StoppedError, match="no member's copy"):
        ConsortiumEngine(
            tmp_path / "again", ConsortiumSettings(PASSPHRASE, "unix:///nowhere", Path("nowhere"))
        )


def test_a_key_beside_it_does_not_make_it_live(
    network: Network, lines: Lines, tmp_path: Path
) -> None:
    """Not even the log's own, nor with `archive.json` gone: it would sign a second log."""
    assert lines
    rebuilt(tmp_path / "honest", tmp_path / "again")
    keys = DataDirectory(tmp_path / "again").log_key
    keys.parent.mkdir()
    keys.write_bytes(DataDirectory(network.folder).log_key.read_bytes())
    keys.chmod(0o600)
    for _ in range(2):
        engine = EmbeddedEngine(tmp_path / "again", Settings(PASSPHRASE, verifiers=0))
        assert not engine.condition().ready
        engine.close()
        DataDirectory(tmp_path / "again").archive.unlink(missing_ok=True)


def test_a_backup_of_a_rebuilt_ledger_is_one(lines: Lines, tmp_path: Path) -> None:
    assert lines
    rebuilt(tmp_path / "honest", tmp_path / "again")
    backup(DataDirectory(tmp_path / "again"), tmp_path / "backup", ignore)
    assert exported(tmp_path / "backup", tmp_path / "second") == lines


def test_workers_come_to_the_same(lines: Lines, tmp_path: Path) -> None:
    assert lines
    terms = Terms(TERMS.commitment, verifiers=2)
    assert rebuilt(tmp_path / "honest", tmp_path / "again", terms).transactions > 0


def test_an_archive_of_nothing_is_none(tmp_path: Path) -> None:
    with pytest.raises(NotInitialisedError):
        exported(tmp_path / "nothing", tmp_path / "archive")


def test_entries_that_do_not_lead_to_what_was_signed_make_no_archive(
    network: Network, tmp_path: Path
) -> None:
    network.issue("A1")
    with network.engine._chain.store.transaction() as writer:
        writer.execute("UPDATE entry SET entry = ? WHERE position = 3", (b"other",))
    with pytest.raises(DamageError, match="do not lead to the root"):
        exported(network.folder, tmp_path / "archive")
    assert not list(tmp_path.glob("archive*"))


# Hostile archives


@pytest.mark.parametrize("app_hash", ["", "ab", "ab" * 32, "ab" * 39, "ab" * 41, "ab" * 64])
def test_votes_for_no_log_make_no_archive(app_hash: str, tmp_path: Path) -> None:
    """A node that is asked for its whole ledger may answer anything."""
    consortium_ledger(tmp_path / "member")(3)
    directory = DataDirectory(tmp_path / "member")
    votes = consensus_of(directory.consensus.read_bytes())
    header = msgspec.structs.replace(votes.header, app_hash=app_hash)
    directory.consensus.write_bytes(encoded(msgspec.structs.replace(votes, header=header)))
    with pytest.raises(ArchiveError, match="root and size"):
        exported(directory.path, tmp_path / "archive")
    assert not (tmp_path / "archive").exists()


def test_a_truncated_archive_is_told_at_every_line(lines: Lines, tmp_path: Path) -> None:
    content = b"".join(line + b"\n" for line in lines)
    at = 0
    for line in lines:
        for cut in (at, at + 1, at + len(line)):
            told = refused(content[:cut], tmp_path)
            assert "cut short" in told, (cut, told)
        at += len(line) + 1


@pytest.mark.parametrize("reseal", [False, True])
def test_lines_swapped_dropped_or_doubled_are_told(
    lines: Lines, tmp_path: Path, *, reseal: bool
) -> None:
    """Also where the closing hash was made anew."""
    for number in range(len(lines) - 1):
        swapped = [*lines]
        if number + 1 < len(lines) - 1:
            swapped[number : number + 2] = reversed(swapped[number : number + 2])
        for changed in (
            swapped,
            lines[:number] + lines[number + 1 :],
            [*lines[: number + 1], *lines[number:]],
        ):
            if changed != lines:
                content = sealed(changed) if reseal else b"".join(one + b"\n" for one in changed)
                assert refused(content, tmp_path).startswith("line ")


def with_line(number: int, change: Callable[[bytes], bytes]) -> Callable[[Lines], bytes]:
    """A change of one line, the closing line made anew."""

    def changed(lines: Lines) -> bytes:
        return sealed([change(one) if at == number else one for at, one in enumerate(lines)])

    return changed


def manifest(**members: object) -> Callable[[Lines], bytes]:
    """A change of the manifest's members."""

    def change(line: bytes) -> bytes:
        return encode({**json.loads(line), **members})

    return with_line(MANIFEST, change)


def note_by(key: PrivateKey, *, size: int = 0) -> Callable[[Lines], bytes]:
    """Another checkpoint, of another size, or signed by another key."""

    def changed(lines: Lines) -> bytes:
        told = json.loads(lines[MANIFEST])
        origin = json.loads(lines[GENESIS])["log"].partition("+")[0]
        made = Checkpoint(origin, size or told["size"], bytes.fromhex(told["root"]))
        note = sign_checkpoint(made, VerifierKey(origin, key.public_key), key.sign)
        return sealed([*lines[:NOTE], to_base64(note.to_bytes()).encode(), *lines[NOTE + 1 :]])

    return changed


def transaction(change: Callable[[str], str], **members: object) -> Callable[[Lines], bytes]:
    """A change of the last transaction: its text, or what is said of it."""

    def changed(lines: Lines) -> bytes:
        at = max(number for number, line in enumerate(lines) if b'"transaction"' in line)
        _, fields = json.loads(lines[at])
        fields = {**fields, "transaction": change(fields["transaction"]), **members}
        return sealed([*lines[:at], encode([1, fields]), *lines[at + 1 :]])

    return changed


def same(text: str) -> str:
    """Leave it."""
    return text


def flipped(text: str) -> str:
    """A bit of the signature turned."""
    return text[:-2] + ("A" if text[-2] != "A" else "B") + text[-1]


def other_payload(text: str) -> str:
    """The payload of another time limit, under the same signature."""
    head, payload, signature = text.split(".")
    content = from_base64(payload.replace("-", "+").replace("_", "/") + "=" * (-len(payload) % 4))
    fields = json.loads(content)
    fields["valid_until"] += 1
    return f"{head}.{to_base64url(encode(fields))}.{signature}"


def beyond(lines: Lines) -> bytes:
    """A line more behind the closing one."""
    return b"".join(one + b"\n" for one in lines) + b"more\n"


def other_genesis(lines: Lines) -> bytes:
    """Another network's genesis, which the manifest names."""
    fields = json.loads(lines[GENESIS])
    fields["salt"] = "ab" * 32
    genesis = encode(fields)
    named = encode({**json.loads(lines[MANIFEST]), "network": sha256_hex(genesis)})
    return sealed([named, genesis, *lines[NOTE:]])


def other_root(line: bytes) -> bytes:
    """A block's end with another state root."""
    _, fields = json.loads(line)
    return encode([1, {**fields, "state_root": "ab" * 32}])


def at_the_end(change: Callable[[bytes], bytes]) -> Callable[[Lines], bytes]:
    """A change of the last entry."""
    return lambda lines: sealed([*lines[:-2], change(lines[-2]), lines[-1]])


def later(name: str, by: int) -> Callable[[bytes], bytes]:
    """A block's end at another height or time."""

    def change(line: bytes) -> bytes:
        _, fields = json.loads(line)
        return encode([1, {**fields, name: fields[name] + by}])

    return change


STRANGER = PrivateKey(sha256(b"somebody"))
HOSTILE: dict[str, tuple[Callable[[Lines], bytes], str]] = {
    "a closing hash of other lines": (
        lambda lines: b"".join(one + b"\n" for one in lines[:-1]) + encode({"sha256": "ab" * 32}),
        "cut short",
    ),
    "another closing hash": (
        lambda lines: sealed(lines)[:-67] + b"ab" * 32 + b'"}\n',
        "the closing hash",
    ),
    "something behind it": (beyond, "behind the closing line"),
    "a changed outcome": (transaction(same, code="ledger.refused", number=7000), "another outcome"),
    "a refusal called committed": (
        transaction(same, code="committed", number=0),
        "another outcome",
    ),
    "a turned signature": (transaction(flipped), "no transaction that holds"),
    "another payload": (transaction(other_payload), "no transaction that holds"),
    "no transaction": (transaction(lambda _text: "nothing"), "no transaction that holds"),
    "another state root": (at_the_end(other_root), "leads to state root"),
    "another height": (at_the_end(later("height", 1)), "the manifest: the entries lead to"),
    "a height twice": (at_the_end(later("height", -1)), "goes backwards"),
    "another time": (at_the_end(later("time", -100_000)), "goes backwards"),
    "a checkpoint by another key": (note_by(STRANGER), "the checkpoint: "),
    "a checkpoint of another size": (note_by(STRANGER, size=3), "the checkpoint: "),
    "no checkpoint": (with_line(NOTE, lambda _line: b"????"), "the checkpoint: "),
    "another network's genesis": (other_genesis, "does not begin with its genesis"),
    "another network": (manifest(network="ab" * 32), "of another network"),
    "no genesis": (with_line(GENESIS, lambda _line: b"{}"), "genesis"),
    "another size": (manifest(size=5, proven_size=5), "line "),
    "a size beyond": (manifest(size=2**53 - 1, proven_size=2**53 - 1), "no entry"),
    "another root": (manifest(root="ab" * 32), "line 1: the manifest: the entries lead to"),
    "another manifest's height": (manifest(height=1), "line 1: the manifest: the entries lead"),
    "votes that are not there": (manifest(proof="consensus"), "nobody votes"),
    "a succession that is not there": (manifest(succession=True), "the succession: "),
    "a node that has no part": (manifest(node="A" * 43), "has no part"),
    "less proven": (manifest(proven_size=0), "a checkpoint proves all"),
    "more proven": (manifest(proven_size=10**6), "more is proven"),
    "documents that are not there": (manifest(documents=1), "line "),
    "a manifest of another form": (manifest(format="ropewalk-archive/2"), "the manifest: "),
    "a member more": (manifest(more=1), "the manifest: "),
    "a deep manifest": (
        with_line(MANIFEST, lambda _line: b"[" * 2_000 + b"]" * 2_000),
        "the manifest",
    ),
    "a long manifest": (with_line(MANIFEST, lambda line: line * 100), "at most 4096 bytes"),
    "a long genesis": (with_line(GENESIS, lambda line: line * 1_000), "at most 65536 bytes"),
    "a long note": (with_line(NOTE, lambda line: line * 1_000), "at most 24576 bytes"),
    "a long entry": (with_line(FIRST + 2, lambda line: line * 4_000), "at most 262144 bytes"),
    "an empty entry": (with_line(FIRST + 2, lambda _line: b""), "no entry"),
    "bytes that are no text": (with_line(FIRST + 2, lambda _line: b"\xff\x00\xfe"), "no entry"),
    "bytes in a transaction": (
        with_line(FIRST + 1, lambda line: line[:40] + b"\xff" + line[41:]),
        "line 5: ",
    ),
    "white space in a transaction's entry": (
        with_line(FIRST + 1, lambda line: line.replace(b",", b", ", 2)),
        "line 5: ",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_and_its_line_named(
    name: str, lines: Lines, tmp_path: Path
) -> None:
    change, expected = HOSTILE[name]
    told = refused(change(lines), tmp_path)
    assert told.startswith("line ")
    assert expected in told


def test_a_block_without_end_does_not_fill_the_memory(
    lines: Lines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ropewalk.engines.rebuilding.BLOCK_ENTRIES_MAX", 5)
    endless = [*lines[: FIRST + 2], *[lines[FIRST + 1]] * 10, *lines[FIRST + 2 :]]
    assert "larger than one may be" in refused(sealed(endless), tmp_path)


def test_a_genesis_that_is_trusted_is_asked_for(lines: Lines, tmp_path: Path) -> None:
    trusting = Terms(TERMS.commitment, trust=lines[GENESIS], verifiers=0)
    assert rebuilt(tmp_path / "honest", tmp_path / "again", trusting).titles == 3
    other = Terms(TERMS.commitment, trust=consortium.genesis(), verifiers=0)
    assert "line 2" in refused(sealed(lines), tmp_path, other)


# Where it stops half-way


def test_what_a_kill_left_is_begun_anew(lines: Lines, tmp_path: Path) -> None:
    assert lines
    left = tmp_path / ".again.rebuilding"
    (left / "documents").mkdir(parents=True)
    (left / "documents" / "one").write_bytes(b"half")
    (left / "ledger.db").write_bytes(b"half a ledger")
    lock = DirectoryLock(left / "lock")
    with pytest.raises(InUseError):
        rebuilt(tmp_path / "honest", tmp_path / "again")
    assert (left / "ledger.db").exists(), "somebody works there"
    lock.release()
    assert rebuilt(tmp_path / "honest", tmp_path / "again").titles == 3
    assert not left.exists()
    with pytest.raises(AlreadyInitialisedError):
        rebuilt(tmp_path / "honest", tmp_path / "again")


def test_an_archive_that_can_t_be_written_leaves_nothing(
    network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archiving, "fsync_file", full)
    with pytest.raises(OSError, match="No space"):
        exported(network.folder, tmp_path / "archive")
    assert not list(tmp_path.glob("archive*"))
