# SPDX-License-Identifier: Apache-2.0
"""A rebuilt ledger is carried on: once, by whom others signed for, and everybody sees it."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from comet import run
from engines.archives import consortium_ledger, exported, ignore, lived, rebuilt
from network import PASSPHRASE, Network
from ropewalk.audit import Report, audit_directory
from ropewalk.client import History, bundle_of, read_trust, verify_bundle
from ropewalk.crypto import PrivateKey, sha256
from ropewalk.engines import chain as chaining
from ropewalk.engines.backup import backup
from ropewalk.engines.consortium import ConsortiumEngine
from ropewalk.engines.consortium import Settings as ConsortiumSettings
from ropewalk.engines.embedded import EmbeddedEngine, Settings
from ropewalk.engines.errors import DamageError, SuccessionError
from ropewalk.engines.opening import DataDirectory
from ropewalk.engines.port import StoppedError
from ropewalk.engines.succeeding import adopt, check_own_copy, propose, remember
from ropewalk.ledger import BadSuccessionError, Statement, encode_statement, sign_statement
from tlog.consensus_vectors import FIRST, LAST_AT
from verifier import consortium

WORD = "successor"


def audited(folder: Path) -> Report:
    return audit_directory(folder, None, ignore)


@pytest.fixture
def again(network: Network, tmp_path: Path) -> DataDirectory:
    """A ledger rebuilt from the network's archive; the network's own is closed."""
    lived(network)
    exported(network.folder, tmp_path / "archive")
    rebuilt(tmp_path / "archive", tmp_path / "again")
    return DataDirectory(tmp_path / "again")


def now_s(network: Network) -> int:
    return network.engine.condition().time + 1


def adopted(network: Network, again: DataDirectory) -> Statement:
    statement = propose(again, WORD, now_s(network))
    height = adopt(again, WORD, [sign_statement(statement, network.governance.key)], now_s(network))
    assert height == statement.height + 1
    return statement


def opened(directory: DataDirectory) -> EmbeddedEngine:
    return EmbeddedEngine(directory.path, Settings(WORD, verifiers=0, checks_invariants=True))


def test_it_is_live_under_the_successor_s_key(network: Network, again: DataDirectory) -> None:
    statement = adopted(network, again)
    assert audited(again.path).ok
    engine = opened(again)
    assert engine.condition().ready
    title, issued = network.issue("old network")
    outcome = engine.submit([network.by("carrier", "title.ISSUE", network.issue_body("N1"))])
    assert outcome.result(30)[0].status == "committed"
    assert engine.record("succession") is not None
    told = engine.events(statement.size, 1)[0]
    assert (told.position, told.name) == (statement.size, "identity.ledger_succeeded")
    engine.close()
    report = audited(again.path)
    assert report.ok, report.first_difference
    assert not again.successor_key.exists()
    assert again.log_key.stat().st_mode & 0o777 == 0o600
    assert title
    assert issued


def test_its_bundles_are_verified_and_its_archive_is_rebuilt(
    network: Network, again: DataDirectory, tmp_path: Path
) -> None:
    title, issued = network.issue("L1")
    exported(network.folder, tmp_path / "later")
    rebuilt(tmp_path / "later", tmp_path / "newer")
    newer = DataDirectory(tmp_path / "newer")
    statement = adopted(network, newer)
    engine = opened(newer)
    text = network.transfer(title, issued, "shipper", "bank")
    assert engine.submit([text]).result(30)[0].status == "committed"
    told = msgspec.convert(msgspec.to_builtins(engine.history(title)), History)
    bundle = bundle_of(told, network.network, title, None)
    verdict = verify_bundle(bundle, read_trust(network.genesis), None)
    assert verdict.ok, verdict.detail
    assert f"since entry {statement.size}" in verdict.proven[-1]
    engine.close()
    lines = exported(newer.path, tmp_path / "third")
    found = rebuilt(tmp_path / "third", tmp_path / "fourth")
    assert found.signed_by == "the successor's log, before it the genesis' log's key"
    assert audited(tmp_path / "fourth").ok
    assert exported(tmp_path / "fourth", tmp_path / "fifth") == lines
    copy = EmbeddedEngine(tmp_path / "fourth", Settings("", verifiers=0))
    assert not copy.condition().ready
    copy.close()
    with pytest.raises(SuccessionError, match="already"):
        propose(DataDirectory(tmp_path / "fourth"), WORD, now_s(network))
    assert again.archive.exists()


def test_too_few_or_others_change_nothing(network: Network, again: DataDirectory) -> None:
    statement = propose(again, WORD, now_s(network))
    other = msgspec.structs.replace(statement, size=statement.size - 1)
    key = network.governance.key
    stranger = PrivateKey(sha256(b"stranger"))
    before = audited(again.path)
    for signed in (
        [],
        [sign_statement(statement, stranger)],
        [sign_statement(statement, key), sign_statement(other, key)],
        [sign_statement(other, key)],
        ["nothing"],
    ):
        with pytest.raises(BadSuccessionError):
            adopt(again, WORD, signed, now_s(network))
        assert not again.log_key.exists()
        assert not again.succession.exists()
    assert audited(again.path) == before


def test_the_statement_s_own_key_is_asked_for(
    network: Network, again: DataDirectory, tmp_path: Path
) -> None:
    """Two rebuilds propose two successors; what is signed for one does not make the other live."""
    rebuilt(tmp_path / "archive", tmp_path / "other")
    other = DataDirectory(tmp_path / "other")
    statement = propose(again, WORD, now_s(network))
    assert propose(other, WORD, now_s(network)).log != statement.log
    signed = [sign_statement(statement, network.governance.key)]
    with pytest.raises(SuccessionError, match="not the successor's key"):
        adopt(other, WORD, signed, now_s(network))
    adopt(again, WORD, signed, now_s(network))


def test_only_what_was_rebuilt_is_carried_on(network: Network, again: DataDirectory) -> None:
    moment = now_s(network)
    network.engine.close()
    own = DataDirectory(network.folder)
    with pytest.raises(SuccessionError, match="was not rebuilt"):
        propose(own, WORD, moment)
    own.archive.write_bytes(again.archive.read_bytes())
    with pytest.raises(SuccessionError, match="was not rebuilt"):
        propose(own, PASSPHRASE, moment)
    own.archive.unlink()
    network.engine = EmbeddedEngine(network.folder, network.settings)


@pytest.mark.parametrize("step", ["write", "sign"])
def test_a_crash_in_between_leaves_it_read_only_or_live(
    step: str, network: Network, again: DataDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    statement = propose(again, WORD, now_s(network))
    signed = [sign_statement(statement, network.governance.key)]
    with monkeypatch.context() as patched:

        def crash(*_given: object) -> None:
            raise KeyboardInterrupt

        patched.setattr(chaining.Chain, f"_{step}", crash)
        with pytest.raises(KeyboardInterrupt):
            adopt(again, WORD, signed, now_s(network))
    engine = opened(again)
    assert engine.condition().ready is (step == "sign")
    engine.close()
    if step == "write":
        adopt(again, WORD, signed, now_s(network))
    assert audited(again.path).ok


def test_a_succession_of_another_ledger_beside_it_is_damage(
    network: Network, again: DataDirectory
) -> None:
    adopted(network, again)
    data = again.succession.read_bytes()
    again.succession.write_bytes(data.replace(b'"size":', b'"size":1'))
    with pytest.raises(DamageError, match="another succession"):
        opened(again)
    again.succession.unlink()
    with pytest.raises(DamageError, match=r"succession\.json"):
        opened(again)


def test_a_backup_of_it_goes_on_as_it_does(network: Network, again: DataDirectory) -> None:
    adopted(network, again)
    copy = again.path.with_name("backup")
    backup(again, copy, ignore)
    assert audited(copy).ok
    engine = EmbeddedEngine(copy, Settings(WORD, verifiers=0))
    assert engine.condition().ready
    assert engine.prove("sentinel").succession is not None
    engine.close()


# Signing


def test_a_signer_remembers_the_one_it_signed(network: Network, again: DataDirectory) -> None:
    statement = propose(again, WORD, now_s(network))
    memory = again.path / "elsewhere" / "succession-signed.json"
    remember(statement, memory)
    remember(statement, memory)
    for members in ({"log": "x"}, {"size": 99}, {"network": "ab" * 32}):
        with pytest.raises(SuccessionError):
            remember(msgspec.structs.replace(statement, **members), memory)


def test_a_signer_s_own_copy_is_asked(network: Network, again: DataDirectory) -> None:
    statement = propose(again, WORD, now_s(network))
    own = DataDirectory(network.folder)
    check_own_copy(own, statement)
    check_own_copy(DataDirectory(network.folder / "nothing"), statement)
    replaced = msgspec.structs.replace
    for members, told in (
        ({"network": "ab" * 32}, "another network"),
        ({"root": "ab" * 32}, "another log"),
        ({"size": statement.size - 2}, "leaves out acts"),
    ):
        with pytest.raises(SuccessionError, match=told):
            check_own_copy(own, replaced(statement, **members))
    network.issue("more")
    with pytest.raises(SuccessionError, match="leaves out acts"):
        check_own_copy(own, statement)


def test_an_operator_that_signed_leads_the_ledger_no_more(
    network: Network, again: DataDirectory, tmp_path: Path
) -> None:
    statement = propose(again, WORD, now_s(network))
    network.engine.close()
    own = DataDirectory(network.folder)
    file, keys = tmp_path / "statement.json", tmp_path / "keys"
    file.write_bytes(encode_statement(statement))
    keys.mkdir()
    network.governance.key.write(keys / "governance.pem", PASSPHRASE)
    sign = ("succession", "sign", file, "--key", "governance", "--key-folder", keys)
    for data in (own.path, again.path):
        done = run(*sign, "--data", data, "-o", tmp_path / "signed", word=PASSPHRASE)
        assert done.exit_code == 0, done.output
    with pytest.raises(StoppedError, match="takes no part"):
        EmbeddedEngine(own.path, Settings(PASSPHRASE, verifiers=0))
    signed = (tmp_path / "signed").read_text(encoding="ascii")
    adopt(again, WORD, [signed], now_s(network))
    engine = opened(again)
    assert engine.condition().ready
    engine.close()


# Consortia


def consortial(tmp_path: Path, size: int) -> tuple[DataDirectory, Callable[[int], list[str]]]:
    """A consortium's ledger rebuilt, with votes for so many entries, and signatures of so many."""
    leave = consortium_ledger(tmp_path / "member")
    if size:
        leave(size)
    exported(tmp_path / "member", tmp_path / "archive")
    rebuilt(tmp_path / "archive", tmp_path / "again")
    again = DataDirectory(tmp_path / "again")

    def signed(count: int) -> list[str]:
        statement = propose(again, WORD, consortium.TIME_S)
        return [sign_statement(statement, key) for key, _ in FIRST[:count]]

    return again, signed


