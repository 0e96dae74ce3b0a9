# SPDX-License-Identifier: Apache-2.0
"""A leader of our own: speaks ABCI to a real engine over its socket, as CometBFT may or may not.

Frames are read and written here anew, so that a mistake in the engine's framing can't hide.
"""

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from google.protobuf import timestamp_pb2

from consortium.writing import Signing
from ledger.world import CONSORTIUM, TIME, key
from ropewalk.crypto import from_base64url
from ropewalk.engines import abci_pb2 as pb
from ropewalk.engines.batch import make_batch
from ropewalk.engines.consortium import ConsortiumEngine, Settings
from ropewalk.engines.opening import DataDirectory, initialise
from ropewalk.engines.surroundings import SYSTEM, SystemClock
from ropewalk.identity import governance_id
from ropewalk.ledger import chain_id, network_id, read_genesis

WORD = "test"
ANSWER_S = 30.0
ABCI_VERSION = "2.0.0"


def clock(number: int) -> int:
    """The number of a batch made so many milliseconds after the start."""
    return TIME * 1_000 + number


class HungUpError(Exception):
    """The engine closed the connection, having said something or nothing."""


FLUSH = pb.Request(flush=pb.RequestFlush()).SerializeToString()


def framed(data: bytes) -> bytes:
    """A message behind its length, a varint."""
    length, head = len(data), b""
    while True:
        length, low = length >> 7, length & 0x7F
        head += bytes([low | 0x80 if length else low])
        if not length:
            return head + data


class Line:
    """One ABCI connection."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(ANSWER_S)
        try:
            self._socket.connect(str(path))
        except OSError:
            self._socket.close()
            raise
        self._file = self._socket.makefile("rb")

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._socket.sendall(data)

    def read(self) -> pb.Response:
        """The next answer.

        Raises:
            HungUpError: there is none.
        """
        length = shift = 0
        while True:
            try:
                one = self._file.read(1)
            except ConnectionError:
                one = b""
            if not one:
                raise HungUpError
            length |= (one[0] & 0x7F) << shift
            shift += 7
            if one[0] < 0x80:
                break
        return pb.Response.FromString(self._file.read(length))

    def ask(self, **request: Any) -> Any:
        """Ask, by the request's kind; the answer of the same kind.

        Raises:
            HungUpError: an exception, its text is the error's.
        """
        [kind] = request
        asked = pb.Request(**request).SerializeToString()
        try:
            self.send(framed(asked) + framed(FLUSH))
        except OSError as error:
            raise HungUpError(str(error)) from error
        answer = self.read()
        if answer.HasField("exception"):
            raise HungUpError(answer.exception.error)
        assert self.read().HasField("flush")
        return getattr(answer, kind)

    def close(self) -> None:
        """Hang up."""
        self._file.close()
        self._socket.close()


def stamp(time_s: int) -> timestamp_pb2.Timestamp:
    """A time as ABCI has it."""
    return timestamp_pb2.Timestamp(seconds=time_s)


def block_hash(height: int, salt: bytes = b"") -> bytes:
    """Some hash of a block's header."""
    return (height.to_bytes(8, "big") + salt).ljust(32, b"\0")


class Silence:
    """In the place of CometBFT's RPC: takes calls, and hangs up without a word."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._server = socketserver.UnixStreamServer(str(path), socketserver.BaseRequestHandler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        """Take no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Soon(SystemClock):
    """A clock that says what the blocks of these tests say."""

    def now_s(self) -> int:
        return TIME + 5


