# SPDX-License-Identifier: Apache-2.0
"""Opening a ledger: everything a node can check about its own disk before it answers anybody.

Nothing is repaired in silence. A database below the watermark, a root that does not follow from
what is stored, a key that is not the genesis' log key: the node refuses to start and says where.
"""

import os
import threading
from dataclasses import dataclass, replace
from pathlib import Path

import apsw

from ropewalk.crypto import PrivateKey, from_base64, to_base64
from ropewalk.engines import store as storing
from ropewalk.engines import watermark as marking
from ropewalk.engines.chain import CachedView, Chain, Tip
from ropewalk.engines.disk import SYSTEM_DISK, Disk, write_again
from ropewalk.engines.errors import (
    BehindWatermarkError,
    ClockError,
    DamageError,
    NotInitialisedError,
)
from ropewalk.engines.holdings import Holdings, Step
from ropewalk.engines.port import AlreadyInitialisedError, InUseError, StoppedError
from ropewalk.engines.rereading import frontier_of, map_of
from ropewalk.engines.signing import Signing, node_key, succession_of
from ropewalk.engines.standing import META, Standing, app_hash_of, encode_standing
from ropewalk.engines.store import REBUILT, BlockRow, Store
from ropewalk.engines.writing import REPLAY_NOTE_SIZE, BlockWrite, TileRows, state_rows, write
from ropewalk.ledger import (
    MINUTE_S,
    VALIDITY_S_MAX,
    BlockEntry,
    Genesis,
    GenesisError,
    ReplayLists,
    encode_record,
    read_genesis,
)
from ropewalk.rules import genesis_records, machine
from ropewalk.tlog import (
    AuthenticatedMap,
    Checkpoint,
    CompleteNode,
    Frontier,
    Note,
    ProofError,
    VerifierKey,
    leaf_hash,
    sign_checkpoint,
)

CLOCK_BEHIND_S_MAX = 300


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """Where things lie under `--data`."""

    path: Path

    @property
    def genesis(self) -> Path:
        """The genesis file."""
        return self.path / "genesis.json"

    @property
    def database(self) -> Path:
        """Log and state."""
        return self.path / "ledger.db"

    @property
    def write_ahead_log(self) -> Path:
        """What SQLite committed and has not moved into the database yet."""
        return self.path / "ledger.db-wal"

    @property
    def watermark(self) -> Path:
        """How far was acknowledged."""
        return self.path / "watermark"

    @property
    def lock(self) -> Path:
        """Held by the process that works here."""
        return self.path / "lock"

    @property
    def log_key(self) -> Path:
        """The key that signs checkpoints, encrypted."""
        return self.path / "keys" / "log.pem"

    @property
    def handovers(self) -> Path:
        """Of a consortium: how its sets of validators followed each other."""
        return self.path / "handovers.json"

    @property
    def documents(self) -> Path:
        """Documents kept verbatim, with their salts."""
        return self.path / "documents"

    @property
    def consensus(self) -> Path:
        """Of a consortium: what validators signed last, for who exports what is left."""
        return self.path / "consensus.json"

    @property
    def archive(self) -> Path:
        """Of a rebuilt ledger: who vouched for the archive."""
        return self.path / "archive.json"

    @property
    def succession(self) -> Path:
        """Of a ledger that goes on by a succession: what shows a stranger that it may."""
        return self.path / "succession.json"

    @property
    def signed_succession(self) -> Path:
        """The one statement that whoever decides here has signed: they sign no other."""
        return self.path / "succession-signed.json"

    def require_unsigned(self) -> None:
        """Refuse to go on once who decides here has signed who carries on.

        Raises:
            StoppedError: there would be two ledgers.
        """
        if self.signed_succession.exists():
            raise StoppedError(
                f"who carries this ledger on was signed here ({self.signed_succession.name}): this "
                "node takes no part any more, or there would be two ledgers"
            )

    @property
    def successor_key(self) -> Path:
        """The key of a log that is to go on, encrypted, until the succession is adopted."""
        return self.path / "keys" / "successor.pem"


