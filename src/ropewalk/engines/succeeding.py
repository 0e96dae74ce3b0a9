# SPDX-License-Identifier: Apache-2.0
"""Succession: who rebuilt a ledger proposes, whoever decided before signs, and it is live again.

propose(directory, passphrase)           # a key for the log, and a statement to be signed
remember(statement, path)                # a signer's memory: one successor, ever
adopt(directory, passphrase, signed, …)  # counted by the machine, and an entry of the log
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import apsw

from ropewalk.crypto import KeyFileError, PrivateKey, generate, read, to_base64
from ropewalk.engines.archive import BlockEnd, Governing, Material
from ropewalk.engines.chain import Chain
from ropewalk.engines.disk import replace_durably
from ropewalk.engines.errors import DamageError, SuccessionError
from ropewalk.engines.opening import DataDirectory, DirectoryLock, open_chain
from ropewalk.engines.rebuilt import read_rebuilt, write_beside
from ropewalk.engines.signing import succession_of
from ropewalk.engines.store import REBUILT, open_for_reading
from ropewalk.engines.watermark import sync_directory
from ropewalk.identity import controller_key, load_governance
from ropewalk.ledger import (
    BadSuccessionError,
    SignedStatement,
    Statement,
    Succession,
    encode_statement,
    network_id,
    open_statement,
    read_genesis,
    read_statement,
)
from ropewalk.tlog import TiledLog, VerifierKey, presence_to_json, prove_presence

FORMAT = "ropewalk-succession/1"


def propose(directory: DataDirectory, passphrase: str, now_s: int) -> Statement:
    """Make the key of a log that is to go on, and the statement that says so.

    Asked again, it says the same.

    Raises:
        SuccessionError: the ledger was not rebuilt, or goes on already.
        EngineError: it does not open.
    """
    with _rebuilt(directory, passphrase, now_s) as chain:
        if not directory.successor_key.exists():
            directory.successor_key.parent.mkdir(mode=0o700, exist_ok=True)
            generate().write(directory.successor_key, passphrase)
        key = _key(directory, passphrase)
        tip = chain.tip
        return Statement(
            format=FORMAT,  # type: ignore[arg-type]  # the literal
            height=tip.height,
            led=_led(directory, chain),
            log=VerifierKey(_origin(chain), key.public_key).text,
            network=chain.machine.network,
            root=tip.log_root.hex(),
            size=tip.size,
        )


def adopt(directory: DataDirectory, passphrase: str, signed: Sequence[str], now_s: int) -> int:
    """Carry the ledger on: the succession becomes its next entry; the height of that block.

    Raises:
        BadSuccessionError: it is of another log, or too few have signed. Nothing was changed.
        SuccessionError: the ledger was not rebuilt, goes on already, or lacks the successor's key.
    """
    with _rebuilt(directory, passphrase, now_s) as chain:
        statement, signatures = gathered(signed)
        key = _key(directory, passphrase)
        if VerifierKey(_origin(chain), key.public_key).text != statement.log:
            raise SuccessionError(f"{directory.successor_key.name} is not the successor's key")
        content = SignedStatement(signatures=signatures, statement=statement)
        _require_shown(directory, chain, statement)
        material = _material(directory, chain, content)

        def take() -> None:
            write_beside(directory.succession, material)
            replace_durably(directory.log_key, directory.successor_key.read_bytes(), 0o600)
            chain.log_key = key
            chain.verifier_key = VerifierKey.parse(statement.log)

        chain.succeed(now_s, Succession(succession=content), take)
        height = chain.tip.height
    directory.successor_key.unlink()
    sync_directory(directory.successor_key.parent)
    return height


@contextmanager
def _rebuilt(directory: DataDirectory, passphrase: str, now_s: int) -> Iterator[Chain]:
    """A rebuilt ledger that nobody carries on yet, opened."""
    lock = DirectoryLock(directory.lock)
    try:
        if not directory.archive.exists():
            raise SuccessionError(f"{directory.path} was not rebuilt from an archive")
        chain = open_chain(directory, passphrase, now_s=now_s)
        try:
            _require_unsucceeded(directory, chain)
            yield chain
        except BaseException:
            chain.abandon()
            raise
        chain.close()
    finally:
        lock.release()


def _require_unsucceeded(directory: DataDirectory, chain: Chain) -> None:
    if succession_of(chain.store) is not None:
        raise SuccessionError("somebody carries this ledger on already")
    if chain.store.meta(REBUILT) is None:
        raise SuccessionError(f"{directory.path} was not rebuilt from an archive")


def _key(directory: DataDirectory, passphrase: str) -> PrivateKey:
    try:
        return read(directory.successor_key, passphrase)
    except (KeyFileError, OSError) as error:
        raise SuccessionError(f"keys/{directory.successor_key.name}: {error}") from error


def _led(directory: DataDirectory, chain: Chain) -> int:
    """How far consensus led the network, as far as a header in the archive shows who votes."""
    consensus = read_rebuilt(directory.archive).consensus
    height = chain.tip.height
    return height if consensus is None else max(height, consensus.header.height - 1)


def _require_shown(directory: DataDirectory, chain: Chain, statement: Statement) -> None:
    """Refuse a statement by which consensus led further than a stranger can be shown."""
    if statement.led > _led(directory, chain):
        raise SuccessionError(f"no header in the archive is behind height {statement.led}")


def _origin(chain: Chain) -> str:
    return chain.machine.log.partition("+")[0]


def gathered(signed: Sequence[str]) -> tuple[Statement, list[str]]:
    """The one statement that all of these sign, and its signatures in order, each key once.

    Raises:
        BadSuccessionError: there is none, or they sign several.
    """
    opened = [(text.strip(), *open_statement(text.strip())) for text in signed]
    if not opened:
        raise BadSuccessionError("nobody has signed")
    statement = opened[0][2]
    if any(one != statement for _, _, one in opened):
        raise BadSuccessionError("these sign different statements")
    by_key = {made.kid: text for text, made, _ in opened}
    return statement, [by_key[kid] for kid in sorted(by_key)]


def _material(directory: DataDirectory, chain: Chain, content: SignedStatement) -> Material:
    """What a stranger will need, to see that these were the ones to decide."""
    statement, log = content.statement, TiledLog(chain.store.tile)
    if read_genesis(chain.store.meta("genesis")).validators:
        rebuilt = read_rebuilt(directory.archive)
        path = None
        if rebuilt.consensus is not None and rebuilt.proven_size < statement.size:
            hashes = log.consistency_path(rebuilt.proven_size, chain.tip.size)
            path = [to_base64(one) for one in hashes]
        return Material(
            consensus=rebuilt.consensus,
            consistency=path,
            signatures=content.signatures,
            statement=statement,
        )
    return Material(
        checkpoint=to_base64(chain.tip.note),
        governance=_governing(chain, log),
        signatures=content.signatures,
        statement=statement,
    )


def _governing(chain: Chain, log: TiledLog) -> Governing:
    identifier, _ = load_governance(chain.view)
    key = controller_key(identifier)
    size = chain.tip.size
    record = chain.store.written_record(key)
    ((_, entry),) = chain.store.entries(size - 1, size)
    proof = prove_presence(chain.tree, key.encode("ascii"), record or b"")
    return Governing(
        block=BlockEnd(
            inclusion=[to_base64(one) for one in log.inclusion_path(size - 1, size)],
            leaf=entry.decode("ascii"),
            position=size - 1,
        ),
        controller=presence_to_json(proof),
    )


def remember(statement: Statement, *paths: Path) -> None:
    """Note what is about to be signed, durably, before it is; in all of these files, or in none.

    Raises:
        SuccessionError: another statement of this network was signed before.
    """
    missing = [path for path in paths if not _is_remembered(path, statement)]
    for path in missing:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace_durably(path, encode_statement(statement))


def _is_remembered(path: Path, statement: Statement) -> bool:
    if not path.exists():
        return False
    signed = read_statement(path.read_bytes())
    if signed == statement:
        return True
    if signed.network == statement.network:
        raise SuccessionError(
            f"another successor was signed here before ({signed.log}): whoever signs two can "
            "be shown to have done so"
        )
    raise SuccessionError(f"{path.name} is of another network")


def require_governed(directory: DataDirectory) -> None:
    """Refuse a governing key's signature where validators decide who carries on.

    Raises:
        SuccessionError: a consortium leads the signer's own copy.
    """
    if directory.genesis.exists() and read_genesis(directory.genesis.read_bytes()).validators:
        raise SuccessionError(
            "a consortium leads this ledger: those who vote sign who carries on, each on its own "
            "machine and without --key"
        )


def check_own_copy(directory: DataDirectory, statement: Statement) -> None:
    """Hold a statement to the signer's own copy of the ledger, where there is one.

    Raises:
        SuccessionError: it leaves out what was done, or is of another log.
    """
    if not directory.genesis.exists():
        return
    if statement.network != network_id(directory.genesis.read_bytes()):
        raise SuccessionError("the statement is of another network")
    if directory.database.exists():
        _compare(directory, statement)


def _compare(directory: DataDirectory, statement: Statement) -> None:
    connection = open_for_reading(directory.database)
    size: int
    root: bytes
    try:
        ((size, root),) = connection.execute(
            "SELECT last + 1, log_root FROM block ORDER BY height DESC LIMIT 1"
        )
    except apsw.Error as error:
        raise DamageError(f"{directory.database.name}: {error}") from error
    finally:
        connection.close()
    if size > statement.size:
        raise SuccessionError(
            f"this copy holds {size} entries, the statement's {statement.size}: it leaves out acts"
        )
    if size == statement.size and root.hex() != statement.root:
        raise SuccessionError("this copy holds another log")