@pytest.mark.parametrize("size", [0, 3, 7])
def test_validators_decide_whatever_is_left_of_their_votes(tmp_path: Path, size: int) -> None:
    again, signed = consortial(tmp_path, size)
    with pytest.raises(BadSuccessionError, match="20 of 40"):
        adopt(again, WORD, signed(2), consortium.TIME_S)
    adopt(again, WORD, signed(3), consortium.TIME_S)
    report = audited(again.path)
    assert report.ok, report.first_difference
    engine = opened(again)
    shown = engine.prove("sentinel").succession
    assert shown is not None
    assert ("consensus" in shown, "consistency" in shown) == (size > 0, 0 < size < 7)
    assert engine.condition().ready
    engine.close()
    exported(again.path, tmp_path / "second")
    found = rebuilt(tmp_path / "second", tmp_path / "third")
    assert found.signed_by.startswith("the successor's log, before it ")
    assert audited(tmp_path / "third").ok
    with pytest.raises(StoppedError, match="goes on by a succession"):
        ConsortiumEngine(
            again.path, ConsortiumSettings(WORD, "unix:///nowhere", Path("nowhere"), verifiers=0)
        )


def test_consensus_led_as_far_as_a_header_shows(tmp_path: Path) -> None:
    again, signed = consortial(tmp_path, 7)
    statement = propose(again, WORD, consortium.TIME_S)
    assert statement.led == LAST_AT - 1 > statement.height
    further = msgspec.structs.replace(statement, led=LAST_AT)
    with pytest.raises(SuccessionError, match="no header"):
        adopt(again, WORD, [sign_statement(further, key) for key, _ in FIRST], consortium.TIME_S)
    adopt(again, WORD, signed(3), consortium.TIME_S)


def test_who_governs_a_consortium_signs_no_successor(tmp_path: Path) -> None:
    again, _ = consortial(tmp_path, 0)
    statement = propose(again, WORD, consortium.TIME_S)
    (tmp_path / "statement.json").write_bytes(encode_statement(statement))
    sign = ("succession", "sign", tmp_path / "statement.json", "--key", "governance")
    done = run(*sign, "--data", tmp_path / "member", "-o", tmp_path / "signed")
    assert done.exit_code == 3
    assert "those who vote sign" in done.output
    assert not (tmp_path / "signed").exists()


def test_a_member_that_signed_takes_no_part_any_more(tmp_path: Path) -> None:
    again, _ = consortial(tmp_path, 0)
    statement = propose(again, WORD, consortium.TIME_S)
    remember(statement, DataDirectory(tmp_path / "member").signed_succession)
    with pytest.raises(StoppedError, match="takes no part"):
        ConsortiumEngine(
            tmp_path / "member",
            ConsortiumSettings(PASSPHRASE, "unix:///nowhere", Path("nowhere"), verifiers=0),
        )