def initialise(directory: DataDirectory, genesis: bytes, log_key: PrivateKey) -> None:
    """Write block 0 of a new ledger.

    Raises:
        GenesisError: the genesis is not one of ours, or names another log key.
        AlreadyInitialisedError: there is a ledger already.
    """
    if directory.database.exists() or directory.genesis.exists():
        raise AlreadyInitialisedError(str(directory.path))
    directory.path.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write_ledger(directory, genesis, log_key)
    _write_durably(directory.genesis, genesis)
    marking.sync_directory(directory.path)


def _write_ledger(directory: DataDirectory, genesis: bytes, log_key: PrivateKey) -> None:
    verifier_key = _log_key_of(read_genesis(genesis), log_key)
    storing.create(directory.database, genesis)
    store = Store(directory.database)
    block = first_block(store, genesis)
    log_root = block.log_root
    checkpoint = Checkpoint(verifier_key.name, 1, log_root)
    note = sign_checkpoint(checkpoint, verifier_key, log_key.sign).to_bytes()
    standing = _first_standing(read_genesis(genesis), log_root, log_key)
    write(store, replace(block, note=(1, note), consensus=standing))
    store.close()
    marking.create(
        directory.watermark,
        marking.Watermark(checkpoint=to_base64(note), height=0, root=log_root.hex(), size=1),
    )


def initialise_again(directory: DataDirectory, passphrase: str) -> None:
    """Begin a wiped copy of a consortium's ledger anew, where genesis and keys are still there.

    Nothing else is there then, no watermark above all: what consensus replays is the same again.

    Raises:
        GenesisError: the genesis is not one of ours.
        WrongPassphraseError, DamageError: the node's key can't be read.
    """
    wiped = not directory.database.exists() and not directory.watermark.exists()
    if not wiped or not directory.genesis.exists() or not directory.log_key.exists():
        return
    key = node_key(directory.log_key, passphrase)
    _write_ledger(directory, directory.genesis.read_bytes(), key)
    marking.sync_directory(directory.path)


def first_block(store: Store, genesis: bytes) -> BlockWrite:
    """Block 0, not signed and not written yet.

    Raises:
        GenesisError: the genesis is not one of ours.
    """
    chosen = read_genesis(genesis)
    rows = state_rows(dict(genesis_records(genesis)))
    tree = AuthenticatedMap(store)
    state_root = tree.refresh({row.hashed: row.leaf for row in rows})
    entry = encode_record(
        BlockEntry(
            height=0, protocol=chosen.protocol, state_root=state_root.hex(), time=chosen.time
        )
    )
    frontier = Frontier()
    completed: list[CompleteNode] = []
    frontier.append(leaf_hash(entry), completed)
    return BlockWrite(
        height=0,
        time_s=chosen.time,
        protocol=chosen.protocol,
        first=0,
        entries=[entry],
        lookups=[],
        rows=rows,
        state_root=state_root,
        log_root=frontier.root(),
        replay=b"",
        events=[],
        tiles=TileRows(store, 0).append(0, [leaf_hash(entry)], completed),
        note=None,
        step=Step(0),
    )


def _first_standing(genesis: Genesis, log_root: bytes, key: PrivateKey) -> dict[str, bytes]:
    if not genesis.validators:
        return {}
    hashed = app_hash_of(log_root, 1).hex()
    standing = Standing(app_hash=hashed, handovers=[], height=0, node=key.kid)
    return {META: encode_standing(standing)}


