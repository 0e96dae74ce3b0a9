# SPDX-License-Identifier: Apache-2.0
"""The victim: opens the embedded engine and serves it over sockets it is handed, until killed.

A server that has imported everything forks a fresh process for each job, so that a start costs
milliseconds. Job in: one message with JSON and the sockets; out, on the first socket, lines of
JSON: the pid, then what came of it. Each further socket is a client's: a line of JSON in, a line
out. `ROPEWALK_PLANT` names a bug to plant in every job (see plants.py).

Only this program imports the engine; whoever records what it said does not.
"""

import contextlib
import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from harness import faultfs, plants
from ropewalk.audit import Anchor, audit_directory
from ropewalk.client import read_trust
from ropewalk.crypto import PrivateKey
from ropewalk.engines import disk, signing, store, surroundings
from ropewalk.engines.backup import backup
from ropewalk.engines.embedded import EmbeddedEngine, Settings
from ropewalk.engines.opening import DataDirectory
from ropewalk.engines.port import EngineError, Outcome
from ropewalk.tlog import Note, verify_checkpoint

Job = dict[str, Any]
Answer = dict[str, Any]
_keys: dict[tuple[bytes, str], PrivateKey] = {}


def main(descriptor: int) -> None:
    """Fork a process for each job until the other end is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(fileno=descriptor) as jobs:
        while True:
            text, sockets, _flags, _address = socket.recv_fds(jobs, 1 << 20, 16)
            if not text:
                return
            job: Job = json.loads(text)
            if job.get("key"):
                _remember_key(Path(job["data"]) / "keys" / "log.pem", job["passphrase"])
            if os.fork() == 0:
                jobs.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _live(job, [socket.socket(fileno=one) for one in sockets])
            for one in sockets:
                os.close(one)


def _remember_key(path: Path, passphrase: str) -> None:
    """Derive a key once: 0.2 s of scrypt a start is not what is tested."""
    data = path.read_bytes()
    if (data, passphrase) not in _keys:
        _keys[data, passphrase] = _read_key(path, passphrase)


_read_key: Callable[[Path, str], PrivateKey] = plants.original(signing, "read")


def _remembered(path: Path, passphrase: str) -> PrivateKey:
    found = _keys.get((path.read_bytes() if path.exists() else b"", passphrase))
    return found or _read_key(path, passphrase)


def _live(job: Job, sockets: list[socket.socket]) -> None:
    """One process' life."""
    code = 1
    try:
        _say(sockets[0], {"pid": os.getpid()})
        plants.replace(signing, "read", _remembered)
        plants.plant(os.environ.get("ROPEWALK_PLANT", ""))
        _JOBS[job["do"]](job, sockets)
        code = 0
    except EngineError as error:
        _say(sockets[0], {"error": type(error).__name__, "detail": str(error)})
    except BaseException as error:  # noqa: BLE001  # told to whoever gave the job
        with contextlib.suppress(OSError):
            _say(sockets[0], {"error": f"!{type(error).__name__}", "detail": str(error)})
    finally:
        os._exit(code)


def _say(connection: socket.socket, answer: Answer) -> None:
    connection.sendall(json.dumps(answer).encode() + b"\n")


def _tune(job: Job) -> faultfs.Faults:
    if "wal_pages" in job:
        for limit in ("WAL_PAGES_MAX", "WAL_PAGES_LIGHT"):
            plants.replace(store, limit, job["wal_pages"])
    if "clock" in job:
        plants.replace(surroundings, "time", _Clock(job["clock"]))
    if "free_bytes" in job:
        plants.replace(disk, "os", _Disk(job["free_bytes"]))
    fault = job.get("fault")
    if fault is None:
        return faultfs.Faults(frozenset(), 0)
    return faultfs.install(
        fault["kinds"], fault["nth"], fault["mode"], is_lasting=fault.get("is_lasting", False)
    )


class _Clock:
    """`time` as the engine sees it: so many seconds beside the system's, from a file."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    def time(self) -> float:
        """Seconds since 1970, beside the truth."""
        return time.time() + int(self._path.read_text(encoding="ascii"))


class _Disk:
    """`os` as the engine sees it: free room from a file."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def statvfs(self, _path: object) -> Any:
        """Only what the engine looks at."""
        free = int(self._path.read_text(encoding="ascii"))

        class Room:
            f_bavail = free
            f_frsize = 1

        return Room()


def _engine(job: Job) -> EmbeddedEngine:
    return EmbeddedEngine(
        Path(job["data"]),
        Settings(
            job["passphrase"],
            verifiers=0,
            free_bytes_min=job.get("free_bytes_min", 1 << 20),
        ),
    )


def _serve(job: Job, sockets: list[socket.socket]) -> None:
    faults = _tune(job)
    try:
        engine = _engine(job)
    except EngineError as error:
        answer = {"error": type(error).__name__, "detail": str(error)}
        _say(sockets[0], {**answer, "fired": faults.fired, "where": faults.where})
        return
    _say(sockets[0], {"ready": True, **_condition(engine), "fired": faults.fired})
    serving = _Serving(engine, faults, Path(job["data"]))
    for one in sockets[1:]:
        threading.Thread(target=serving.attend, args=(one,), daemon=True).start()
    serving.attend(sockets[0])