class Led:
    """A real engine, and a leader that decides whatever it is told to."""

    def __init__(self, data: Path, name: str = "a", genesis: bytes = CONSORTIUM) -> None:
        self.data, self.genesis = data, genesis
        self.network = network_id(genesis)
        self.socket = data / "abci.sock"
        governance = governance_id(read_genesis(genesis))
        self.signing = Signing(self.network, governance, lambda: TIME)
        if not data.exists():
            directory = DataDirectory(data)
            directory.log_key.parent.mkdir(parents=True)
            key(f"node {name}").write(directory.log_key, WORD)
            initialise(directory, genesis, key(f"node {name}"))
        self._silence = Silence(data / "rpc.sock")
        self.engine = ConsortiumEngine(
            data,
            Settings(
                WORD,
                abci=f"unix://{self.socket}",
                rpc=data / "rpc.sock",
                verifiers=0,
                checks_invariants=True,
            ),
            replace(SYSTEM, clock=Soon()),
        )
        self.line = Line(self.socket)
        self._is_open = True

    def info(self, version: str = ABCI_VERSION) -> pb.ResponseInfo:
        """Where it stands."""
        found: pb.ResponseInfo = self.line.ask(
            info=pb.RequestInfo(version="0.38.26", abci_version=version)
        )
        return found

    def init_chain(self, **other: Any) -> pb.ResponseInitChain:
        """Begin; members may be other than they should be."""
        chosen = read_genesis(self.genesis)
        request: dict[str, Any] = {
            "chain_id": chain_id(self.network),
            "initial_height": 1,
            "consensus_params": pb.ConsensusParams(version=pb.VersionParams(app=chosen.protocol)),
            "validators": [
                pb.ValidatorUpdate(
                    pub_key=pb.PublicKey(ed25519=from_base64url(one.key)), power=one.power
                )
                for one in chosen.validators
            ],
            "time": stamp(TIME),
        }
        found: pb.ResponseInitChain = self.line.ask(
            init_chain=pb.RequestInitChain(**{**request, **other})
        )
        return found

    def begin(self) -> None:
        """From the genesis on, everybody registered in the first block."""
        self.info()
        self.init_chain()
        self.decided(self.batch("b", 1, self.signing.registrations()))

    @property
    def height(self) -> int:
        """Of the last block."""
        return self.engine.condition().height

    def accepts(self, *batches: bytes) -> bool:
        """Whether it votes for a block of these."""
        found = self.line.ask(
            process_proposal=pb.RequestProcessProposal(
                txs=batches, height=self.height + 1, time=stamp(TIME + self.height + 1)
            )
        )
        return bool(found.status == pb.ResponseProcessProposal.ACCEPT)

    def prepared(self, *batches: bytes, max_bytes: int = 4 << 20) -> list[bytes]:
        """What it proposes of these."""
        found = self.line.ask(
            prepare_proposal=pb.RequestPrepareProposal(
                txs=batches,
                max_tx_bytes=max_bytes,
                height=self.height + 1,
                time=stamp(TIME + self.height + 1),
            )
        )
        return list(found.txs)

    def checked(self, batch: bytes) -> int:
        """The code with which its mempool answers."""
        code: int = self.line.ask(check_tx=pb.RequestCheckTx(tx=batch)).code
        return code

    def finalized(
        self, *batches: bytes, seconds: int = 1, salt: bytes = b"", **more: Any
    ) -> pb.ResponseFinalizeBlock:
        """Have a block executed, as decided; its time is so many seconds a height."""
        height = more.pop("height", self.height + 1)
        found: pb.ResponseFinalizeBlock = self.line.ask(
            finalize_block=pb.RequestFinalizeBlock(
                txs=batches,
                height=height,
                time=stamp(TIME + height * seconds),
                hash=block_hash(height, salt),
                **more,
            )
        )
        return found

    def commit(self) -> None:
        """Have it made durable."""
        self.line.ask(commit=pb.RequestCommit())

    def decided(self, *batches: bytes, **more: Any) -> pb.ResponseFinalizeBlock:
        """A block executed and made durable."""
        found = self.finalized(*batches, **more)
        self.commit()
        return found

    def reconnect(self) -> None:
        """Call again, as a CometBFT that was restarted."""
        self.line.close()
        self.line = Line(self.socket)

    def close(self) -> None:
        """End the engine, unless that was done."""
        if self._is_open:
            self._is_open = False
            self.line.close()
            self.engine.close()
            self._silence.close()

    def reopened(self) -> "Led":
        """The same directory, opened by another engine."""
        self.close()
        return Led(self.data, genesis=self.genesis)

    def batch(self, name: str, number: int, texts: Sequence[str]) -> bytes:
        """A batch by the node of a validator's name, made so many milliseconds after the start."""
        return make_batch(self.network, clock(number), texts, key(f"node {name}"))


@contextlib.contextmanager
def led(data: Path, name: str = "a", genesis: bytes = CONSORTIUM) -> Iterator[Led]:
    """An engine that has begun; closed afterwards."""
    made = Led(data, name, genesis)
    try:
        made.begin()
        yield made
    finally:
        made.close()