def _write_durably(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        os.write(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _log_key_of(genesis: Genesis, log_key: PrivateKey) -> VerifierKey:
    """The key that signs checkpoints here: the log's, or in a consortium this node's own."""
    try:
        if genesis.validators:
            return VerifierKey(genesis.log, log_key.public_key)
        verifier_key = VerifierKey.parse(genesis.log)
    except ProofError as error:
        raise GenesisError(f"genesis: log: {error}") from error
    if verifier_key.public_key != log_key.public_key:
        raise GenesisError("genesis: log: this is not the key in keys/log.pem")
    return verifier_key


class DirectoryLock:
    """Keeps a second process off a data directory."""

    def __init__(self, path: Path, disk: Disk = SYSTEM_DISK) -> None:
        try:
            self._held = disk.lock(path)
        except FileNotFoundError as error:
            raise NotInitialisedError(
                f"{path.parent}: run `ropewalk init`, or name --data"
            ) from error
        except OSError as error:
            raise InUseError(f"{path.parent}: stop the other process first") from error

    def release(self) -> None:
        """Let others in."""
        self._held.close()


def open_chain(
    directory: DataDirectory,
    passphrase: str,
    *,
    now_s: int,
    checks_invariants: bool = False,
    disk: Disk = SYSTEM_DISK,
) -> Chain:
    """Open a ledger, checking all that can be checked in seconds.

    The caller holds the `DirectoryLock`.

    Args:
        directory: where it lies.
        passphrase: of the log's key.
        now_s: the system clock, seconds since 1970-01-01T00:00:00Z.
        checks_invariants: whether every act is held to every invariant.
        disk: where the directory is.

    Raises:
        EngineError: why it does not open, and where.
    """
    if not disk.exists(directory.database):
        raise NotInitialisedError(f"{directory.path}: run `ropewalk init` first")
    store = Store(directory.database, disk)
    try:
        return _open(directory, store, disk, passphrase, now_s, checks_invariants=checks_invariants)
    except (apsw.Error, OSError) as error:
        store.abandon()
        raise DamageError(f"{directory.database.name}: {error}") from error
    except BaseException:
        store.abandon()
        raise


def _write_again(directory: DataDirectory, disk: Disk) -> None:
    """Make durable what the process before left, should a sync of its have failed.

    Done when all of it was found to be right, and before anything is written behind it.
    """
    for path in (directory.write_ahead_log, directory.watermark):
        try:
            if disk.exists(path):
                write_again(disk, path)
        except OSError as error:
            raise DamageError(f"{path.name} can't be written: {error.strerror}") from error


def _open(
    directory: DataDirectory,
    store: Store,
    disk: Disk,
    passphrase: str,
    now_s: int,
    *,
    checks_invariants: bool,
) -> Chain:
    genesis = _checked_genesis(directory, store, disk)
    signing = _signing(directory, store, read_genesis(genesis), disk, passphrase)
    mark_file = marking.WatermarkFile(directory.watermark, disk)
    watermark, _bad = mark_file.read()
    last = store.last_block()
    if last is None:
        raise DamageError("block: there is no block")
    _check_watermark(store, watermark, last, signing)
    if now_s < last.time - CLOCK_BEHIND_S_MAX:
        raise ClockError(f"the last block's time is {last.time}, the clock says {now_s}")

    size = last.last + 1
    frontier = frontier_of(store, size, last)
    tree = map_of(directory.database, store, last)
    replay = _replay_lists(store, last)
    tip_note = from_base64(watermark.checkpoint)
    chain = Chain(
        machine=machine(genesis, checks_invariants=checks_invariants),
        store=store,
        watermark=mark_file,
        log_key=signing.signer,
        verifier_key=signing.key_at(size),
        tree=tree,
        frontier=frontier,
        tiles=TileRows(store, size),
        replay=replay,
        tip=Tip(last.height, last.time, size, last.log_root, tip_note),
        view=CachedView(store),
        holdings=Holdings(store, last.height),
        lock=threading.RLock(),
        unstored_note=(watermark.size, tip_note),
        read_only=signing.read_only,
    )
    _write_again(directory, disk)
    store.next_epoch()
    _catch_up_watermark(chain, watermark)
    return chain


def _signing(
    directory: DataDirectory, store: Store, genesis: Genesis, disk: Disk, passphrase: str
) -> Signing:
    """Who signs checkpoints here: this node, or nobody where the ledger was rebuilt."""
    succession = succession_of(store)
    rebuilt = succession is not None or store.meta(REBUILT) is not None
    if rebuilt and not disk.exists(directory.log_key):
        return Signing.nobody(store, genesis, succession)
    log_key = node_key(directory.log_key, passphrase)
    if rebuilt:
        return Signing.successor(store, genesis, succession, log_key)
    try:
        return Signing(log_key, _log_key_of(genesis, log_key))
    except GenesisError as error:
        raise DamageError(f"keys/log.pem: {error}") from error


def _checked_genesis(directory: DataDirectory, store: Store, disk: Disk) -> bytes:
    genesis: bytes = store.meta("genesis")
    try:
        on_disk = disk.read(directory.genesis)
    except OSError as error:
        raise DamageError(f"genesis.json: {error.strerror}") from error
    if on_disk != genesis:
        raise DamageError("genesis.json is not the file this ledger began with")
    return genesis


def _check_watermark(
    store: Store, watermark: marking.Watermark, last: BlockRow, signing: Signing
) -> None:
    if last.height < watermark.height or last.last + 1 < watermark.size:
        raise BehindWatermarkError(
            f"height {last.height}; {watermark.height} was acknowledged from here"
        )
    block = store.block_ending_at(watermark.size - 1)
    if block is None or block.height != watermark.height or block.log_root.hex() != watermark.root:
        raise DamageError(f"block: height {watermark.height} is not what was acknowledged")
    try:
        note = Note.parse(from_base64(watermark.checkpoint))
        checkpoint = signing.checkpoint(note, watermark.size)
    except (ProofError, ValueError) as error:
        raise DamageError(f"watermark: {error}") from error
    if (checkpoint.size, checkpoint.root) != (watermark.size, block.log_root):
        raise DamageError("watermark: its checkpoint is for another tree")


def _replay_lists(store: Store, last: BlockRow) -> ReplayLists:
    replay = ReplayLists()
    for block in store.blocks_since(last.time - VALIDITY_S_MAX - MINUTE_S):
        for at in range(0, len(block.replay), REPLAY_NOTE_SIZE):
            note = block.replay[at : at + REPLAY_NOTE_SIZE]
            minute = int.from_bytes(note[:4], "big")
            replay.remember(note[20:].hex(), minute * MINUTE_S, note[4:20].hex())
    changes = replay.take_changes(last.time)
    for minute in range(last.time // MINUTE_S, (last.time + VALIDITY_S_MAX) // MINUTE_S + 1):
        if store.record(f"replay/{minute}") != changes.get(f"replay/{minute}"):
            raise DamageError(f"block: the replay notes do not lead to the record replay/{minute}")
    for key, record in changes.items():
        if record is not None and store.record(key) != record:
            raise DamageError(f"block: the replay notes do not lead to the record {key}")
    return replay


def _catch_up_watermark(chain: Chain, watermark: marking.Watermark) -> None:
    """Sign for blocks that were durable but not acknowledged when the process died."""
    if watermark.height == chain.tip.height:
        return
    chain.store.writer.execute(
        "INSERT OR REPLACE INTO checkpoint VALUES (?, ?)",
        (watermark.size, from_base64(watermark.checkpoint)),
    )
    checkpoint = Checkpoint(chain.verifier_key.name, chain.tip.size, chain.tip.log_root)
    note = sign_checkpoint(checkpoint, chain.verifier_key, chain.log_key.sign).to_bytes()
    chain.tip.note = note
    chain.unstored_note = (chain.tip.size, note)
    chain.watermark.write(
        marking.Watermark(
            checkpoint=to_base64(note),
            height=chain.tip.height,
            root=chain.tip.log_root.hex(),
            size=chain.tip.size,
        )
    )