def _condition(engine: EmbeddedEngine) -> Answer:
    return msgspec.to_builtins(engine.condition())  # type: ignore[no-any-return]  # a dict


class _Serving:
    """An open engine and what may be asked of it."""

    def __init__(self, engine: EmbeddedEngine, faults: faultfs.Faults, data: Path) -> None:
        self._engine = engine
        self._data = data
        self._faults = faults

    def attend(self, connection: socket.socket) -> None:
        """Answer one client until it is gone."""
        with connection.makefile("rb") as lines:
            for line in lines:
                try:
                    answer = self._answer(json.loads(line))
                except Exception as error:  # noqa: BLE001  # told to the client
                    answer = {"error": type(error).__name__, "detail": str(error)}
                answer["fired"], answer["where"] = self._faults.fired, self._faults.where
                with contextlib.suppress(OSError):
                    _say(connection, answer)

    def _answer(self, request: Job) -> Answer:
        asked: Callable[[Job], Answer] = getattr(self, f"_{request['do']}")
        return asked(request)

    def _submit(self, request: Job) -> Answer:
        return {"outcomes": _shown(self._engine.submit(request["texts"]).result())}

    def _ask(self, request: Job) -> Answer:
        return {"outcomes": _shown([self._engine.outcome(one) for one in request["ids"]])}

    def _records(self, request: Job) -> Answer:
        return {"records": [self._engine.record(key) for key in request["keys"]]}

    def _entries(self, request: Job) -> Answer:
        logged = self._engine.entries(request["start"], request["limit"])
        return {"entries": [msgspec.to_builtins(one) for one in logged]}

    def _condition(self, _request: Job) -> Answer:
        return {**_condition(self._engine), "checkpoint": self._engine.checkpoint()}

    def _history(self, request: Job) -> Answer:
        return {"history": msgspec.to_builtins(self._engine.history(request["title"]))}

    def _epoch(self, _request: Job) -> Answer:
        return {"epoch": self._engine._chain.store.meta("epoch")}  # I37

    def _unwritable(self, _request: Job) -> Answer:
        """From here on the system refuses every write into the database, though not its log."""
        database = self._data / "ledger.db"
        refusing = os.open(database, os.O_RDONLY)
        for found in Path("/proc/self/fd").iterdir():
            number = int(found.name)
            if number != refusing and found.is_symlink() and found.readlink() == database:
                os.dup2(refusing, number, inheritable=False)
        return {}

    def _close(self, _request: Job) -> Answer:
        self._engine.close()
        return {"closed": True}


def _shown(outcomes: list[Outcome] | list[Outcome | None]) -> list[Any]:
    return [None if one is None else msgspec.to_builtins(one) for one in outcomes]


def _audit(job: Job, sockets: list[socket.socket]) -> None:
    anchor = None
    if "note" in job:
        trust = read_trust(Path(job["genesis"]).read_bytes())
        anchor = Anchor(verify_checkpoint(Note.parse(job["note"].encode()), trust.log))
    report = audit_directory(Path(job["data"]), anchor, lambda _done, _all: None)
    _say(sockets[0], msgspec.to_builtins(report))


def _back_up(job: Job, sockets: list[socket.socket]) -> None:
    source, target = DataDirectory(Path(job["data"])), Path(job["target"])
    _say(sockets[0], {"height": backup(source, target, lambda _done, _all: None)})


def _look(job: Job, sockets: list[socket.socket]) -> None:
    """Open, and tell everything a reader could learn, then die without closing."""
    engine = _engine(job)
    size = engine.condition().size
    answers: Answer = {"condition": _condition(engine), "checkpoint": engine.checkpoint()}
    answers["entries"] = [
        msgspec.to_builtins(one)
        for start in range(0, size, 500)
        for one in engine.entries(start, 500)
    ]
    answers["records"] = [engine.record(key) for key in job.get("keys", [])]
    answers["held"] = [
        msgspec.to_builtins(engine.titles_in_control(who, "", 500))
        for who in sorted({_possessor(record) for record in answers["records"]})
    ]
    answers["proofs"] = [msgspec.to_builtins(engine.prove(key)) for key in job.get("keys", [])]
    answers["outcomes"] = _shown([engine.outcome(one) for one in job.get("ids", [])])
    answers["events"] = [msgspec.to_builtins(one) for one in engine.events(0, 1 << 20)]
    answers["consistency"] = engine.consistency(1, size)
    _say(sockets[0], {"answers": answers})


def _possessor(record: str | None) -> str:
    return "" if record is None else str(json.loads(record)[1]["possessor"])


_JOBS: dict[str, Callable[[Job, list[socket.socket]], None]] = {
    "serve": _serve,
    "audit": _audit,
    "backup": _back_up,
    "look": _look,
}

if __name__ == "__main__":
    main(int(sys.argv[1]))
